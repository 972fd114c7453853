"""The scorecard: written by the suite, never typed; and what a run says about what it cost."""

import json
import re
from pathlib import Path

import pytest

from tests.conformance.conftest import ROOT, Command, Examine
from tmf_conformance.checks.lists import expanding
from tmf_conformance.known import PATHS, VERSIONS
from tmf_conformance.report.files import as_dict
from tmf_conformance.report.markdown import scorecard
from tmf_conformance.running.registry import CHECKS, GROUPS
from tmf_conformance.running.results import Outcome, Report
from tmf_double.app import Double
from tmf_double.broken.ways import WAYS

COMMITTED = ROOT / "docs" / "testing" / "scorecard.md"


def opening(text: str) -> list[str]:
    """The lines of a scorecard up to the header of its table, every figure as # and whatever the verdict is."""
    head, header, _ = text.partition("| seconds |\n")
    figureless = re.sub(r"\d[\d:TZ.-]*", "#", head + header)
    return re.sub(r"\*\*The server .+\*\*", "**The server …**", figureless).splitlines()


def row_pattern() -> str:
    """One document's line: a cell per group and six figures."""
    return r"\| TMF\d{3} v[45] on [\w ]+ \|" + r" (?:\d+/\d+|-) \|" * len(GROUPS) + r" \d+ \|" * 6


def test_the_committed_scorecard_is_as_the_suite_writes_it() -> None:
    made = scorecard(Report("made", depth="quick", started="2030-01-01T00:00:00Z"))
    assert opening(COMMITTED.read_text(encoding="utf-8")) == opening(made)


def test_the_committed_scorecard_tells_of_every_document_on_both_databases() -> None:
    lines = COMMITTED.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| TMF")]
    assert all(re.fullmatch(row_pattern(), line) for line in rows)
    told = {line.split(" | ")[0].removeprefix("| ") for line in rows}
    places = ("empty SQLite", "populated PostgreSQL")
    assert told == {f"{api} {version} on {place}" for api in PATHS for version in VERSIONS for place in places}


def test_a_scorecard_names_what_fails_and_what_did_not_apply(examine: Examine) -> None:
    report = examine("filter", double=WAYS["ne-as-eq"].double)
    text = scorecard(Report.joined({"here": report}))
    assert "**The server does not conform.**" in text
    assert re.search(r"^\| Widget Inventory v5 on here \| - \| \d+/\d+ \| - \| - \| [1-9]\d* \|", text, re.MULTILINE)
    assert re.search(r"^\| failed \| Widget Inventory v5 on here widget \| `filter.ne` \| .+ \|$", text, re.MULTILINE)
    reason = next(r.note for r in report.results if r.outcome is Outcome.SKIPPED)
    assert f"| {reason} | " in text


def test_runs_in_several_environments_are_one_report(examine: Examine) -> None:
    good, bad = examine("filter.ne"), examine("filter.ne", double=WAYS["ne-as-eq"].double)
    whole = Report.joined({"one": good, "other": bad})
    assert not whole.conforms
    assert Report.joined({"one": good}).conforms
    assert whole.requests == good.requests + bad.requests
    assert list(whole.by_document()) == ["Widget Inventory v5 on one", "Widget Inventory v5 on other"]
    assert {r["environment"] for r in as_dict(whole)["results"]} == {"one", "other"}


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="the system has no /proc, which tells what processes cost"
)
def test_a_run_tells_what_it_cost(examine: Examine) -> None:
    usage = as_dict(examine("filter.ne"))["usage"]
    assert usage["suite"]["cpuSeconds"] >= 0
    assert usage["suite"]["peakMegabytes"] > 10


def test_this_server_is_checked_by_one_command(command: Command) -> None:
    arguments = (
        "--environment",
        "empty",
        "--api",
        "TMF642",
        "--version",
        "v5",
        "--only",
        "retrieve",
        "--only",
        "event.create",
    )
    status, out, err = command.run("self", *arguments, "--json", "r.json", "--event-timeout", "60", seconds=200)
    assert (status, err) == (0, ""), out
    result = json.loads((command.folder / "r.json").read_text())
    assert {r["environment"] for r in result["results"]} == {"empty SQLite"}
    assert {"server, empty SQLite", "suite, empty SQLite"} <= result["usage"].keys()


def test_what_a_double_does_not_declare_is_not_asked(examine: Examine) -> None:
    found = {r.subject: r.outcome for r in examine("expand.path", double=Double).results}
    assert found == {"widget": Outcome.SKIPPED, "inspectWidget": Outcome.PASSED}
    assert CHECKS["expand.path"].run is expanding.by_path
