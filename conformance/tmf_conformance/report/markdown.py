"""The scorecard as Markdown, for documentation: figures by document, and what does not hold."""

from collections import Counter
from pathlib import Path

from tmf_conformance.running.registry import GROUPS
from tmf_conformance.running.results import Outcome, Report, Result

_COLUMNS = ("failed", "advice", "not implemented", "not applicable", "requests", "seconds")
_LISTED = (Outcome.FAILED, Outcome.BLOCKED, Outcome.ADVICE, Outcome.UNSUPPORTED)


def write_scorecard(report: Report, path: Path) -> None:
    """The scorecard of a run as a Markdown file."""
    path.write_text(scorecard(report), encoding="utf-8")


def scorecard(report: Report) -> str:
    """The scorecard of a run."""
    counts = report.counts()
    verdict = "conforms" if report.conforms else "does not conform"
    if report.interrupted:
        verdict = f"was not checked to the end ({report.interrupted})"
    lines = [
        "# Scorecard",
        "",
        "Made by `tmf-conformance`, never typed: `make conformance` writes it.",
        "",
        f"**The server {verdict}.**",
        f"At {report.depth} depth {counts[Outcome.PASSED]} of {len(report.results)} checks hold.",
        f"{report.requests} requests took {report.seconds:.0f} s.",
        f"{report.created - len(report.left_behind)} of {report.created} records that it created are removed again.",
        f"Started {report.started}.",
        "",
        "A group's cell says how many of the checks that applied hold. Checks run side by side: their seconds add up",
        "to more than the run took. Recommended checks that do not hold are advice, not failures.",
        "",
        *_table(report),
        *_usage(report),
        *_findings(report),
        *_reasons(report),
    ]
    return "\n".join(lines) + "\n"


def _table(report: Report) -> list[str]:
    header = ["document", *GROUPS, *_COLUMNS]
    lines = [f"| {' | '.join(header)} |", "|---|" + "---:|" * (len(header) - 1)]
    for name, results in report.by_document().items():
        counts = report.counts(results)
        cells = [name, *(_share(results, group) for group in GROUPS)]
        bad = counts[Outcome.FAILED] + counts[Outcome.BLOCKED]
        others = (counts[Outcome.ADVICE], counts[Outcome.UNSUPPORTED], counts[Outcome.SKIPPED])
        sums = (sum(r.requests for r in results), round(sum(r.seconds for r in results)))
        lines.append("| " + " | ".join([*cells, *(str(number) for number in (bad, *others, *sums))]) + " |")
    return lines


def _share(results: list[Result], group: str) -> str:
    judged = [r for r in results if r.check.group == group and r.outcome not in (Outcome.SKIPPED, Outcome.UNSUPPORTED)]
    return f"{sum(r.outcome is Outcome.PASSED for r in judged)}/{len(judged)}" if judged else "-"


def _usage(report: Report) -> list[str]:
    if not report.usage:
        return []
    lines = ["", "| process | CPU seconds | peak megabytes |", "|---|---:|---:|"]
    return lines + [f"| {name} | {u.cpu_seconds:.0f} | {u.peak_megabytes:.0f} |" for name, u in report.usage.items()]


def _findings(report: Report) -> list[str]:
    found = [(outcome, r) for outcome in _LISTED for r in report.results if r.outcome is outcome]
    if not found:
        return ["", "Nothing failed, and there is no advice."]
    lines = ["", "## What does not hold", "", "| | where | check | what was found |", "|---|---|---|---|"]
    for outcome, result in found:
        text = result.findings[0].message if result.findings else result.note
        where = f"{result.document} {result.subject}"
        lines.append(f"| {outcome.value} | {where} | `{result.check.id}` | {_cell(text)} |")
    return lines


def _reasons(report: Report) -> list[str]:
    """Why checks did not apply, the most frequent reasons first."""
    counted = Counter(result.note for result in report.results if result.outcome is Outcome.SKIPPED)
    if not counted:
        return []
    lines = ["", "## Why checks did not apply", "", "| reason | checks |", "|---|---:|"]
    return lines + [f"| {_cell(reason)} | {count} |" for reason, count in counted.most_common()]


def _cell(text: str) -> str:
    return " ".join(text[:300].split()).replace("|", "\\|").replace("<", "&lt;")
