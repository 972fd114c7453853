"""The commands: what they do, what they print, and how they end when they cannot."""

import gzip
import json
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.commands import Command, good, refused
from tests.support.events import world
from tests.support.nouns.demo import demo_size
from tests.support.nouns.every import registry
from tmf_server.apis.catalog.rules import CATALOG_STATES
from tmf_server.config import Settings, declared
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database

ALL = {"TMF_APIS": ""}


# -- the database ---------------------------------------------------------------------------------
def test_the_schema_goes_up_and_down_and_is_checked(command: Command) -> None:
    good(command("db", "upgrade"))
    assert "as the models say" in good(command("db", "check"))
    good(command("db", "downgrade", "base"))
    assert good(command("db", "current")).startswith("empty")
    assert command("db", "check").exit_code == 1
    assert "run: tmf-server db upgrade" in command("db", "check").stderr
    assert good(command("db", "current")).startswith("empty")


READING: tuple[tuple[str, ...], ...] = (
    ("db", "current"),
    ("db", "check"),
    ("db", "downgrade", "base"),
    ("events", "list"),
    ("events", "list", "parked"),
    ("events", "secret", "some-id"),
    ("events", "replay"),
    ("events", "park", "some-id"),
    ("dump", "category"),
)


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_that_reads_makes_no_database(bare: Command, tmp_path: Path, words: tuple[str, ...]) -> None:
    url = f"sqlite:///{tmp_path / 'var' / 'tmf.db'}"
    cache = {"TMF_CACHE_DIR": str(tmp_path / "cache")}
    assert f"there is no database {tmp_path}/var/tmf.db" in refused(bare(*words, TMF_DATABASE_URL=url, **cache))
    uri = f"sqlite:///file:{tmp_path / 'tmf.db'}?mode=rwc&uri=true"
    assert f"there is no database {tmp_path}/tmf.db" in refused(bare(*words, TMF_DATABASE_URL=uri, **cache))
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_reads_migrates_nothing(command: Command, database_url: str) -> None:
    reading = [words for words in READING if words[0] != "db"]
    good(command("db", "upgrade", "0001"))
    for words in reading:
        assert "is at revision 0001, not" in refused(command(*words))
    with closing(Database(Settings.of(database_url=database_url))) as database:
        database.transact(lambda connection: connection.execute(update(migrate.STAMP).values(version_num="9999")))
    for words in (*reading, ("load", "category", __file__), ("serve", "--port", "0"), ("worker",)):
        assert "made by a newer version" in refused(command(*words))
    assert good(command("db", "current")).startswith("9999")


def test_a_file_that_is_no_database_is_told(bare: Command, tmp_path: Path) -> None:
    (tmp_path / "tmf.db").write_text("my diary")
    for words in (("db", "current"), ("events", "list"), ("serve", "--port", "0")):
        told = refused(bare(*words, TMF_DATABASE_URL=f"sqlite:///{tmp_path / 'tmf.db'}"))
        assert "the database cannot be used: file is not a database" in told
    assert (tmp_path / "tmf.db").read_text() == "my diary"


def test_an_unknown_revision_is_refused(command: Command) -> None:
    assert "nonsense" in refused(command("db", "upgrade", "nonsense"))


def test_a_seed_shows_what_it_made_and_goes_on_from_there(command: Command) -> None:
    assert "4490 records stored in 1 blocks; 0 blocks were here already." in good(command("seed", **ALL))
    again = good(command("seed", "--scale", "2", **ALL))
    assert "4490 records stored in 1 blocks; 1 blocks were here already." in again
    assert len(good(command("dump", "productOffering")).splitlines()) == 2000 + 16


def test_a_reset_that_is_not_confirmed_makes_no_database(bare: Command, tmp_path: Path) -> None:
    assert "nothing was changed" in refused(bare("reset", TMF_DATABASE_URL=f"sqlite:///{tmp_path / 'tmf.db'}"))
    assert list(tmp_path.iterdir()) == []


