"""`python -m benchmarks`: this server beside the limit and the usual ways, interleaved, in one run on one machine."""

import argparse
import json
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.bodies import bodies
from benchmarks.databases import database, database_of, version_of
from benchmarks.machine import machine, versions
from benchmarks.nouns import NOUNS, Noun
from benchmarks.page import page
from benchmarks.peers.pragmas import SYNCHRONOUS
from benchmarks.report import tables
from benchmarks.servers import APPS, OTHER, Server, serve
from tmf_server.config import Settings

GET, LIST, FILTERED, POST = "GET", "list of 20", "filtered list", "POST"
SERVERS = [name for name in APPS if name != OTHER]
WARM = 0.3
"""Seconds in which each server reads before it is measured."""


@dataclass(frozen=True)
class Cell:
    """One measurement."""

    noun: str
    database: str
    processes: int
    connections: int
    operation: str
    server: str
    rate: float
    median: float
    p99: float
    wrong: str


def main() -> int:
    """Measure what is asked for, print the tables, write the figures."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # servers and databases that were started end, too
    arguments = _arguments()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    facts = _facts(arguments)
    for noun in (NOUNS[name] for name in arguments.nouns):
        for kind in arguments.databases:
            with database(kind, noun, arguments.stored) as url:
                facts["versions"][kind] = version_of(url)
                for processes in arguments.processes:
                    _compare(noun, url, (kind, processes), arguments, facts)
                    arguments.out.write_text(json.dumps(facts, indent=1))
                    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {noun.name}, {kind}, {processes}: done\n")
    sys.stdout.write(tables(facts))
    if arguments.docs is not None:
        arguments.docs.write_text(page([facts]))
    return 1 if any(one["wrong"] for one in facts["cells"]) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--nouns", nargs="+", choices=list(NOUNS), default=["productOffering"])
    parser.add_argument("--databases", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--processes", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=SERVERS)
    parser.add_argument("--checkout", type=Path, help="another checkout of this project to measure beside, by its code")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured, in turns; the best counts")
    parser.add_argument("--stored", type=int, default=10_000, help="records of each noun")
    parser.add_argument("--out", type=Path, default=Path("var/benchmarks.json"), help="all figures, as JSON")
    parser.add_argument("--docs", type=Path, help="the tables as a page, such as docs/benchmarks/benchmarks.md")
    return parser.parse_args()


def _facts(arguments: argparse.Namespace) -> dict[str, Any]:
    asked = ("nouns", "stored", "seconds", "rounds")
    return {
        "command": f"python -m benchmarks {shlex.join(sys.argv[1:])}".rstrip(),
        "machine": machine(),
        "versions": versions(),
        **{name: getattr(arguments, name) for name in asked},
        "shown_bytes": Settings().limits.shown_bytes,
        "synchronous": SYNCHRONOUS,
        "starts": [],
        "cells": [],
    }


def _compare(
    noun: Noun, url: str, place: tuple[str, int], arguments: argparse.Namespace, facts: dict[str, Any]
) -> None:
    """Add to the facts what every server does on one database, each with so many processes."""
    with ExitStack() as held:
        places = [(name, url, None) for name in arguments.servers]
        if arguments.checkout is not None:
            checkout = arguments.checkout.resolve()
            other = held.enter_context(database_of(checkout, place[0], noun, arguments.stored))
            places.append((OTHER, other, checkout))
        servers = []
        for name, database_url, checkout in places:
            servers.append(serve(name, noun, database_url, place[1], checkout))
            held.callback(servers[-1].stop)
        facts["cells"] += map(asdict, _measure(servers, noun, place, arguments))
        facts["starts"] += [{"noun": noun.name} | _start_facts(one, *place) for one in servers]


def _measure(
    servers: list[Server], noun: Noun, place: tuple[str, int], arguments: argparse.Namespace
) -> Iterator[Cell]:
    operations = [GET, LIST, FILTERED, *([POST] if noun.has_post else [])]
    with tempfile.TemporaryDirectory() as folder:
        sent = _written(noun, Path(folder))
        _warm(servers, noun)
        for connections in arguments.connections:
            for operation in operations:
                rounds = [
                    _round(servers, noun, operation, sent, (arguments, connections)) for _ in range(arguments.rounds)
                ]
                for name in rounds[0]:
                    best = max((one[name] for one in rounds), key=lambda figures: figures.rate)
                    yield Cell(noun.name, *place, connections, operation, name, **asdict(best))


def _warm(servers: list[Server], noun: Noun) -> None:
    for server in servers:
        for path in server.collections.values():
            for query in (f"/{noun.made(0)['id']}", "", _filter(noun)):
                load.warm(server.url, path + query, seconds=WARM)


def _round(
    servers: list[Server], noun: Noun, operation: str, sent: dict[str, Path], how: tuple[argparse.Namespace, int]
) -> dict[str, load.Figures]:
    """One measurement of every server, one after the other."""
    arguments, connections = how
    found = {}
    for server in servers:
        for version, path in server.collections.items():
            script = _script(operation, noun, path, sent.get(version), arguments.stored)
            figures = load.run(server.url, script, connections=connections, seconds=arguments.seconds)
            found[server.line(version)] = figures
    return found


def _script(operation: str, noun: Noun, path: str, body: Path | None, stored: int) -> str:
    if operation == GET:
        return load.get_script(path, stored)
    if operation == POST and body is not None:
        return load.post_script(path, body, noun.serial)
    return load.list_script(path, _filter(noun) if operation == FILTERED else "")


def _filter(noun: Noun) -> str:
    return f"?{noun.filter.parameter}={noun.filter.value}"


def _written(noun: Noun, folder: Path) -> dict[str, Path]:
    """The bodies in files, by version."""
    found = {}
    for version, body in bodies(noun).items():
        found[version] = folder / f"{version}.json"
        found[version].write_text(json.dumps(body))
    return found


def _start_facts(server: Server, kind: str, processes: int) -> dict[str, object]:
    return {
        "server": server.name,
        "database": kind,
        "processes": processes,
        "start_seconds": round(server.started_in, 2),
        "megabytes": [round(one) for one in server.memory()],
    }


if __name__ == "__main__":
    sys.exit(main())
