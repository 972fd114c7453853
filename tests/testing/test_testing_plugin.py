"""The plugin of pytest, as tests of other projects use it, and what its documentation shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from tests.support import sessions
from tmf_conformance.cli import main as conformance
from tmf_server.cli import main as server
from tmf_server.testing import pool

pytest_plugins = ["pytester"]
KEPT = pool  # pytester forgets the modules that its runs import first, and those of the server are slow to import

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "testing" / "testing.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
JOBS = [page for page in PAGES if page.name in ("testing.md", "conformance.md")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(DOCUMENT)
OPTIONS = ("-q", "--strict-markers", "-p", "no:cacheprovider")


@pytest.fixture(autouse=True)
def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def passed(pytester: pytest.Pytester, code: str, number: int = 1) -> None:
    pytester.makepyfile(code)
    pytester.runpytest_inprocess(*OPTIONS).assert_outcomes(passed=number)


# -- the documentation ------------------------------------------------------------------------------
def test_the_example_has_ten_lines_and_passes(pytester: pytest.Pytester) -> None:
    [example] = sessions.files(DOCUMENT).values()
    assert len(example.splitlines()) == 10
    passed(pytester, example)


def test_the_ini_that_is_shown_is_read(pytester: pytest.Pytester) -> None:
    pytester.makeini(next(text for kind, text in BLOCKS if kind == "ini"))
    passed(
        pytester,
        """
        import httpx

        def test_it(tmf_server):
            assert set(tmf_server.urls) == {"TMF620/v4", "TMF620/v5", "TMF638/v5"}
            assert httpx.get(tmf_server.url("TMF620") + "/category").json()
        """,
    )


def shown_commands() -> Iterator[str]:
    """Each line of a job that runs a command of ours."""
    jobs = [yaml.safe_load(text) for kind, text in BLOCKS if kind == "yaml"]
    assert len(jobs) == 2
    for text in _strings(jobs):
        yield from (line for line in text.splitlines() if line.startswith(("tmf-server ", "tmf-conformance ")))


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list | dict):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _strings(inner)


@pytest.mark.parametrize("line", sorted(set(shown_commands())))
def test_a_command_that_a_job_runs_has_these_options(line: str) -> None:
    program, name, *words = line.split()
    group: click.Group = {"tmf-server": server, "tmf-conformance": conformance}[program]
    known = {option for parameter in group.commands[name].params for option in parameter.opts}
    given = {word for word in words if word.startswith("--")}
    assert given
    assert given <= known


INSTALL = re.compile(r"\b(?:pip|pipx) install ([^`\n]*)")
BARE = re.compile(r"(?<![./\w-])tmf-server(?!\S* @)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_installed_comes_from_a_copy_of_the_project(page: Path) -> None:
    assert [words for words in INSTALL.findall(page.read_text()) if BARE.search(words)] == []


@pytest.mark.parametrize("page", JOBS, ids=lambda page: page.name)
def test_a_job_waits_for_every_server_that_it_starts_or_calls(page: Path) -> None:
    blocks = [text for kind, text in BLOCK.findall(page.read_text()) if kind == "yaml"]
    lines = [line.strip() for text in blocks for line in text.splitlines()]
    started = [at + 1 for at, line in enumerate(lines) if line.endswith(" &")]
    called = [at - 1 for at, line in enumerate(lines) if "tmf-conformance run" in line]
    assert called
    assert [lines[at] for at in started + called if "'until " not in lines[at]] == []


def test_a_project_that_fails_on_warnings_can_use_it(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile(next(iter(sessions.files(DOCUMENT).values())))
    # in a process of its own, where the modules whose import warns are imported for the first time
    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)


# -- the fixture ------------------------------------------------------------------------------------
def test_each_test_gets_the_server_as_new(pytester: pytest.Pytester) -> None:
    passed(
        pytester,
        """
        import httpx, pytest
        from tmf_server.rules.instants import machine_now, now

        pytestmark = pytest.mark.tmf_server(apis=["TMF620/v5"])
        urls = set()

        @pytest.mark.parametrize("turn", [1, 2])
        def test_it(tmf_server, turn):
            urls.add(tmf_server.url())
            categories = tmf_server.url("TMF620") + "/category"
            assert httpx.get(categories).json() == []
            assert tmf_server.clock.shown()["source"] == "machine"
            assert httpx.post(categories, json={"@type": "Category", "name": "Fibre"}).status_code == 201
            tmf_server.clock.set("2030-01-01")
            tmf_server.faults.status(500)
            assert httpx.get(categories).status_code == 500

        def test_the_clock_of_the_process_is_let_go():
            assert abs(now() - machine_now()) < 1_000_000
            assert len(urls) == 1
        """,
        3,
    )


def test_the_nearest_marker_counts_and_has_settings(pytester: pytest.Pytester) -> None:
    passed(
        pytester,
        """
        import httpx, pytest

        pytestmark = pytest.mark.tmf_server(apis=["TMF642"])

        @pytest.mark.tmf_server(apis=["TMF642/v4"], seed="demo", max_limit=1)
        class TestIt:
            def test_it(self, tmf_server):
                assert set(tmf_server.urls) == {"TMF642/v4"}
                alarms = httpx.get(tmf_server.url("TMF642", "v4") + "/alarm?limit=50")
                assert len(alarms.json()) == 1 < int(alarms.headers["x-total-count"])

        def test_beside(tmf_server):
            assert set(tmf_server.urls) == {"TMF642/v4", "TMF642/v5"}
        """,
        2,
    )


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ('apis=["TMF1"]', "@pytest.mark.tmf_server: there is no API TMF1; there are TMF620"),
        ('seed="much"', "seed must be one of none, demo, not 'much'"),
        ("nonsense=1", "there is no setting nonsense"),
        ('"TMF620"', "takes its arguments by name: apis=[...], seed=..."),
    ],
)
def test_a_marker_that_says_nothing_sensible_is_told(pytester: pytest.Pytester, marker: str, told: str) -> None:
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.tmf_server({marker})
        def test_it(tmf_server):
            pass
        """
    )
    result = pytester.runpytest_inprocess(*OPTIONS)
    result.assert_outcomes(errors=1)
    assert told in result.stdout.str()


def test_who_asks_for_no_server_imports_none(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            ours = {name for name in sys.modules if name.partition(".")[0] == "tmf_server"}
            assert ours == {"tmf_server", "tmf_server.testing", "tmf_server.testing.plugin"}
        """
    )
    pytester.runpytest_subprocess(*OPTIONS).assert_outcomes(passed=1)
