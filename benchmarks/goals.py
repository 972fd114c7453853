"""The goals of a run, and which of them are met: this server's v5 as a share of each peer's. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

OURS = "this server v5"
READS = ("GET", "list of 20", "filtered list")
# The least share by peer, database and operation; one process beside one process.
SHARES: Mapping[tuple[str, str], Mapping[str, float]] = {
    ("bare", "sqlite"): {"GET": 0.25, "list of 20": 0.35, "POST": 0.4},
    ("bare", "postgresql"): {"GET": 0.35, "list of 20": 0.5, "POST": 0.4},
    **{("orm", database): dict.fromkeys((*READS, "POST"), 2.0) for database in ("sqlite", "postgresql")},
    **{
        ("tuned", database): {"GET": 0.9, "list of 20": 1.0, "filtered list": 1.0, "POST": 1.0}
        for database in ("sqlite", "postgresql")
    },
}
START_SECONDS = 2.0
MEGABYTES = 150
SUPERVISORS = 40  # megabytes that a process has which serves nothing: uvicorn's own, beside several


def goals(facts: Mapping[str, Any]) -> str:
    """A table of the goals for the first noun of the run: how often each is met, and the shares that were found."""
    noun = facts["nouns"][0]
    cells = [cell for cell in facts["cells"] if cell["noun"] == noun]
    lines = [
        "## Goals",
        "",
        f"How {OURS} stands to its goals ({noun}), over all numbers of processes and connections:",
        "",
        "| goal | | found | met |",
        "|---|---|---|---|",
        *_shares(cells),
        *_starts([one for one in facts["starts"] if one["server"] == "this server" and one["noun"] == noun]),
    ]
    return "\n".join([*lines, ""])


def _shares(cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    rates: dict[tuple[Any, ...], float] = {
        (one["database"], one["processes"], one["connections"], one["operation"], one["server"]): one["rate"]
        for one in cells
    }
    for (peer, database), wanted in SHARES.items():
        for operation, least in wanted.items():
            found = sorted(
                rate / rates[*place, operation, peer]
                for (*place, what, server), rate in rates.items()
                if place[0] == database and what == operation and server == OURS
                if rates.get((*place, operation, peer))
            )
            if found:
                met = sum(share >= least for share in found)
                goal = f"{operation} on {database}, of ({peer})"
                yield f"| {goal} | at least {least:g} | {found[0]:.2f} to {found[-1]:.2f} | {met} of {len(found)} |"


def _starts(starts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not starts:
        return
    seconds = [one["start_seconds"] for one in starts]
    megabytes = [size for one in starts for size in one["megabytes"] if size > SUPERVISORS]
    rows = (("start until the first answer, s", START_SECONDS, seconds), ("MB of a process", MEGABYTES, megabytes))
    for name, most, found in rows:
        met = sum(one < most for one in found)
        yield f"| {name} | below {most:g} | {min(found):g} to {max(found):g} | {met} of {len(found)} |"
