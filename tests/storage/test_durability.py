"""How much of what was answered is on the disk: SQLite as its setting says, in the server and in its peers."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tmf_server.config import Settings
from tmf_server.storage.connection.database import Database

NUMBERS = {"off": 0, "normal": 1, "full": 2, "extra": 3}


@pytest.mark.parametrize("word", NUMBERS)
def test_every_connection_waits_for_the_disk_as_it_is_told(tmp_path: Path, word: str) -> None:
    url = f"sqlite:///{tmp_path / 'tmf.db'}"
    with closing(Database(Settings.of(database_url=url, sqlite_synchronous=word))) as database:
        asked = [database.transact(lambda one: one.exec_driver_sql("PRAGMA synchronous").scalar())]
        with database.read() as connection:
            asked.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    assert asked == [NUMBERS[word]] * 2


def test_each_commit_is_on_the_disk_unless_it_is_told_otherwise() -> None:
    assert Settings().database.sqlite_synchronous == "full"


@pytest.mark.parametrize(("variables", "word"), [({}, "full"), ({"TMF_SQLITE_SYNCHRONOUS": "normal"}, "normal")])
def test_the_peers_of_the_benchmarks_wait_as_the_server_does(variables: dict[str, str], word: str) -> None:
    code = "from benchmarks.peers.pragmas import PRAGMAS; print(*PRAGMAS)"
    root = Path(__file__).resolve().parents[2]
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PATH": "", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["PRAGMA", "journal_mode=WAL", "PRAGMA", f"synchronous={word}"]
