"""JSON and JUnit XML of a run, for machines."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tmf_conformance.http.client import Exchange
from tmf_conformance.running.results import Finding, Outcome, Report, Result

_SHOWN = 2000


def as_dict(report: Report) -> dict[str, Any]:
    """The whole run as plain data; times in seconds."""
    return {
        "target": report.target,
        "started": report.started,
        "depth": report.depth,
        "seed": report.seed,
        "conforms": report.conforms,
        "interrupted": bool(report.interrupted),
        "seconds": round(report.seconds, 3),
        "requests": report.requests,
        "created": report.created,
        "leftBehind": report.left_behind,
        "usage": {
            name: {"cpuSeconds": round(usage.cpu_seconds, 2), "peakMegabytes": round(usage.peak_megabytes, 1)}
            for name, usage in report.usage.items()
        },
        "counts": {outcome.value: count for outcome, count in report.counts().items()},
        "byCheck": _by_check(report.results),
        "results": [_result(result) for result in report.results],
    }


def _by_check(results: list[Result]) -> dict[str, Any]:
    seconds: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    for result in results:
        seconds[result.check.id] += result.seconds  # type: ignore[assignment]  # a Counter adds floats as well
        requests[result.check.id] += result.requests
    return {name: {"seconds": round(seconds[name], 3), "requests": requests[name]} for name in seconds}


def _result(result: Result) -> dict[str, Any]:
    check = result.check
    return {
        "check": check.id,
        "title": check.title,
        "clause": check.clause,
        "level": check.level.value,
        "group": check.group,
        "api": result.api,
        "version": result.version,
        "environment": result.environment,
        "subject": result.subject,
        "outcome": result.outcome.value,
        "note": result.note,
        "seconds": round(result.seconds, 4),
        "requests": result.requests,
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {"message": finding.message, "expected": finding.expected, **_exchange(finding.exchange)}


def _exchange(exchange: Exchange | None) -> dict[str, Any]:
    return {"request": exchange.curl, "answer": exchange.shown[:_SHOWN]} if exchange else {}


def write_json(report: Report, path: Path) -> None:
    """The run as JSON."""
    path.write_text(json.dumps(as_dict(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_junit(report: Report, path: Path) -> None:
    """The run as JUnit XML: a suite per document, a case per check and subject."""
    root = ET.Element("testsuites", name="tmf-conformance", time=f"{report.seconds:.3f}")
    for name, results in report.by_document().items():
        bad = sum(r.outcome in (Outcome.FAILED, Outcome.BLOCKED) for r in results)
        idle = sum(r.outcome in (Outcome.SKIPPED, Outcome.UNSUPPORTED) for r in results)
        suite = ET.SubElement(
            root, "testsuite", name=name, tests=str(len(results)), failures=str(bad), skipped=str(idle)
        )
        for result in results:
            _case(suite, result)
    ET.indent(root)
    path.write_text(_printable(ET.tostring(root, encoding="unicode")) + "\n", encoding="utf-8")


def _case(suite: ET.Element, result: Result) -> None:
    name = f"{result.check.id} [{result.subject}]"
    case = ET.SubElement(
        suite, "testcase", classname=f"{result.api}.{result.version}", name=name, time=f"{result.seconds:.3f}"
    )
    if result.outcome in (Outcome.FAILED, Outcome.BLOCKED):
        message = result.findings[0].message if result.findings else result.note
        failure = ET.SubElement(case, "failure", message=_printable(message), type=result.outcome.value)
        failure.text = _printable("\n\n".join(_text(result, finding) for finding in result.findings))
    elif result.outcome in (Outcome.SKIPPED, Outcome.UNSUPPORTED):
        ET.SubElement(case, "skipped", message=_printable(f"{result.outcome.value}: {result.note}"))
    elif result.outcome is Outcome.ADVICE:
        ET.SubElement(case, "system-out").text = _printable("\n\n".join(_text(result, f) for f in result.findings))


def _text(result: Result, finding: Finding) -> str:
    lines = [f"{result.check.title} ({result.check.clause})", finding.message, f"expected: {finding.expected}"]
    if finding.exchange:
        lines += [finding.exchange.curl, finding.exchange.shown[:_SHOWN]]
    return "\n".join(lines)


def _printable(text: str) -> str:
    """XML 1.0 has no control characters, not even escaped."""
    return "".join(c if c >= " " or c in "\t\n\r" else "\ufffd" for c in text if not "\ud800" <= c <= "\udfff")
