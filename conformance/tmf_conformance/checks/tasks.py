"""Tasks: what is created to be done, stays readable and is edited by nobody. TMF630 P1 6."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio

from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 6"
NEEDS = ("create", "retrieve")


def _task(t: Trial) -> bool:
    if not t.noun.is_task:
        t.note = "this noun is no task"
    return t.noun.is_task


def _state_name(t: Trial) -> str:
    machine = t.session.lifecycle(t.noun)
    declared = t.document.schemas.properties(t.noun.schema)
    return machine.attribute if machine else next((n for n in ("state", "status") if n in declared), "")


@check(
    "task.state", "A task shows its state, one that the document knows", CLAUSE, needs=NEEDS, writes=True, tasks=True
)
async def state(t: Trial) -> None:
    name = _state_name(t)
    if not _task(t) or not name:
        return
    record = await t.create(without=(name,))
    shown = (await t.read(record)).get(name)
    t.require(isinstance(shown, str), f"the task has no {name}", "its state")
    known = t.document.schemas.enum(t.document.schemas.properties(t.noun.schema)[name])
    t.expect(not known or shown in known, f"{name} is {shown!r}", ", ".join(map(str, known)))


@check("task.ends", "A task comes to an end", CLAUSE, needs=NEEDS, level=RECOMMENDED, writes=True, tasks=True)
async def ends(t: Trial) -> None:
    name = _state_name(t)
    if not _task(t) or not name:
        return
    machine = t.session.lifecycle(t.noun)
    final = (
        {s for s, following in machine.moves.items() if not following} if machine else {"done", "terminatedWithError"}
    )
    record = await t.create(without=(name,))
    shown = ""
    for pause in (0, 0.2, 0.5, 1, 2, 4):
        await asyncio.sleep(pause)
        shown = str((await t.read(record)).get(name))
        if shown in final:
            return
    t.fail(f"the task is still {shown!r} after eight seconds", f"one of {', '.join(sorted(final))}")


@check(
    "task.not-editable", "Nobody edits a task: PATCH and PUT answer 405", CLAUSE, needs=NEEDS, writes=True, tasks=True
)
async def not_editable(t: Trial) -> None:
    if not _task(t):
        return
    record = await t.read(await t.create())
    for method in ("PATCH", "PUT"):
        t.is_error(await t.send(method, t.at(record), body={"description": "changed"}), 405, what=f"{method} of a task")
    found = await t.read(record)
    t.expect(found.get("description") == record.get("description"), "the task was changed", "nothing changed")


@check("task.listed", "A task is found in its list", CLAUSE, needs=(*NEEDS, "list"), writes=True, tasks=True)
async def listed(t: Trial) -> None:
    if not _task(t):
        return
    record = await t.create()
    rows = await t.rows(id=str(record["id"]))
    t.expect([row.get("id") for row in rows] == [record["id"]], "the list does not show the task", "the task")
