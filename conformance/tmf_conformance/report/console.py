"""The scorecard and the live progress on the terminal."""

from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tmf_conformance.running.registry import GROUPS
from tmf_conformance.running.results import Outcome, Report, Result

_BAD = (Outcome.FAILED, Outcome.BLOCKED)
_SHOWN = 40
_SHORT = {"lifecycle": "states"}
_LISTED = (
    (Outcome.FAILED, "red"),
    (Outcome.BLOCKED, "red"),
    (Outcome.ADVICE, "yellow"),
    (Outcome.UNSUPPORTED, "cyan"),
)


class LiveProgress:
    """A bar with the failures so far; each failure is also printed as it happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("checking", total=None)
        self._failed = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def planned(self, jobs: int) -> None:
        """How many checks there will be."""
        self._progress.update(self._task, total=jobs)

    def __call__(self, result: Result) -> None:
        """One check is done."""
        if result.outcome in _BAD:
            self._failed += 1
            if self._failed <= _SHOWN:
                text = result.findings[0].message if result.findings else result.note
                self._progress.print(f"[red]✗[/red] {escape(result.name)}  {escape(text[:200])}", highlight=False)
        note = f"checking, {self._failed} failed" if self._failed else "checking"
        self._progress.update(self._task, advance=1, description=note)


def scorecard(console: Console, report: Report) -> None:
    """One line per document: checks that hold, by group, and what does not."""
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=f"Conformance of {report.target if len(report.by_document()) == 1 else 'the server'}",
    )
    table.add_column("API")
    for column in (*(_SHORT.get(group, group) for group in GROUPS), "fail", "block", "advice", "n/i", "n/a"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, results in report.by_document().items():
        counts = report.counts(results)
        cells = [_group(results, group) for group in GROUPS]
        others = (Outcome.FAILED, Outcome.BLOCKED, Outcome.ADVICE, Outcome.UNSUPPORTED, Outcome.SKIPPED)
        table.add_row(name, *cells, *(str(counts[outcome] or "") for outcome in others))
    console.print(table)
    console.print("n/i: the server says that it does not implement it; n/a: there is nothing here to check it on")
    _lists(console, report)
    console.print(_verdict(report))


def _group(results: list[Result], group: str) -> str:
    mine = [r for r in results if r.check.group == group and r.outcome not in (Outcome.SKIPPED, Outcome.UNSUPPORTED)]
    return f"{sum(r.outcome is Outcome.PASSED for r in mine)}/{len(mine)}" if mine else "-"


def _lists(console: Console, report: Report) -> None:
    for outcome, colour in _LISTED:
        found = [r for r in report.results if r.outcome is outcome]
        for result in found[:_SHOWN]:
            text = result.findings[0].message if result.findings else result.note
            console.print(
                f"[{colour}]{outcome.value}[/{colour}] {escape(result.name)}  {escape(text[:240])}", highlight=False
            )
        if len(found) > _SHOWN:
            console.print(f"… and {len(found) - _SHOWN} more: see the HTML report")


def _verdict(report: Report) -> str:
    counts = report.counts()
    removed = report.created - len(report.left_behind)
    text = (
        f"{counts[Outcome.PASSED]} of {len(report.results)} checks hold, {report.requests} requests "
        f"in {report.seconds:.1f} s; {removed} of {report.created} records removed again"
    )
    if report.interrupted:
        return f"[yellow]{report.interrupted}[/yellow]: {text}"
    return f"[green]conforms[/green]: {text}" if report.conforms else f"[red]does not conform[/red]: {text}"
