"""`python -m benchmarks.scale`: pages, counts and filters over a million records, and the intake of alarms."""

import argparse
import http.client
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks import load, records
from benchmarks.databases import empty_database
from benchmarks.machine import machine
from benchmarks.servers import Server, start
from tmf_server.apis.families import APIS
from tmf_server.app import create_services
from tmf_server.config import Settings
from tmf_server.storage.cloning import Cluster, enter_copies, write_copies
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.write.bulk import BulkRecords

BATCH = 20_000
NEXT = re.compile(r'<([^>]+)>; rel="next"')
NOUNS = {
    "productOffering": "TMF620",
    "service": "TMF638",
    "alarm": "TMF642",
    "customerBill": "TMF678",
    "productOrder": "TMF622",
}
CHARACTERISTIC = "prodSpecCharValueUse[?(@.name=='downlink' && @.productSpecCharacteristicValue.value=={n})]"
PAGE = """# A million records

<!-- Generated: python -m benchmarks.scale --docs -->

One client asks one process over one connection; nothing that was shown is kept (`TMF_SHOWN_BYTES=0`). There are a
million offerings, services and alarms, and a hundred thousand bills and orders. Each filter finds a thousand records of
its noun or more, a name finds one; "counted" says how many of 200 answers had an `X-Total-Count` in its time.
Alarms come over 64 connections, every other one news of an alarm that is here.

The goal of 1,500 alarms a second on PostgreSQL is missed. Of an alarm (64 at once, without a network; cProfile) the
process computes for 0.71 ms: one half in the event loop, which finds the operation, reads, checks and answers, the
other in the thread that stores what came together in one transaction. So a process that waited for nothing could take
in 1,400 a second. It waits 0.3 ms for each: PostgreSQL adds to the indexes of the alarms and their references and
writes the event, on the second of two cores, which the load takes as well. What was tried against that wait, with
200,000 stored and three runs each: a second storing thread (839 a second beside 936 with one: the threads wait for each
other instead) and groups of at most 32, 24 or 16 reports (937, 862 and 761 beside 874 without a bound).
"""
# What each filter asks; every {n} and {s} is another value in each request.
FILTERS: tuple[tuple[str, str, str], ...] = (
    ("v5", "productOffering", "name=Fibre {n:03} {s}"),
    ("v5", "productOffering", "lifecycleStatus=Launched"),
    ("v5", "productOffering", "category.id=category-{n:03}"),
    ("v5", "productOffering", f"filter={CHARACTERISTIC}"),
    ("v5", "service", "supportingResource.id=port-{n:03}"),
    ("v4", "service", "state=active"),
    ("v5", "alarm", "affectedService.id=affected-{n:03}"),
    ("v4", "alarm", "perceivedSeverity=major"),
    ("v5", "customerBill", "billingAccount.id=account-{n:03}"),
    ("v5", "productOrder", "relatedParty.id=customer-{n:03}"),
)


def main() -> int:
    """Fill, measure, print."""
    arguments = _arguments()
    facts: dict[str, Any] = {"machine": machine()}
    facts["runs"] = _kept(arguments.out, facts["machine"], arguments.databases)
    for kind in arguments.databases:
        with empty_database(kind, arguments.keep) as url:
            filled = _fill(url, _sizes(arguments))
            # Nothing is kept of what was shown: the first page is to be as new as the others.
            server = start("this server", url, 1, {"TMF_SHOWN_BYTES": "0"})
            try:
                run = {"database": kind, "filled": filled, **_pages(server, arguments.samples)}
                run["filters"] = list(_filters(server, arguments.samples))
                run["intake"] = _intake(server, arguments.seconds)
            finally:
                server.stop()
            facts["runs"].append(run)
            sys.stdout.write(_told(run))
            sys.stdout.flush()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(facts, indent=1))
    if arguments.docs is not None:
        told = ", ".join(f"{name} {value}" for name, value in facts["machine"].items())
        tables = "\n".join(map(_told, facts["runs"])).rstrip()
        arguments.docs.write_text(f"{PAGE}\nMachine: {told}.\n\n{tables}\n")
    return 0


def _kept(path: Path, machine_: dict[str, str], databases: list[str]) -> list[dict[str, Any]]:
    """What the file has of other databases, measured on this machine before."""
    facts = json.loads(path.read_text()) if path.exists() else {}
    if facts.get("machine") != machine_:
        return []
    return [run for run in facts["runs"] if run["database"] not in databases]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--thousands", type=int, default=1_000, help="of offerings, of services and of alarms")
    parser.add_argument("--further", type=int, default=100, help="thousands of bills and of orders")
    parser.add_argument("--samples", type=int, default=200, help="requests of each measurement")
    parser.add_argument("--seconds", type=float, default=10.0, help="of the intake of alarms")
    parser.add_argument("--keep", type=Path, help="folder in which the SQLite file stays for the next run")
    parser.add_argument("--docs", type=Path, help="a page to write with the tables")
    parser.add_argument(
        "--out", type=Path, default=Path("var/scale.json"), help="all figures; those of databases not named stay"
    )
    return parser.parse_args()


def _sizes(arguments: argparse.Namespace) -> dict[str, int]:
    many, few = arguments.thousands * 1_000, arguments.further * 1_000
    return {"productOffering": many, "service": many, "alarm": many, "customerBill": few, "productOrder": few}


