"""The HTML report: one file with everything in it."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from tmf_conformance.errors import CannotRun
from tmf_conformance.running.registry import GROUPS
from tmf_conformance.running.results import Outcome, Report, Result

_ORDER = (Outcome.FAILED, Outcome.BLOCKED, Outcome.ADVICE, Outcome.UNSUPPORTED, Outcome.PASSED, Outcome.SKIPPED)
_GROUP_TITLES = {
    "contract": "The document is kept",
    "tmf630": "The REST rules are kept",
    "lifecycle": "States move as they should",
    "abuse": "Bad input does no harm",
}


def write_html(report: Report, path: Path) -> None:
    """The report of a run as one self-contained page. CannotRun where the template engine is not installed."""
    try:
        import jinja2
    except ImportError as error:
        raise CannotRun("--html needs Jinja2: pip install 'tmf-server[conformance]'") from error
    source = (files("tmf_conformance") / "report" / "report.html.jinja").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    path.write_text(environment.from_string(source).render(**_values(report)), encoding="utf-8", errors="replace")


def _values(report: Report) -> dict[str, Any]:
    documents = [_document(name, results) for name, results in report.by_document().items()]
    return {
        "report": report,
        "documents": documents,
        "groups": [(group, _GROUP_TITLES[group]) for group in GROUPS],
        "counts": {outcome.value: report.counts()[outcome] for outcome in _ORDER},
        "total": len(report.results),
    }


def _document(name: str, results: list[Result]) -> dict[str, Any]:
    ordered = sorted(results, key=lambda result: (_ORDER.index(result.outcome), result.check.group))
    groups = {group: _share([r for r in results if r.check.group == group]) for group in GROUPS}
    bad = any(r.outcome in (Outcome.FAILED, Outcome.BLOCKED) and r.check.level.value == "mandatory" for r in results)
    shown = [r for r in ordered if r.findings or r.outcome in (Outcome.BLOCKED, Outcome.UNSUPPORTED)]
    return {"name": name, "holds": not bad, "groups": groups, "shown": shown, "all": ordered}


def _share(results: list[Result]) -> dict[str, int]:
    judged = [r for r in results if r.outcome not in (Outcome.SKIPPED, Outcome.UNSUPPORTED)]
    passed = sum(r.outcome is Outcome.PASSED for r in judged)
    advice = sum(r.outcome is Outcome.ADVICE for r in judged)
    return {"passed": passed, "advice": advice, "bad": len(judged) - passed - advice, "judged": len(judged)}
