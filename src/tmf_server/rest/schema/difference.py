"""Two states of one document, cut down to where they differ, part beside part. Pure; names no noun."""

from collections.abc import Sequence
from typing import Any

from tmf_server.rest.body.align import partners
from tmf_server.rest.body.jsonvalues import Place, json_equal

UNCHANGED = 2  # elements of an array that are kept although they did not change; documents demand two at most


class TooManyDifferencesError(Exception):
    """The states differ in more values than may be looked at."""


class Difference:
    """The states `before` and `after` with the same place for what is the same element of an array.

    Arrays hold what changed first, then at most two elements that did not, then what is new; `before` has other values
    there, which stand for nothing. At most `most` values of `after` are kept. Raises TooManyDifferencesError.
    """

    before: Any
    after: Any

    def __init__(self, before: Any, after: Any, most: int) -> None:
        self._left = most
        self._indexes: dict[Place, list[int]] = {}
        self._new: set[Place] = set()
        self._cut: set[Place] = set()
        self.before, self.after = self._pair(before, after, ())

    def is_new(self, place: Place) -> bool:
        """True when `before` has nothing at the place or at one above it."""
        return any(place[:length] in self._new for length in range(1, len(place) + 1))

    def is_cut(self, place: Place) -> bool:
        """True when elements of the array at the place were left out."""
        return place in self._cut

    def original(self, place: Place) -> Place:
        """Where the whole document has what stands at the place of `after`."""
        return tuple(
            self._indexes[place[:depth]][step] if isinstance(step, int) else step for depth, step in enumerate(place)
        )

    def _pair(self, old: Any, new: Any, place: Place) -> tuple[Any, Any]:
        self._left -= 1
        if self._left < 0:
            raise TooManyDifferencesError
        if not isinstance(new, dict | list):
            return _husk(old), new
        if type(old) is not type(new):
            self._new.add(place)
            old = type(new)()
        return self._objects(old, new, place) if isinstance(new, dict) else self._arrays(old, new, place)

    def _objects(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> tuple[Any, Any]:
        before = {name: _husk(value) for name, value in old.items() if name not in new}
        after = {}
        for name, value in new.items():
            was, after[name] = self._pair(old.get(name), value, (*place, name))
            if name in old:
                before[name] = was
            else:
                self._new.add((*place, name))
        return before, after

    def _arrays(self, old: list[Any], new: list[Any], place: Place) -> tuple[Any, Any]:
        found = partners(new, old)
        kept = _kept(old, new, found)
        self._indexes[place] = kept
        if len(kept) < len(new):
            self._cut.add(place)
        before, after = [], []
        for position, index in enumerate(kept):
            partner = found[index]
            if partner is None:
                self._new.add((*place, position))
            was, now = self._pair(None if partner is None else old[partner], new[index], (*place, position))
            before.append(was)
            after.append(now)
        stayed = set(found)
        gone = [_husk(element) for index, element in enumerate(old) if index not in stayed][:UNCHANGED]
        return [*before, *gone], after


def _kept(old: list[Any], new: list[Any], found: Sequence[int | None]) -> list[int]:
    """The indexes of the elements to look at: those that changed, a few that did not, those that are new."""
    pairs = [(index, partner) for index, partner in enumerate(found) if partner is not None]
    same = {index for index, partner in pairs if json_equal(new[index], old[partner])}
    changed = [index for index, _ in pairs if index not in same]
    return [*changed, *sorted(same)[:UNCHANGED], *(index for index, partner in enumerate(found) if partner is None)]


def _husk(value: Any) -> Any:
    """A value of the same kind: the value itself, or an empty object or array."""
    return type(value)() if isinstance(value, dict | list) else value
