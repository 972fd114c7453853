"""`python -m benchmarks`: this server beside the limit and the usual ways, interleaved, in one run on one machine."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.databases import database
from benchmarks.machine import machine
from benchmarks.offering import offering
from benchmarks.report import table
from benchmarks.servers import APPS, Server, start

FILTERED = "?lifecycleStatus=Launched"


@dataclass(frozen=True)
class Cell:
    """One measurement."""

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
    arguments = _arguments()
    cells: list[Cell] = []
    starts: list[dict[str, object]] = []
    for kind in arguments.databases:
        for processes in arguments.processes:
            with database(kind, arguments.stored) as url:
                servers = [start(name, url, processes) for name in arguments.servers]
                try:
                    cells += _measure(servers, kind, processes, arguments)
                    starts += [_start_facts(one, kind, processes) for one in servers]
                finally:
                    for one in servers:
                        one.stop()
    facts = {"machine": machine(), "stored": arguments.stored, "seconds": arguments.seconds}
    facts |= {"cells": [asdict(one) for one in cells], "starts": starts}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(facts, indent=1))
    sys.stdout.write(table(facts))
    return 1 if any(one.wrong for one in cells) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--processes", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 16, 64])
    parser.add_argument("--servers", nargs="+", default=list(APPS))
    parser.add_argument("--seconds", type=float, default=3.0, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=2, help="how often each is measured, in turns; the best counts")
    parser.add_argument("--stored", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path("var/benchmarks.json"))
    return parser.parse_args()


def _measure(servers: list[Server], kind: str, processes: int, arguments: argparse.Namespace) -> Iterator[Cell]:
    with tempfile.TemporaryDirectory() as folder:
        bodies = _bodies(Path(folder))
        for connections in arguments.connections:
            for operation in ("GET", "list of 20", "filtered list", "POST"):
                rounds = [_round(servers, operation, bodies, arguments, connections) for _ in range(arguments.rounds)]
                for name in rounds[0]:
                    best = max((one[name] for one in rounds), key=lambda figures: figures.rate)
                    yield Cell(kind, processes, connections, operation, name, **asdict(best))


def _round(
    servers: list[Server], operation: str, bodies: dict[str, Path], arguments: argparse.Namespace, connections: int
) -> dict[str, load.Figures]:
    found = {}
    for server in servers:
        for version, collection in server.collections.items():
            name = f"{server.name} {version}" if len(server.collections) > 1 else server.name
            script = _script(operation, collection, bodies[version], arguments.stored)
            found[name] = load.run(server.url, script, connections=connections, seconds=arguments.seconds)
    return found


def _script(operation: str, collection: str, body: Path, stored: int) -> str:
    if operation == "GET":
        return load.get_script(collection, stored)
    if operation == "POST":
        return load.post_script(collection, body)
    return load.list_script(collection, FILTERED if operation == "filtered list" else "")


def _bodies(folder: Path) -> dict[str, Path]:
    """The offering without its id, so that every POST makes a new one; both versions take it."""
    document = {name: value for name, value in offering(7).items() if name != "id"}
    path = folder / "offering.json"
    path.write_text(json.dumps(document))
    return {"v5": path, "v4": path}


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
