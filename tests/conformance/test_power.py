"""The suite notices what is broken and finds nothing where nothing is. `make conformance-power` tries every way."""

import re
from typing import Self

import pytest

from tests.conformance.conftest import ROOT, Examine
from tmf_conformance.running.registry import CHECKS, Level
from tmf_conformance.running.results import Outcome
from tmf_double.broken.power import Verdict, judge, main, table
from tmf_double.broken.ways import WAYS

SOUND = Verdict("", (), (), 0.0)

# One way of each kind; the proof itself goes through all of them.
SAMPLE = (
    "filters-ignored", "ne-as-eq", "filter-after-paging", "total-is-page", "sort-unstable", "fields-drop-id",
    "merge-appends-arrays", "json-patch-test-ignored", "lost-update", "post-differs", "nulls-shown", "local-time",
    "events-early", "events-doubled", "wrong-allow", "utf8-500", "illegal-moves", "stored-then-refused",
)  # fmt: skip


def test_the_whole_double_passes_every_check(examine: Examine) -> None:
    report = examine("tmf630", "lifecycle", "abuse")
    bad = [(r.name, r.note, [f.message for f in r.findings]) for r in report.results
           if r.outcome not in (Outcome.PASSED, Outcome.SKIPPED)]  # fmt: skip
    assert bad == []
    assert report.conforms
    assert sum(r.outcome is Outcome.PASSED for r in report.results) > 300


@pytest.mark.parametrize("name", SAMPLE)
def test_a_broken_double_is_caught_by_the_checks_that_name_the_cause(name: str) -> None:
    assert judge(name).missed == ()


def test_there_are_forty_ways_and_more_and_every_one_names_real_checks() -> None:
    assert len(WAYS) >= 40
    assert {check for way in WAYS.values() for check in way.caught_by} <= CHECKS.keys()


def test_a_missed_way_fails_the_proof(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blind = type(WAYS["ne-as-eq"])("ne-as-eq", "nothing is broken here", WAYS["fields-ignored"].double, ("filter.ne",))
    monkeypatch.setitem(WAYS, "ne-as-eq", blind)
    monkeypatch.setattr("tmf_double.broken.power.ProcessPoolExecutor", _Here)
    # the unbroken double has a test of its own
    monkeypatch.setattr("tmf_double.broken.power.judge", lambda name, whole: judge(name, whole) if name else SOUND)
    assert main(["--only", "ne-as-eq", "--jobs", "1"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 of 1 ways caught"


class _Here:
    """A pool of no processes, so that what the test has changed is seen."""

    def __init__(self, _: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    map = staticmethod(map)


def test_the_table_in_the_documentation_is_the_table_of_ways() -> None:
    text = (ROOT / "docs" / "testing" / "conformance-power.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| ", text, re.MULTILINE)
    assert dict(rows) == {way.name: way.what for way in WAYS.values()}
    assert "**missed**" not in text
    assert text.startswith(table([]).splitlines()[0])


def test_every_check_says_what_it_holds_a_server_to() -> None:
    for check in CHECKS.values():
        assert len(check.title.split()) >= 3
        assert check.clause
        assert isinstance(check.level, Level)
        assert check.id.count(".") == 1
