"""Lifecycles from tables: every legal move works, every illegal one answers 409 and changes nothing."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.checks.writing.changeable import text
from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Blocked, Inapplicable
from tmf_conformance.lifecycles import Lifecycle
from tmf_conformance.running.registry import check
from tmf_conformance.running.trial import Trial

CLAUSE = "lifecycle table"
NEEDS = ("create", "retrieve", "patch")
_QUICK = 12


def machine_of(t: Trial) -> Lifecycle:
    """The lifecycle to try; Inapplicable where none is known."""
    machine = t.session.lifecycle(t.noun)
    if machine is None or not machine.tested:
        raise Inapplicable("no lifecycle to try is known for this noun")
    return machine


async def in_state(t: Trial, machine: Lifecycle, state: str) -> Node:
    """A record in a state: created there, or moved there by legal steps."""
    body = {**await t.session.body(t), machine.attribute: state, **machine.also}
    exchange = await t.send("POST", t.noun.path, body=body)
    if exchange.status == 201 and exchange.json.get(machine.attribute) == state:
        made: Node = exchange.json
        return made
    record = await t.create(without=(machine.attribute,))
    for step in _way(machine, str(record.get(machine.attribute)), state):
        await t.patch(record, {machine.attribute: step})
    found = await t.read(record)
    if found.get(machine.attribute) != state:
        raise Blocked(f"no record can be brought into {machine.attribute}={state}")
    return found


def _way(machine: Lifecycle, start: str, goal: str) -> list[str]:
    """The shortest legal way; empty when there is none."""
    ways: list[list[str]] = [[start]]
    seen = {start}
    for way in ways:
        if way[-1] == goal:
            return way[1:]
        for following in machine.moves.get(way[-1], ()):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def sample(t: Trial, moves: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """All moves at full depth; at quick depth this noun's part of them, evenly chosen."""
    moves = list(t.share(moves))
    if t.session.options.full or len(moves) <= _QUICK:
        return moves
    return [moves[i * len(moves) // _QUICK] for i in range(_QUICK)]


@check("lifecycle.legal", "Every legal move of the state works", CLAUSE, group="lifecycle", needs=NEEDS, writes=True)
async def legal(t: Trial) -> None:
    machine = machine_of(t)
    for old, new in sample(t, machine.legal()):
        record = await in_state(t, machine, old)
        exchange = await t.patch(record, {machine.attribute: new})
        if t.status(exchange, 200, what=f"{machine.attribute} {old} → {new}"):
            found = (await t.read(record)).get(machine.attribute)
            t.expect(found == new, f"after {old} → {new} the state is {found!r}", new)


@check(
    "lifecycle.illegal",
    "Every illegal move of the state answers 409 and changes nothing",
    CLAUSE,
    group="lifecycle",
    needs=NEEDS,
    writes=True,
)
async def illegal(t: Trial) -> None:
    machine = machine_of(t)
    for old, new in sample(t, machine.illegal()):
        record = await in_state(t, machine, old)
        t.is_error(await t.patch(record, {machine.attribute: new}), 409, what=f"{machine.attribute} {old} → {new}")
        found = (await t.read(record)).get(machine.attribute)
        t.expect(found == old, f"after the refused {old} → {new} the state is {found!r}", old)


@check(
    "lifecycle.same-state",
    "The state that is there already is no move",
    CLAUSE,
    group="lifecycle",
    needs=NEEDS,
    writes=True,
)
async def same_state(t: Trial) -> None:
    machine = machine_of(t)
    for state in machine.moves if t.session.options.full else machine.known[:2]:
        record = await in_state(t, machine, state)
        t.status(await t.patch(record, {machine.attribute: state}), 200, what=f"{machine.attribute} {state} → {state}")


@check(
    "lifecycle.final",
    "A final state stops moves, not other changes",
    CLAUSE,
    group="lifecycle",
    needs=NEEDS,
    writes=True,
)
async def final(t: Trial) -> None:
    machine = machine_of(t)
    ends = [state for state, following in machine.moves.items() if not following]
    for state in ends[:1]:
        record = await in_state(t, machine, state)
        name = text(t, record)
        if name:
            t.status(await t.patch(record, {name: "changed"}), 200, what=f"PATCH of {name} in state {state}")


@check(
    "lifecycle.unknown-state",
    "A state that the document does not know answers 400",
    CLAUSE,
    group="lifecycle",
    needs=NEEDS,
    writes=True,
)
async def unknown_state(t: Trial) -> None:
    machine = machine_of(t)
    node = t.document.schemas.properties(t.noun.body_schema("patch")).get(machine.attribute, {})
    if t.document.schemas.kind(node) != "enum":
        t.note = "the document types the state as a free text"
        return
    record = await t.create()
    t.is_error(
        await t.patch(record, {machine.attribute: "conformanceNoSuchState"}), 400, 409, what="PATCH to an unknown state"
    )
    found = (await t.read(record)).get(machine.attribute)
    t.expect(found == record.get(machine.attribute), f"the state is {found!r} now", "unchanged")
