"""The handler of cancelProductOrder (TMF622): cancels the order in the transaction of the task."""

from tmf_server.apis.ordering.rules import states as rules
from tmf_server.registry.entity import Document, Entity
from tmf_server.rules.instants import format_instant
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.write.records import Records, Stored

CANCEL_ORDER = "cancelProductOrder"
ORDER = "productOrder"


class CancelOrder:
    """Cancels orders, for a server."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def start(self, connection: Connection, entity: Entity, stored: Stored, _contract: str, _origin: str) -> Stored:
        """Cancel the order and return the changed task; a task created in a final state stays unchanged.

        The task is rejected with a reason for an absent order and for an order in a final state.
        """
        state = rules.CANCEL_LIFECYCLE.of(stored.parsed())
        if state is None or rules.CANCEL_LIFECYCLE.final(state):
            return stored
        task = stored.parsed()
        order = self._records.load(connection, self._order, task["productOrder"]["id"], lock=True)
        refusal = _refusal(task, order)
        if order is None or refusal is not None:
            return self._records.amend(connection, entity, stored, {"state": "rejected", "errorMessage": refusal})
        stored = self._records.amend(connection, entity, stored, {"state": "inProgress"})
        moment = self._cancel(connection, order, task)
        return self._records.amend(connection, entity, stored, {"state": "done", "effectiveCancellationDate": moment})

    @property
    def _order(self) -> Entity:
        return self._records.registry.entities[ORDER]

    def _cancel(self, connection: Connection, order: Stored, task: Document) -> str:
        """Take the steps of a cancellation; return the instant of the last step."""
        reason = {name: task[name] for name in ("cancellationReason",) if name in task}
        for step in rules.CANCEL_STEPS:
            after = rules.cancelled_step(order.parsed(), step)
            if step == rules.CANCELLED or after["state"] == rules.CANCELLED:
                after |= reason
            order = self._records.update(connection, self._order, order, after)
        return str(order.parsed().get("cancellationDate") or format_instant(order.updated))


def _refusal(task: Document, order: Stored | None) -> Document | None:
    """Return the reason of a rejection as an error message; None for an order open to cancellation."""
    id_ = task["productOrder"]["id"]
    if order is None:
        return _message("unknownOrder", f"There is no productOrder with the id {id_!r}.")
    state = order.parsed().get("state", "")
    if state in rules.ENDED:
        return _message("orderEnded", f"The productOrder {id_!r} is {state}; it cannot be cancelled any more.")
    return None


def _message(code: str, reason: str) -> Document:
    return {"@type": "ErrorMessage", "code": code, "reason": reason}
