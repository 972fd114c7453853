"""tmf-conformance: the command line. It reads options, runs the suite and writes reports; it judges nothing."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from tmf_conformance.asked import run_asked
from tmf_conformance.errors import CannotRun
from tmf_conformance.inputs import Seconds
from tmf_conformance.own import serving
from tmf_conformance.report.console import scorecard
from tmf_conformance.report.files import write_json, write_junit
from tmf_conformance.report.html import write_html
from tmf_conformance.report.markdown import write_scorecard
from tmf_conformance.running.registry import CHECKS
from tmf_conformance.running.results import Report
from tmf_conformance.running.suite import note_usage

_FILE = click.Path(path_type=Path, dir_okay=False)
_WRITERS: tuple[tuple[str, Callable[[Report, Path], None]], ...] = (
    ("html", write_html),
    ("junit", write_junit),
    ("json", write_json),
    ("scorecard", write_scorecard),
)


_SHARED = (
    click.option("--api", "apis", multiple=True, help="TMF620, TMF622, …; with --root several."),
    click.option("--version", "versions", multiple=True, help="v4 or v5; with --root both when not given."),
    click.option("--depth", type=click.Choice(["quick", "full"]), default="quick", show_default=True),
    click.option("--only", multiple=True, help="Checks or groups to run, by id or the beginning of one."),
    click.option("--skip", multiple=True, help="Checks or groups to leave out."),
    click.option("--read-only", is_flag=True, help="Create, change and delete nothing."),
    click.option(
        "--payloads", type=click.Path(path_type=Path), help="A folder of bodies for POST: NOUN.json, v5-NOUN.json …"
    ),
    click.option("--lifecycles", "lifecycle_file", type=_FILE, help="Lifecycle tables instead of the built-in ones."),
    click.option("--header", "headers", multiple=True, help="'Name: value' to send with every request, like a token."),
    click.option(
        "--callback-host", default="", help="The name under which the server can reach this machine (hub checks)."
    ),
    click.option(
        "--concurrency", type=click.IntRange(1, 64), default=8, show_default=True, help="Checks side by side."
    ),
    click.option("--timeout", type=Seconds(0.1), default=20.0, show_default=True, help="Seconds per request."),
    click.option(
        "--event-timeout",
        type=Seconds(0.1),
        default=10.0,
        show_default=True,
        help="Seconds to wait for an event.",
    ),
    click.option(
        "--retry-timeout",
        type=Seconds(0.1),
        default=30.0,
        show_default=True,
        help="Seconds to wait for a retried one.",
    ),
    click.option("--time-limit", type=Seconds(1.0), help="Seconds for all checks; what is done by then is reported."),
    click.option("--seed", default="", help="Makes the values of two runs equal; by default each run has its own."),
    click.option("--html", type=_FILE, help="Write a report for people."),
    click.option("--junit", type=_FILE, help="Write a report for CI."),
    click.option("--json", type=_FILE, help="Write everything, with time and requests per check."),
    click.option("--scorecard", type=_FILE, help="Write a table of the results as Markdown."),
    click.option("--quiet", is_flag=True, help="Print the verdict only."),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Check whether a server keeps the TM Forum Open APIs.

    Exit 0: it does; 1: it does not; 2: it could not be checked.
    """
    # A CI that cancels a job sends SIGTERM: records and servers must go then as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def _options_of_a_run(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every run has."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@main.command()
@click.option("--url", help="Base URL of one API, like http://host/tmf-api/productCatalogManagement/v5.")
@click.option("--all", "everything", is_flag=True, help="Check every known API that the server at --root offers.")
@click.option("--root", help="Root URL of a server; the APIs are looked for under their usual paths.")
@click.option("--document", type=_FILE, help="An OpenAPI 3.0 or Swagger 2.0 document of an API of one's own.")
@_options_of_a_run
def run(**given: Any) -> None:
    """Run the checks against a server."""
    _finish(given, lambda console: _interruptible(lambda: run_asked(given, console)))


def _finish(given: dict[str, Any], run_checks: Callable[[Console], Report]) -> NoReturn:
    """Run, print, write the reports, and leave with the status."""
    console = Console(stderr=False, quiet=bool(given["quiet"]))
    try:
        report = run_checks(console)
        scorecard(console, report)
        for name, write in _WRITERS:
            if given[name]:
                _write(write, report, given[name])
    except CannotRun as reason:
        _stop(str(reason))
    if report.interrupted:
        left = f"{len(report.left_behind)} records are left behind" if report.left_behind else "nothing is left behind"
        _stop(f"{report.interrupted}; {left}")
    sys.exit(0 if report.conforms else 1)


def _write(write: Callable[[Report, Path], None], report: Report, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(report, path)
    except OSError as error:
        raise CannotRun(f"{path} cannot be written: {error}") from error


def _stop(reason: str) -> NoReturn:
    click.echo(f"tmf-conformance: {reason}", err=True)
    sys.exit(2)


def _interruptible(start: Callable[[], Awaitable[Report]]) -> Report:
    async def whole() -> Report:
        return await start()

    try:
        return asyncio.run(whole())
    except KeyboardInterrupt:
        _stop("interrupted before anything was created")
        raise


@main.command("self")
@click.option(
    "--environment",
    "environments",
    multiple=True,
    type=click.Choice(["empty", "populated"]),
    help="Which databases to check on: an empty one, one with the demo data; both by default.",
)
@click.option("--empty-on", default="", help="URL of the empty database; by default an SQLite file of its own.")
@click.option(
    "--populated-on",
    default="",
    envvar="TMF_CONFORMANCE_DATABASE_URL",
    show_envvar=True,
    help="URL of a fresh database for the demo data; by default an SQLite file of its own.",
)
@_options_of_a_run
def own_server(environments: tuple[str, ...], empty_on: str, populated_on: str, **given: Any) -> None:
    """Start the server of this distribution and run the checks against all of its APIs."""
    given |= {"url": None, "document": None, "everything": True}
    databases = {"empty": empty_on, "populated": populated_on}
    reports: dict[str, Report] = {}

    def run_each(console: Console) -> Report:
        for name in environments or tuple(databases):
            with serving(databases[name], name == "populated") as server:
                console.print(f"{server.name}: {server.root}", highlight=False)
                report = _interruptible(lambda: run_asked({**given, "root": server.root}, console))
                note_usage(report, "server", server.process)
            reports[server.name] = report
            if report.interrupted:
                break
        return Report.joined(reports)

    _finish(given, run_each)


@main.command()
@click.option("--markdown", is_flag=True, help="As a table for documentation.")
def checks(markdown: bool) -> None:
    """List every check with its clause."""
    if markdown:
        click.echo("| check | what it holds a server to | clause | |\n|---|---|---|---|")
    for check in CHECKS.values():
        cells = (f"`{check.id}`" if markdown else check.id, check.title, check.clause, check.level.value)
        click.echo(
            "| " + " | ".join(cells) + " |" if markdown else f"{cells[0]:28} {cells[3]:12} {cells[1]}  ({cells[2]})"
        )


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def power(arguments: tuple[str, ...]) -> None:
    """Prove that the suite catches every way in which its test double can be broken (in a checkout)."""
    try:
        from tmf_double.broken.power import main as prove
    except ImportError:
        _stop("the test double is not part of an installation: run this in a checkout of the project")
        raise
    sys.exit(prove(list(arguments)))
