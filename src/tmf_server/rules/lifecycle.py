"""The lifecycle of a record as a table of states and moves. No HTTP, no SQL."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tmf_server.errors import Fault, IllegalTransition, InvalidInput
from tmf_server.rules.canonical import attribute


@dataclass(frozen=True)
class Lifecycle:
    """The permitted moves between the states of an attribute.

    `moves` maps every state to the next states (a final state to none). A state outside the table, where the standard
    types a free string, is outside the machine: a record may be created in such a state and may leave to any state.
    `event` is the name of the event of a move.
    """

    attribute: str
    moves: Mapping[str, frozenset[str]]
    initial: str | None = None
    ignore_case: bool = False
    event: str = "StateChange"
    _written: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        written = {self._fold(state): state for state in self.moves}
        object.__setattr__(self, "_written", written)

    def _fold(self, state: str) -> str:
        return state.casefold() if self.ignore_case else state

    def of(self, document: Mapping[str, Any]) -> str | None:
        """Return the state of a canonical document."""
        state = attribute(document, self.attribute)
        return state if isinstance(state, str) else None

    def known(self, state: str) -> str | None:
        """Return the state in the spelling of the table; None for a state outside the machine."""
        return self._written.get(self._fold(state))

    def next(self, state: str) -> frozenset[str]:
        """Return the next states; none after a final state and after a state outside the machine."""
        known = self.known(state)
        return self.moves[known] if known is not None else frozenset()

    def final(self, state: str) -> bool:
        """Return true for a state of the table without next states."""
        return self.known(state) is not None and not self.next(state)

    def check(self, old: str | None, new: str | None, pointer: str = "") -> None:
        """Raise IllegalTransition unless `old` may become `new`; the same state again is no move.

        `pointer` is the place of the object with the state, "" for the record itself. Raises InvalidInput for a state
        taken away.
        """
        if old is None or new == old or self.known(old) is None:
            return
        if new is None:
            fault = Fault(f"{pointer}/{self.attribute}", "a state; what has one keeps having one")
            raise InvalidInput(f"{self.attribute} cannot be taken away.", faults=[fault])
        if self._fold(new) == self._fold(old) or self.known(new) in self.next(old):
            return
        allowed = ", ".join(sorted(self.next(old)))
        told = f"Allowed next: {allowed}." if allowed else f"{old!r} is final."
        expected = f"one of {allowed}" if allowed else f"{old}, which is final"
        raise IllegalTransition(
            f"{self.attribute} cannot go from {old!r} to {new!r}. {told}",
            message=f"{pointer}/{self.attribute}: expected {expected}",
        )


def free(states: str) -> dict[str, frozenset[str]]:
    """Return a table of free moves between all states, given as words."""
    names = states.split()
    return {state: frozenset(names) - {state} for state in names}


def moves(rows: Iterable[tuple[str, str]], separator: str = " ") -> dict[str, frozenset[str]]:
    """Return a table of moves from pairs of a state and the next states, separated by `separator`."""
    return {state: frozenset(name.strip() for name in after.split(separator) if name.strip()) for state, after in rows}
