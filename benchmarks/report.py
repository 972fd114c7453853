"""The figures as Markdown tables: rates, and this server's as a share of each peer's."""

from typing import Any

OURS = "this server v5"


def table(facts: dict[str, Any]) -> str:
    """Everything that was measured, most general first."""
    machine = ", ".join(f"{name} {value}" for name, value in facts["machine"].items())
    lines = [f"Machine: {machine}. {facts['stored']} offerings stored, {facts['seconds']:g} s a measurement.", ""]
    groups = list(dict.fromkeys((cell["database"], cell["processes"]) for cell in facts["cells"]))
    for database, processes in groups:
        lines += _group(facts, database, processes)
    lines += ["Start-up and memory:", ""]
    lines += ["| server | database | processes | start, s | MB per process |", "|---|---|---|---|---|"]
    lines += [
        f"| {one['server']} | {one['database']} | {one['processes']} | {one['start_seconds']} | {one['megabytes']} |"
        for one in facts["starts"]
    ]
    return "\n".join([*lines, ""])


def _group(facts: dict[str, Any], database: str, processes: int) -> list[str]:
    cells = [one for one in facts["cells"] if (one["database"], one["processes"]) == (database, processes)]
    names = list(dict.fromkeys(one["server"] for one in cells))
    lines = [f"{database}, {processes} process{'es' if processes > 1 else ''}, requests a second:", ""]
    peers = [name for name in names if not name.startswith("this server")]
    lines.append(
        "| connections | operation | " + " | ".join(names) + " | " + " | ".join(f"v5 / {one}" for one in peers) + " |"
    )
    lines.append("|---" * (2 + len(names) + len(peers)) + "|")
    for connections, operation in dict.fromkeys((one["connections"], one["operation"]) for one in cells):
        rates = {
            one["server"]: one["rate"]
            for one in cells
            if (one["connections"], one["operation"]) == (connections, operation)
        }
        shares = [f"{rates[OURS] / rates[one]:.2f}" if OURS in rates else "" for one in peers]
        row = [str(connections), operation, *(f"{rates[name]:,.0f}" for name in names), *shares]
        lines.append("| " + " | ".join(row) + " |")
    return [*lines, ""]
