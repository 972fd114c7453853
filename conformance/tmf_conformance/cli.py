"""tmf-conformance: the command line. It reads options, runs the suite and writes reports; it judges nothing."""

import asyncio
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from tmf_conformance import known, lifecycles
from tmf_conformance.client import Limits, open_network
from tmf_conformance.discovery import discover
from tmf_conformance.document import load
from tmf_conformance.errors import CannotRun
from tmf_conformance.own import serving
from tmf_conformance.registry import CHECKS, GROUPS
from tmf_conformance.report.console import LiveProgress, scorecard
from tmf_conformance.report.files import write_json, write_junit
from tmf_conformance.report.html import write_html
from tmf_conformance.results import Report
from tmf_conformance.session import Options
from tmf_conformance.suite import Suite, Target

_FILE = click.Path(path_type=Path, dir_okay=False)
_WRITERS: tuple[tuple[str, Callable[[Report, Path], None]], ...] = (
    ("html", write_html),
    ("junit", write_junit),
    ("json", write_json),
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
    click.option("--timeout", type=click.FloatRange(0.1), default=20.0, show_default=True, help="Seconds per request."),
    click.option(
        "--event-timeout",
        type=click.FloatRange(0.1),
        default=10.0,
        show_default=True,
        help="Seconds to wait for an event.",
    ),
    click.option(
        "--retry-timeout",
        type=click.FloatRange(0.1),
        default=30.0,
        show_default=True,
        help="Seconds to wait for a retried one.",
    ),
    click.option("--seed", default="", help="Makes the values of two runs equal; by default each run has its own."),
    click.option("--html", type=_FILE, help="Write a report for people."),
    click.option("--junit", type=_FILE, help="Write a report for CI."),
    click.option("--json", type=_FILE, help="Write everything, with time and requests per check."),
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
    _finish(given)


def _finish(given: dict[str, Any]) -> NoReturn:
    """Run, print, write the reports, and leave with the status."""
    console = Console(stderr=False, quiet=bool(given["quiet"]))
    try:
        report = _interruptible(lambda: _run(given, console))
        scorecard(console, report)
        for name, write in _WRITERS:
            if given[name]:
                _write(write, report, given[name])
    except CannotRun as reason:
        _stop(str(reason))
    if report.interrupted:
        left = f"{len(report.left_behind)} records are left behind" if report.left_behind else "nothing is left behind"
        _stop(f"interrupted; {left}")
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


async def _run(given: dict[str, Any], console: Console) -> Report:
    options = _options(given)
    limits = Limits(request=given["timeout"], connect=min(5.0, given["timeout"]))
    machines = lifecycles.read(given["lifecycle_file"]) if given["lifecycle_file"] else lifecycles.read()
    targets = await _targets(given, options, limits)
    suite = Suite(targets, machines, options, limits, given["payloads"], given["callback_host"])
    with LiveProgress(console) as progress:
        return await suite.run(progress, progress.planned)


def _options(given: dict[str, Any]) -> Options:
    for pattern in (*given["only"], *given["skip"]):
        if pattern not in GROUPS and not any(check_id.startswith(pattern) for check_id in CHECKS):
            raise CannotRun(f"no check and no group begins with {pattern!r}; see tmf-conformance checks")
    return Options(
        depth=given["depth"],
        read_only=given["read_only"],
        seed=given["seed"] or secrets.token_hex(4),
        event_timeout=given["event_timeout"],
        retry_timeout=given["retry_timeout"],
        only=given["only"],
        skip=given["skip"],
        concurrency=given["concurrency"],
        headers=dict(_header(text) for text in given["headers"]),
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isascii() or not text.isprintable():
        raise CannotRun(f"--header {text!r} is no 'Name: value'")
    return name.strip(), value.strip()


async def _targets(given: dict[str, Any], options: Options, limits: Limits) -> list[Target]:
    apis, versions = [api.upper() for api in given["apis"]], [version.lower() for version in given["versions"]]
    if given["root"]:
        wanted = [(api, version) for api in apis or known.PATHS for version in versions or known.VERSIONS]
        _check_known(wanted)
        async with aclosing(open_network(limits)) as wire:
            return await discover(wire, _http_url(given["root"], "--root"), wanted, options.headers)
    if given["everything"] or not given["url"]:
        raise CannotRun(
            "give --url URL with --api and --version, --url URL with --document FILE, or --all with --root URL"
        )
    url = _http_url(given["url"], "--url")
    if given["document"]:
        return [Target(load(given["document"], api=next(iter(apis), ""), version=next(iter(versions), "")), url)]
    if len(apis) != 1 or len(versions) != 1:
        raise CannotRun("--url needs exactly one --api and one --version, or a --document")
    _check_known([(apis[0], versions[0])])
    return [Target(known.document(apis[0], versions[0]), url)]


def _http_url(text: str, option: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise CannotRun(f"{option} {text!r} must begin with http:// or https://")
    return text


def _check_known(pairs: list[tuple[str, str]]) -> None:
    for api, version in pairs:
        if api not in known.PATHS or version not in known.VERSIONS:
            raise CannotRun(
                f"{api} {version} is not known; use --document FILE, or one of {', '.join(known.PATHS)} in v4 or v5"
            )


@main.command("self")
@click.option("--database-url", default="", help="The server's database; by default an SQLite file of its own.")
@click.option("--demo/--empty", default=False, help="With the demo data, or on an empty database (the default).")
@_options_of_a_run
def own_server(database_url: str, demo: bool, **given: Any) -> None:
    """Start the server of this distribution and run the checks against all of its APIs."""
    try:
        with serving(database_url, demo) as root:
            _finish({**given, "root": root, "url": None, "document": None, "everything": True})
    except CannotRun as reason:
        _stop(str(reason))


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
        from tmf_double.power import main as prove
    except ImportError:
        _stop("the test double is not part of an installation: run this in a checkout of the project")
        raise
    sys.exit(prove(list(arguments)))
