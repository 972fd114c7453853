"""From the options of a run to its report. Prints progress only, and ends no process."""

import secrets
from contextlib import aclosing
from typing import Any

from rich.console import Console

from tmf_conformance import known, lifecycles
from tmf_conformance.discovery import discover
from tmf_conformance.documents.document import load
from tmf_conformance.errors import CannotRun
from tmf_conformance.http.client import Limits, open_network
from tmf_conformance.report.console import LiveProgress
from tmf_conformance.running.registry import CHECKS, GROUPS
from tmf_conformance.running.results import Report
from tmf_conformance.running.session import Options
from tmf_conformance.running.suite import Suite, Target

# Against a server that leads in circles. A full run over all APIs sends a tenth of a million.
_MOST_REQUESTS = {"quick": 200_000, "full": 2_000_000}


async def run_asked(given: dict[str, Any], console: Console) -> Report:
    """The report of the run that the options in `given` describe, with its progress shown. Raises CannotRun."""
    options = _options(given)
    most = _MOST_REQUESTS[given["depth"]]
    limits = Limits(request=given["timeout"], connect=min(5.0, given["timeout"]), requests=most)
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
        time_limit=given["time_limit"],
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
