"""The proof of the suite's power: each broken double is caught by the checks that name its cause.

tmf-conformance power [--only WAY …] [--whole] [--table FILE] [--jobs N]
prints one line per way and, last, `N of N ways caught`; exit 1 when one is missed or the whole double fails. Against a
broken double only the checks that should notice are run, unless --whole asks for all of them.
"""

# ruff: noqa: T201  this is a command

import argparse
import asyncio
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tmf_conformance import lifecycles
from tmf_conformance.documents.document import load
from tmf_conformance.running.registry import CHECKS
from tmf_conformance.running.results import Outcome, Report
from tmf_conformance.running.session import Options
from tmf_conformance.running.suite import Suite, Target
from tmf_double.app import Double
from tmf_double.broken.ways import WAYS
from tmf_double.inside import Inside

_HERE = Path(__file__).resolve().parents[1]
# Seconds to wait for an event. The whole double sends every one: however busy the machine, none may seem missing.
_BROKEN, _WHOLE = 8.0, 60.0
_CAUGHT = (Outcome.FAILED, Outcome.ADVICE)


@dataclass(frozen=True)
class Verdict:
    """What the suite said of one double: the ids of all checks that failed, and of the expected ones that did not."""

    name: str
    failed: tuple[str, ...]
    missed: tuple[str, ...]
    seconds: float

    @property
    def caught(self) -> bool:
        return not self.missed


async def examine(
    double: Double, *, only: tuple[str, ...] = (), skip: tuple[str, ...] = (), patience: float = _BROKEN
) -> Report:
    """The suite's report of a double in this process. `patience`: seconds to wait for an event."""
    options = Options(only=only, skip=skip, seed="power", event_timeout=patience, retry_timeout=patience)
    target = Target(double.document, "http://double/api")
    try:
        suite = Suite([target], double.lifecycles, options, wire=Inside(double.asgi))
        return await suite.run()
    finally:
        await double.close()


def make(kind: type[Double]) -> Double:
    """A double of the made-up API."""
    return kind(load(_HERE / "widget.yaml"), lifecycles.read(_HERE / "widget-lifecycles.yaml"))


def judge(name: str, whole: bool = False) -> Verdict:
    """The verdict on one way; the empty name is the unbroken double, of which nothing may fail."""
    if not name:
        report = asyncio.run(examine(make(Double), patience=_WHOLE))
        failed = _failed(report)
        blocked = [r.check.id for r in report.results if r.outcome in (Outcome.BLOCKED, Outcome.UNSUPPORTED)]
        return Verdict("", failed, (*failed, *blocked), report.seconds)
    way = WAYS[name]
    # Generating requests takes seconds: only where they are what should notice.
    skip = () if any(check.startswith("contract.") for check in way.caught_by) else ("contract",)
    report = asyncio.run(examine(make(way.double), only=() if whole else way.caught_by, skip=skip))
    failed = _failed(report)
    return Verdict(name, failed, tuple(check for check in way.caught_by if check not in failed), report.seconds)


def _failed(report: Report) -> tuple[str, ...]:
    return tuple(dict.fromkeys(r.check.id for r in report.results if r.outcome in _CAUGHT))


def main(arguments: list[str] | None = None) -> int:
    """Run the proof; the exit status."""
    parser = argparse.ArgumentParser(prog="tmf-conformance power", description=__doc__)
    parser.add_argument("--only", nargs="*", choices=sorted(WAYS), default=[])
    parser.add_argument("--whole", action="store_true", help="run every check against every broken double")
    parser.add_argument("--table", type=Path, help="write the table of ways and catching checks as Markdown")
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    given = parser.parse_args(arguments)
    unknown = {check for way in WAYS.values() for check in way.caught_by} - CHECKS.keys()
    if unknown:
        print(f"the table of ways names checks that do not exist: {', '.join(sorted(unknown))}")
        return 1
    names = ["", *(given.only or WAYS)]
    with ProcessPoolExecutor(given.jobs) as pool:
        verdicts = list(pool.map(_announced, names, [given.whole] * len(names)))
    whole, ways = verdicts[0], verdicts[1:]
    if given.table:
        given.table.write_text(table(ways), encoding="utf-8")
    if not whole.caught:
        print(f"the whole double does not pass: {', '.join(whole.missed)}")
    caught = sum(verdict.caught for verdict in ways)
    print(f"{caught} of {len(ways)} ways caught")
    return 0 if whole.caught and caught == len(ways) else 1


def _announced(name: str, whole: bool) -> Verdict:
    verdict = judge(name, whole)
    said = "caught" if verdict.caught else f"MISSED by {', '.join(verdict.missed)}"
    text = f"{name or 'whole double':28} {'passes' if not name and verdict.caught else said}  ({verdict.seconds:.1f} s)"
    print(text, flush=True)
    return verdict


def table(verdicts: list[Verdict]) -> str:
    """The table of the documentation: what is broken and which checks say so."""
    lines = [
        "# What the suite catches",
        "",
        "Made by `make conformance-power`, which breaks a test double in each of these ways and runs the suite",
        "against it. A way counts as caught when the checks that name its cause fail; others may fail with them.",
        "",
        f"{sum(v.caught for v in verdicts)} of {len(verdicts)} ways are caught; the whole double passes every check.",
        "",
        "| way | what is broken | caught by |",
        "|---|---|---|",
    ]
    for verdict in verdicts:
        way = WAYS[verdict.name]
        named = ", ".join(f"`{check}`" for check in way.caught_by)
        lines.append(f"| `{way.name}` | {way.what} | {named if verdict.caught else '**missed**'} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