def test_a_reset_asks_first(command: Command, tmp_path: Path) -> None:
    (tmp_path / "one.ndjson").write_text('{"@type": "Category", "id": "mine", "name": "Mine"}')
    good(command("load", "category", str(tmp_path / "one.ndjson")))
    assert "--yes" in refused(command("reset"))
    assert "mine" in good(command("dump", "category"))
    assert f"{demo_size(registry())} records of the demo" in good(command("reset", "--yes", **ALL))
    assert "mine" not in good(command("dump", "category"))


# -- records --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("version", "packed"), [("v5", False), ("v4", True)])
def test_what_is_dumped_is_loaded_again(command: Command, tmp_path: Path, version: str, packed: bool) -> None:
    good(command("reset", "--yes"))
    file = tmp_path / ("all.ndjson.gz" if packed else "all.ndjson")
    noun = "productCatalog" if version == "v5" else "catalog"
    for name in ("productOffering", noun):
        said = good(command("dump", name, "--version", version, "--output", str(file)))
        content = gzip.decompress(file.read_bytes()) if packed else file.read_bytes()
        assert said == f"{len(content.splitlines())} records written to {file}.\n"
        assert good(command("dump", name, "--version", version)).encode() == content
        count = len(content.splitlines())
        loaded = good(command("load", name, str(file), "--version", version))
        assert loaded == f"{count} records read: 0 created, 0 changed, {count} here already, 0 refused.\n"


def test_a_dump_is_narrowed_by_a_query_and_its_links_begin_as_asked(command: Command) -> None:
    good(command("reset", "--yes"))
    lines = good(
        command("dump", "productoffering", "--query", "lifecycleStatus=Retired", "--origin", "https://x.example")
    )
    [found] = [json.loads(line) for line in lines.splitlines()]
    assert found["href"] == "https://x.example/tmf-api/productCatalogManagement/v5/productOffering/mobile-classic"
    assert "'nonsense' is no attribute" in refused(command("dump", "category", "--query", "nonsense=1"))


def test_a_load_tells_what_it_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_text('[{"@type": "Category", "name": "a"}, {"@type": "Category"}]')
    result = command("load", "category", str(file))
    assert result.exit_code == 1
    *_, summary, entry = result.stderr.splitlines()
    assert summary == "2 records read: 1 created, 0 changed, 0 here already, 1 refused."
    assert entry.startswith("record 2, line 1: invalidInput: The Category has a fault;")


def test_a_load_goes_on_behind_records_that_cannot_be_judged(command: Command, tmp_path: Path) -> None:
    good_one: dict[str, Any] = {
        "@type": "ProductOrder",
        "productOrderItem": [{"@type": "ProductOrderItem", "id": "1", "action": "add"}],
    }
    wrong: list[dict[str, Any]] = [*({"state": state} for state in ({}, [], {"a": 1}, ["x"])), {"id": {"a": 1}}]
    file = tmp_path / "orders.ndjson"
    lines = [good_one, *(good_one | one for one in wrong), good_one]
    file.write_text("\n".join(map(json.dumps, lines)))
    for version in ("v5", "v4"):
        result = command("load", "productOrder", str(file), "--version", version, TMF_APIS="TMF622")
        assert result.exit_code == 1
        summary, *entries = result.stderr.splitlines()[-6:]
        assert summary == "7 records read: 2 created, 0 changed, 0 here already, 5 refused."
        assert [entry.split(":")[:2] for entry in entries] == [
            [f"record {number}, line {number}", " invalidInput"] for number in range(2, 7)
        ]