# -- filling ------------------------------------------------------------------------------------
def _fill(url: str, sizes: dict[str, int]) -> dict[str, dict[str, int]]:
    services = create_services(Settings.of(database_url=url))
    bulk = BulkRecords(services.registry, services.settings, services.database.dialect)
    told = {}
    for noun, size in sizes.items():
        begun = time.perf_counter()
        entity = services.registry.entities[noun]
        there = services.database.transact(partial(bulk.rows.total, kind=noun))
        if there >= size:
            continue
        made = list(records.originals(noun))
        services.database.transact(partial(bulk.create, entity=entity, documents=made))
        clusters: list[Cluster] = [[(entity, one["id"])] for one in made]
        for first in range(records.ORIGINALS, size, BATCH):
            numbers = range(first, min(first + BATCH, size))
            serials = [records.serial(number) for number in numbers]
            services.database.transact(partial(_copy, bulk=bulk, clusters=clusters, serials=serials))
        told[noun] = {"records": size, "a second": round(size / (time.perf_counter() - begun))}
    if told:
        with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    services.database.close()
    return told


def _copy(connection: Connection, bulk: BulkRecords, clusters: list[Cluster], serials: list[str]) -> None:
    write_copies(connection, bulk, enter_copies(connection, bulk, clusters, serial=records.SERIAL, serials=serials))


# -- asking -------------------------------------------------------------------------------------
class Client:
    """One connection that is kept."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)

    def get(self, path: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Milliseconds, answer and body."""
        begun = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
        return (time.perf_counter() - begun) * 1000, answer, body


def _path(noun: str, query: str = "", version: str = "v5") -> str:
    return f"{APIS[NOUNS[noun]].base_path}/{version}/{noun}{'?' + query if query else ''}"


def _pages(server: Server, samples: int) -> dict[str, Any]:
    """The first page, and pages of the same size all over the list, reached by Link: next."""
    client = Client(server)
    first = [client.get(_path("productOffering"))[0] for _ in range(samples)]
    total = client.get(_path("productOffering"))[1].getheader("X-Total-Count")
    cursors = list(_cursors(client))
    deep = [client.get(one)[0] for one in cursors[:: max(1, len(cursors) // samples)]]
    return {"X-Total-Count": total, "walked": len(cursors), "first": _figures(first), "deep": _figures(deep)}


def _cursors(client: Client) -> Iterator[str]:
    """The whole list by pages of a thousand; the same places as pages of twenty."""
    path: str | None = _path("productOffering", "limit=1000")
    while path is not None:
        _, answer, _ = client.get(path)
        following = NEXT.search(answer.getheader("Link") or "")
        path = None if following is None else urlsplit(following[1])._replace(scheme="", netloc="").geturl()
        if path is not None:
            yield path.replace("limit=1000&", "limit=20&")


def _filters(server: Server, samples: int) -> Iterator[dict[str, Any]]:
    client = Client(server)
    for version, noun, query in FILTERS:
        times, counted, found = [], 0, 0
        for number in range(samples):
            asked = query.format(n=(number * 37) % records.ORIGINALS, s=records.serial(number + records.ORIGINALS))
            name, _, value = asked.partition("=")
            milliseconds, answer, body = client.get(_path(noun, f"{name}={quote(value)}", version))
            times.append(milliseconds)
            counted += answer.getheader("X-Total-Count") is not None
            found += body != b"[]"
        yield {"asked": f"{version} {noun}?{query}", "found": found, "counted": counted, **_figures(times)}


def _intake(server: Server, seconds: float) -> dict[str, Any]:
    """Alarms over 64 connections: every other one is news of an alarm that is here."""
    body = records.MAKERS["alarm"](0)
    del body["id"]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(body, file)
        file.flush()
        figures = load.run(server.url, _alarms(file.name), connections=64, seconds=seconds)
    return {"a second": round(figures.rate), "median": figures.median, "p99": figures.p99, "wrong": figures.wrong}


def _alarms(body: str) -> str:
    return f"""
local file = io.open("{body}", "rb")
local body = file:read("*a")
file:close()
local headers = {{["Content-Type"] = "application/json"}}
local number = 0
request = function()
  number = number + 1
  local serial = string.format("S%08d", number % 2 == 0 and 90000000 + number or 1000 * number)
  return wrk.format("POST", "{_path("alarm")}", headers, (body:gsub("{records.SERIAL}", serial)))
end
"""


# -- telling ------------------------------------------------------------------------------------
def _figures(times: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(times), 2),
        "p95": round(statistics.quantiles(times, n=20, method="inclusive")[-1], 2),
    }


def _told(run: dict[str, Any]) -> str:
    rows = [
        ("first page", "", run["first"]),
        (f"{run['walked']} pages by Link: next", "", run["deep"]),
        *((one["asked"], f"{one['counted']}", one) for one in run["filters"]),
    ]
    lines = [f"{run['database']}, X-Total-Count {run['X-Total-Count']}:", ""]
    lines += ["| request | counted | median, ms | p95, ms |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {counted} | {one['median']} | {one['p95']} |" for name, counted, one in rows]
    intake = run["intake"]
    lines += [
        "",
        f"Alarms taken in: {intake['a second']:,} a second, median {intake['median']} ms {intake['wrong']}",
        "",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
