"""The figures as Markdown: rates of every server, and this server's as a share of each peer's. Measures nothing."""

from collections.abc import Iterable
from typing import Any

from benchmarks.servers import OURS, PLAIN

Facts = dict[str, Any]
PEERS = {"bare": "(a) bare", "orm": "(b) usual", "tuned": "(c) tuned"}
"""The peers by what the page calls them."""


def tables(facts: Facts) -> str:
    """Everything that was measured, most general first."""
    machine = ", ".join(f"{name} {value}" for name, value in facts["machine"].items() if value)
    versions = ", ".join(f"{name} {value}" for name, value in facts["versions"].items())
    best = f", the best of {facts['rounds']} rounds" if facts["rounds"] > 1 else ""
    lines = [f"`{facts['command']}`", "", f"- Machine: {machine}.", f"- Versions: {versions}."]
    lines += [f"- {facts['stored']:,} records stored; each figure is the rate of {facts['seconds']:g} s{best}.", ""]
    for noun in facts["nouns"]:
        cells = [one for one in facts["cells"] if one["noun"] == noun]
        lines += [f"### {noun}", ""]
        for database, processes in dict.fromkeys((one["database"], one["processes"]) for one in cells):
            group = [one for one in cells if (one["database"], one["processes"]) == (database, processes)]
            lines += _group(group, database, processes)
    return "\n".join([*lines, "### Start-up and memory", "", *_starts(facts["starts"]), ""])


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
