"""The handlers of tasks on alarms (TMF642): select by pattern, change all selected alarms in the task's transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from tmf_server.apis.alarm import rules
from tmf_server.apis.alarm.patterns import Patterns, Wanted
from tmf_server.config import Settings
from tmf_server.errors import Conflict, TooCostly
from tmf_server.registry.entity import Document, Entity
from tmf_server.rules.instants import format_instant
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.query.conditions import Selection, matches
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.locked import locked
from tmf_server.storage.write.records import Records, Stored

ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Each:
    """A task changing every alarm selected by `alarmPattern`; `done` is the attribute with the changed alarms."""

    done: str
    change: Callable[[Document, Document], Document]
    patterns = ("alarmPattern",)


@dataclass(frozen=True, slots=True)
class Group:
    """A task changing a parent alarm and correlated alarms; `done` is the attribute with the changed alarms."""

    done: str
    change: Callable[[Document, list[Document], Document], list[Document]]
    patterns = ("parentAlarm", "correlatedAlarm")


ACTS: Mapping[str, Each | Group] = {
    "ackAlarm": Each("ackedAlarm", rules.acknowledge),
    "unAckAlarm": Each("unAckedAlarm", rules.unacknowledge),
    "clearAlarm": Each("clearedAlarm", rules.clear),
    "commentAlarm": Each("commentedAlarm", rules.comment),
    "groupAlarm": Group("groupedAlarm", rules.grouped),
    "unGroupAlarm": Group("unGroupedAlarm", rules.ungrouped),
}


class AlarmTasks:
    """Runs the tasks of a server."""

    def __init__(self, records: Records, selector: Selector, settings: Settings) -> None:
        self._records = records
        self._selector = selector
        self._settings = settings

    @cached_property
    def _patterns(self) -> Patterns:
        exposure = self._records.registry.canonical(ALARM)
        return Patterns(exposure.contract, exposure.schema, self._settings.limits.max_conditions)

    @property
    def _alarm(self) -> Entity:
        return self._records.registry.entities[ALARM]

    def start(self, connection: Connection, entity: Entity, stored: Stored, _contract: str, _origin: str) -> Stored:
        """Run the task and return the changed task; a task created in a final state stays unchanged."""
        task, act = stored.parsed(), ACTS[entity.name]
        wanted = [self._patterns.read(_pointed(task, name)) for name in act.patterns]
        state = rules.ALARM_TASK_LIFECYCLE.of(task)
        if state == "cancel":
            return self._records.amend(connection, entity, stored, {"state": "canceled"})
        if state not in ("acknowledged", "inProgress"):
            return stored
        stored = self._records.amend(connection, entity, stored, {"state": "inProgress"})
        chosen = [self._choose(connection, one) for one in wanted]
        if isinstance(act, Each):
            touched = self._each(connection, act, task, *chosen, moment=stored.updated)
        else:
            touched = self._group(connection, act, task, *chosen)
        done = [one.parsed() for one in touched]
        return self._records.amend(connection, entity, stored, {"state": "done", act.done: done})

    def _each(
        self, connection: Connection, act: Each, task: Document, chosen: list[Stored], *, moment: int
    ) -> list[Stored]:
        if isinstance(task.get("comment"), dict):
            task["comment"].setdefault("time", format_instant(moment))
        return [self._change(connection, one, act.change(one.parsed(), task)) for one in chosen]

    def _group(
        self, connection: Connection, act: Group, task: Document, parents: list[Stored], found: list[Stored]
    ) -> list[Stored]:
        if len(parents) > 1:
            raise Conflict(
                f"A group has one parent, and {len(parents)} alarms fit the pattern. Name the one by its id.",
                message="/parentAlarm: expected a pattern of one alarm",
            )
        children = [one for one in found if one.id not in {parent.id for parent in parents}]
        if not parents or not children:
            return []
        group = [*parents, *children]
        changed = act.change(parents[0].parsed(), [one.parsed() for one in children], task)
        return [self._change(connection, one, after) for one, after in zip(group, changed, strict=True)]

    def _change(self, connection: Connection, stored: Stored, after: Document) -> Stored:
        return self._records.update(connection, self._alarm, stored, after)

    def _choose(self, connection: Connection, wanted: Wanted) -> list[Stored]:
        """Return the selected alarms, locked, in the order of creation."""
        most = self._settings.alarms.max_task_alarms
        ids = set(wanted.ids)
        if wanted.condition is not None:
            page = self._selector.query(connection, self._alarm, wanted.condition).page(Selection(limit=most + 1))
            ids |= {one.id for one in page.rows}
        if len(ids) > most:
            raise TooCostly(
                f"The pattern fits more than {most} alarms. Narrow it, and repeat the task for the rest.",
                message=wanted.pointer,
            )
        # alarms changed in the meantime are compared again
        found = locked(connection, self._alarm, ids)
        return [one for one in found if one.id in wanted.ids or matches(wanted.condition, one.parsed())]


def _pointed(task: Document, name: str) -> dict[str, Document]:
    """Return the patterns of an attribute of the task, an object or an array, by JSON pointer."""
    found = task.get(name, ())
    if isinstance(found, dict):
        return {f"/{name}": found}
    return {f"/{name}/{place}": element for place, element in enumerate(found)}
