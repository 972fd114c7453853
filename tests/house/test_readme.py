"""The documentation: its sessions run as they are shown, its tables are those of the code, its links lead somewhere."""

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import sessions
from tests.support.servers.process import CACHE, ServerProcess, free_port
from tmf_server.config import declared
from tools import tables

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
SESSIONS = [page for page in PAGES if sessions.steps(page.read_text())]
SERVER, SUBSCRIBER = "127.0.0.1:8080", "9000"


def named(path: Path) -> str:
    return path.name


class Trial:
    """A server with demo data, in a folder where the files lie that the documentation shows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.subscriber = str(free_port())
        for page in SESSIONS:
            for name, content in sessions.files(page.read_text()).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(content.replace(SUBSCRIBER, self.subscriber))
        (folder / ".venv").symlink_to(sys.prefix)
        variables = {"TMF_DEMO": "1", "TMF_APIS": "", "TMF_OUTBOUND_ALLOW": "127.0.0.1", "TMF_SCHEMA_DIR": "schemas"}
        self.server = ServerProcess(folder, variables)

    def here(self, text: str) -> str:
        """What the documentation shows, with the ports of this trial."""
        return text.replace(SERVER, f"127.0.0.1:{self.server.port}").replace(SUBSCRIBER, self.subscriber)

    def run(self, commands: list[str]) -> list[str]:
        """The outputs of the commands."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TMF_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        variables = {**kept, "PATH": path, "no_proxy": "*", "TMF_CACHE_DIR": str(CACHE)}
        return sessions.run(commands, self.folder, variables)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    trial = Trial(tmp_path_factory.mktemp("docs"))
    with trial.server:
        yield trial


@pytest.mark.parametrize("page", SESSIONS, ids=named)
def test_a_session_runs_as_it_is_shown(page: Path, trial: Trial) -> None:
    shown = sessions.steps(trial.here(page.read_text()))
    outputs = trial.run([step.command for step in shown])
    differing = [
        f"$ {step.command}\nshown:\n{step.shown}\nseen:\n{output}"
        for step, output in zip(shown, outputs, strict=True)
        if not step.matches(output)
    ]
    assert not differing, "\n\n".join(differing)
    assert '"level":"error"' not in trial.server.log.read_text()


def test_a_session_that_differs_is_noticed() -> None:
    step = sessions.Step("echo", '{"id":"…","name":"x"}')
    assert step.matches('{"id":"1","name":"x"}\n')
    assert not step.matches('{"id":"1","name":"y"}')
    assert not step.matches('{"id":"1","name":"x"} and more')


def test_a_session_calls_the_commands_where_make_puts_them() -> None:
    commands = [step.command for page in PAGES for step in sessions.steps(page.read_text())]
    ours = [command for command in commands if re.search(r"tmf-(?:server|conformance) ", command)]
    assert len(ours) >= 8
    assert [command for command in ours if ".venv/bin/tmf-" not in command] == []


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = README.read_text().partition("\n## ")[0]
    commands = re.findall(r"^(make \w+)", opening, re.MULTILINE)
    assert commands == ["make serve", "make test"]
    verbs = " ".join(step.command for step in sessions.steps(README.read_text()))
    assert all(part in verbs for part in ("-d", "PATCH", "/hub", "lifecycleStatus="))


@pytest.mark.parametrize(("file", "name"), list(tables.TABLES))
def test_a_table_is_that_of_the_code(file: str, name: str) -> None:
    assert tables.written(file, name) == (ROOT / file).read_text(), "run: python -m tools.tables"


def test_every_setting_is_told_with_its_default_and_meaning() -> None:
    rows = re.findall(
        r"^\| `(TMF_\w+)` \| (?:`(.*?)`)? \| (.*) \|$", (ROOT / "docs/operate/settings.md").read_text(), re.MULTILINE
    )
    assert rows == [tuple(one)[1:] for one in declared()]
    assert [name for name, _, meaning in rows if not meaning] == []


def test_every_setting_that_a_page_names_is_one() -> None:
    known = {one.variable for one in declared()}
    for page in PAGES:
        named = set(re.findall(r"TMF_[A-Z_]+[A-Z]", page.read_text()))
        assert {name for name in named if not name.startswith("TMF_TEST_")} <= known, page.name


def test_the_layers_are_those_that_the_linter_holds() -> None:
    told = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", README.read_text().partition("| layer |")[2], re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert [sorted(re.findall(r"\w+", row)) for row in told] == [
        sorted(re.findall(r"\w+", layer)) for layer in contracts[0]["layers"]
    ]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_nothing_is_left_for_later(page: Path) -> None:
    assert not re.search(r"\b(TODO|TBD|FIXME|coming soon|lorem)\b", page.read_text(), re.IGNORECASE)
