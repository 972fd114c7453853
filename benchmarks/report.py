"""The figures as Markdown: rates of every server, and this server's as a share of each peer's. Measures nothing."""

from collections.abc import Iterable
from typing import Any

from benchmarks.servers import OURS, PLAIN

Facts = dict[str, Any]
PEERS = {"bare": "(a) bare", "orm": "(b) usual", "tuned": "(c) tuned"}
"""The peers by what the page calls them."""

PAGE = """# Benchmarks

<!-- Generated: python -m benchmarks --docs docs/benchmarks.md -->

How many requests a second this server answers, beside the least that could be done and beside the usual ways to write
such a server. All servers were measured in one run on one machine, in turns, on the same database with the same
records; the load came from wrk on the same machine, which takes its share of the cores.

{tables}
## What is compared

| name | what it is |
|---|---|
| this server | as it is started by default, the worker that delivers events off; v5 and v4 of one API are served |
| this server, nothing kept | the same with `TMF_SHOWN_BYTES=0` |
| (a) bare | the limit: an ASGI function of a few lines with the database's own driver: no framework, no validation |
| (b) usual | FastAPI, pydantic models and the SQLAlchemy ORM |
| (c) tuned | FastAPI with an async driver; stored text is passed through, pydantic checks only what comes in |

- Each document has 3 to 5 kB, with references and characteristics, or items, as an operator's have.
- A POST writes the same rows everywhere: the record with its typed columns, references, characteristics, the rows of
  its items, the count, and the event. A test holds the peers to it. This server also checks the whole document against
  its schema and the rules of the noun, fills in links and gives an ETag; the peers check what their models say, (a)
  nothing.
- GET reads random records by id. This server keeps what it showed last in memory, {shown} MB in a process by default,
  and asks the database for the revision of each record all the same; "nothing kept" makes every answer anew.
  No other server keeps anything.
- The list is the first page of 20. This server also tells the exact number of all (`X-Total-Count`) and links the next
  and the last page (`Link`); the peers answer twenty documents and nothing else.
- The filter passes one record of ten. For it, too, this server counts what it finds and sends `Link` headers; the
  peers do neither.
- v4 differs from v5 in its shape, so that answers have to be made from the stored document.
{notes}
Each figure is {rule}. With several processes, the database and wrk share the cores with them.

## Run it

```
{command}
```

It needs wrk (Debian: `apt-get install wrk`) and a quiet machine. `--nouns`, `--servers`, `--connections`, `--seconds`
and `--rounds` choose what is measured; all figures, with medians, 99th percentiles and errors, are written as JSON
(`--out`).
"""
NOTES = {
    "alarm": """- Each POST of an alarm reports another fault. This server looks for the alarm that it could repeat,
  and stores reports that arrive together in one transaction; the peers look for nothing.
""",
    "productOrder": """- The offerings that are ordered are not here, so that no order is assessed by the catalog.
""",
    "customerBill": """- A bill has no POST.
""",
}


def page(facts: Facts) -> str:
    """The page of the documentation."""
    best = f" the best of {facts['rounds']} rounds" if facts["rounds"] > 1 else ""
    return PAGE.format(
        tables=tables(facts),
        shown=round(facts["shown_bytes"] / 1e6),
        notes="".join(text for noun, text in NOTES.items() if noun in facts["nouns"]),
        rule=f"the rate of {facts['seconds']:g} s" + ("," if best else "") + best,
        command=facts["command"],
    )


def tables(facts: Facts) -> str:
    """Everything that was measured, most general first."""
    machine = ", ".join(f"{name} {value}" for name, value in facts["machine"].items() if value)
    versions = ", ".join(f"{name} {value}" for name, value in facts["versions"].items())
    lines = [f"Machine: {machine}.", f"Versions: {versions}.", ""]
    lines += [f"{facts['stored']:,} records stored, {facts['seconds']:g} s a measurement.", ""]
    for noun in facts["nouns"]:
        cells = [one for one in facts["cells"] if one["noun"] == noun]
        lines += [f"## {noun}", ""]
        for database, processes in dict.fromkeys((one["database"], one["processes"]) for one in cells):
            group = [one for one in cells if (one["database"], one["processes"]) == (database, processes)]
            lines += _group(group, database, processes)
    return "\n".join([*lines, "## Start-up and memory", "", *_starts(facts["starts"]), ""])


def _group(cells: list[dict[str, Any]], database: str, processes: int) -> list[str]:
    names = list(dict.fromkeys(one["server"] for one in cells))
    rates = {(one["connections"], one["operation"], one["server"]): one["rate"] for one in cells}
    places = list(dict.fromkeys((one["connections"], one["operation"]) for one in cells))
    shares = [(ours, peer) for ours in (f"{OURS} v5", f"{PLAIN} v5") for peer in PEERS if {ours, peer} <= {*names}]
    head = f"**{database}, {processes} process{'es' if processes > 1 else ''}**"
    lines = [f"{head}, requests a second:", ""]
    lines += _header(["connections", "operation", *(PEERS.get(name, name) for name in names)])
    lines += [_row([*place, *(f"{rates[*place, name]:,.0f}" for name in names)]) for place in places]
    if shares:
        lines += ["", f"{head}, this server (v5) as a multiple of each peer:", ""]
        lines += _header(["connections", "operation", *(_share(ours, peer) for ours, peer in shares)])
        lines += [
            _row([*place, *(_ratio(rates[*place, ours], rates[*place, peer]) for ours, peer in shares)])
            for place in places
        ]
    wrong = [one for one in cells if one["wrong"]]
    lines += [
        f"\nErrors: {one['server']}, {one['operation']}, {one['connections']} connections: {one['wrong']}"
        for one in wrong
    ]
    return [*lines, ""]


def _share(ours: str, peer: str) -> str:
    return f"of {PEERS[peer]}" + (", nothing kept" if ours.startswith(PLAIN) else "")


def _ratio(ours: float, peer: float) -> str:
    return f"{ours / peer:.2f}" if peer else ""


def _starts(starts: list[dict[str, Any]]) -> list[str]:
    lines = _header(["noun", "server", "database", "processes", "start, s", "MB of each process"])
    for one in starts:
        server = PEERS.get(one["server"], one["server"])
        memory = ", ".join(map(str, one["megabytes"]))
        lines.append(_row([one["noun"], server, one["database"], one["processes"], one["start_seconds"], memory]))
    return lines


def _header(names: list[str]) -> list[str]:
    return [_row(names), "|---" * len(names) + "|"]


def _row(values: Iterable[Any]) -> str:
    return f"| {' | '.join(map(str, values))} |"