def test_a_load_at_which_the_server_fails_tells_so_without_a_traceback(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "some.ndjson"
    file.write_text('{"@type": "Category", "name": "a"}')
    monkeypatch.setattr("tmf_server.storage.write.records.completed", None)
    result = command("load", "category", str(file))
    assert result.exit_code == 1
    assert "record 1, line 1: internalError: The server failed" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_load_changes_what_is_here_only_if_asked(command: Command, tmp_path: Path) -> None:
    good(command("reset", "--yes"))
    file = tmp_path / "some.ndjson"
    file.write_text('{"@type": "Category", "id": "cat-mobile", "name": "On the way", "isRoot": true}')
    assert "here with other content" in command("load", "category", str(file)).stderr
    assert "1 changed" in good(command("load", "category", str(file), "--upsert", "--silent"))
    assert good(command("events", "list", "events")) == ""


def test_a_broken_file_is_refused_after_what_came_before(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "some.json"
    file.write_text('[{"@type": "Category", "name": "a"}, {"@type"')
    assert "ends in the middle of record 2" in refused(command("load", "category", str(file)))
    assert '"name":"a"' in good(command("dump", "category"))


def test_an_unknown_noun_is_refused_with_those_there_are(command: Command) -> None:
    good(command("db", "upgrade"))
    told = refused(command("dump", "nothing", "--version", "v4"))
    assert "v4 has no noun 'nothing'. There are: " in told
    assert "catalog, category" in told


# -- events ---------------------------------------------------------------------------------------
def test_events_are_listed(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "some.ndjson"
    file.write_text('{"@type": "Category", "id": "c", "name": "a"}')
    good(command("load", "category", str(file)))
    assert good(command("events", "list")) == ""
    assert good(command("events", "list", "parked")) == ""
    assert "0 deliveries queued again" in good(command("events", "replay"))


def test_an_unknown_subscription_is_told(command: Command) -> None:
    good(command("db", "upgrade"))
    assert "no subscription" in refused(command("events", "secret", "nothing"))
    assert "no subscription" in refused(command("events", "replay", "nothing"))
    assert "no subscription" in refused(command("events", "park", "nothing"))
    assert "--since needs" in refused(command("events", "replay", "--since", "2026-01-01T00:00:00Z"))
    assert "not an ISO 8601 instant" in refused(command("events", "replay", "x", "--since", "yesterday"))


def test_the_signing_key_of_a_subscription_is_shown(command: Command, database_url: str) -> None:
    good(command("db", "upgrade"))
    with world(database_url) as events:
        made = events.subscribe("http://127.0.0.1:1/")
    key = good(command("events", "secret", made.id))
    assert key.startswith("whsec_")
    assert good(command("events", "secret", made.id)) == key


# -- what needs no database -----------------------------------------------------------------------
def test_a_lifecycle_is_drawn_from_the_table(bare: Command) -> None:
    drawn = good(bare("lifecycle", "productoffering"))
    assert "stateDiagram-v2" in drawn
    moves = sum(len(after) for after in CATALOG_STATES.values())
    assert sum(" --> " in line and "[*]" not in line for line in drawn.splitlines()) == moves
    assert "name a noun with a lifecycle: " in refused(bare("lifecycle", "nothing"))


def test_settings_are_listed_without_secrets(bare: Command) -> None:
    lines = good(bare("settings", TMF_PORT="9000", TMF_WEBHOOK_SECRET="hush")).splitlines()
    assert len(lines) == len(list(declared()))
    assert "* TMF_PORT=9000" in lines
    assert "* TMF_WEBHOOK_SECRET=(set)" in lines
    assert "  TMF_HOST=127.0.0.1" in lines


@pytest.mark.parametrize(
    ("words", "variables", "told"),
    [
        (["serve"], {"TMF_PORT": "abc"}, "TMF_PORT"),
        (["serve"], {"TMF_REFERENCES": "perhaps"}, "TMF_REFERENCES: must be one of"),
        (["serve"], {"TMF_PROT": "9000"}, "TMF_PROT: there is no such setting. Did you mean TMF_PORT?"),
        (["db", "current"], {"TMF_NONSENSE_HERE": "1"}, "TMF_NONSENSE_HERE: there is no such setting. `tmf-server"),
        (["serve", "--port", "70000"], {}, "'--port': must be from 0 to 65535, not 70000"),
        (["serve", "--workers", "many"], {}, "'--workers': must be a whole number, not 'many'"),
        (["serve", "--apis", "TMF999"], {}, "there is no API TMF999"),
        (["events", "list", "--limit", "0"], {}, "'--limit': must be from 1 to 100000, not 0"),
        (["events", "list", "--after", "-1"], {}, "'--after': must be from 0 to 9223372036854775807, not -1"),
        (["dump", "category", "--origin", "x.example"], {}, "'--origin': must be an absolute URL like"),
        (["serve", "--openapi", "/nowhere"], {}, "/nowhere"),
        (["serve", "--nonsense"], {}, "--nonsense"),
        (["nonsense"], {}, "No such command 'nonsense'"),
        (["load", "category"], {}, "Missing argument 'FILE'"),
        (["seed", "--scale", "0"], {}, "'--scale'"),
        (["serve", "--host", "0.0.0.0"], {}, "no authentication is configured"),
        (["serve"], {"TMF_HOST": "server.example"}, "no authentication is configured"),
        (["serve", "--host", "::"], {}, "no authentication is configured"),
        (
            ["db", "current"],
            {"TMF_DATABASE_URL": "postgresql+psycopg://u@127.0.0.1:1/x"},
            "the database cannot be used",
        ),
        (["serve"], {"TMF_DATABASE_URL": "sqlite:////dev/null/tmf.db"}, "the folder /dev/null cannot be made"),
        (
            ["serve", "--port", "0"],
            {"TMF_DATABASE_URL": "sqlite:////dev"},
            "the database cannot be used: unable to open",
        ),
        (
            ["serve"],
            {"TMF_HOST": "203.0.113.1", "TMF_PROXY_AUTHENTICATES": "1"},
            "203.0.113.1:8080 cannot be listened on",
        ),
        (["db", "current"], {"TMF_DATABASE_URL": "nonsense"}, "expected sqlite:///FILE"),
        (["db", "current"], {"TMF_DATABASE_URL": "mysql://me:secret@localhost/x"}, "expected sqlite:///FILE"),
        (["worker"], {"TMF_APIS": "TMF999"}, "there is no API TMF999"),
        (["serve"], {"TMF_OUTBOUND_ALLOW": "http://x"}, "TMF_OUTBOUND_ALLOW: must be a host (crm.example), a suffix"),
    ],
)
def test_wrong_use_is_told_in_one_line(bare: Command, words: list[str], variables: dict[str, str], told: str) -> None:
    assert told in refused(bare(*words, **variables))


def test_a_port_that_is_taken_is_told_before_anything_is_done(bare: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(bare("serve", "--port", port, TMF_DATABASE_URL=f"sqlite:///{tmp_path / 'tmf.db'}"))
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in said
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_may_not_be_written_is_told(
    bare: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "tmf.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE other (a)")
    said = refused(bare("serve", "--port", "0", TMF_DATABASE_URL=f"sqlite:///file:{file}?mode=ro&uri=true"))
    assert "the database cannot be used: attempt to write a readonly database" in said
    assert list(tmp_path.iterdir()) == [file]


def test_help_names_every_command(bare: Command) -> None:
    text = good(bare("--help"))
    for name in ("serve", "worker", "db", "seed", "reset", "events", "load", "dump", "lifecycle", "settings"):
        assert f"\n  {name} " in text


def test_settings_reach_other_processes_as_they_are() -> None:
    changed = Settings.of(port=9, demo=False, apis=("TMF620/v5", "TMF622"), storage_dir=Path("/x"), cache_dir=None)
    assert Settings.from_environment(changed.variables()) == changed
    assert Settings().variables() == {}
