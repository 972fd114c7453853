"""JSON Patch and JSON Patch Query, applied to a copy of one document (RFC 6902; TMF630 parts 5 and 6). Pure.

Beyond RFC 6902, because published examples need it: `add` of a non-array at an array appends; `replace` of an absent
attribute adds it; a missing leading slash and a leading dot are tolerated; an object put on an element that a query
picked is merged into it.

What is wrong with the patch itself is InvalidInput. What fits the patch but not the record, such as a failed `test` or
a path that leads nowhere, is Conflict (RFC 5789, 2.2): another client may have changed the record.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from tmf_server.errors import InvalidInput, TooLarge
from tmf_server.rest.body.jsonvalues import copied, depth_of, json_equal, merge
from tmf_server.rest.body.strictjson import RESERVED
from tmf_server.rest.patching.operations import CODE, Operation, conflict, refuse
from tmf_server.rest.patching.paths import INDEX, BadPathError, Path, Token
from tmf_server.rest.patching.places import Budget, Place, find_places

APPEND = "-"
IsArray = Callable[[tuple[str, ...]], bool]


@dataclass(frozen=True)
class Bounds:
    """What a document may become under a patch: bytes of JSON, and levels of nesting."""

    size: int = 2_000_000
    depth: int = 64


class JsonPatch:
    """One application of a JSON Patch, with or without queries, to a copy of a document."""

    def __init__(self, document: dict[str, Any], is_array: IsArray | None, bounds: Bounds) -> None:
        self._root: Any = copied(document)
        self._room = 2 * bounds.size
        self._is_array = is_array or (lambda _: False)
        self._bounds = bounds
        self._budget = Budget()

    def apply(self, operations: Iterable[Operation]) -> dict[str, Any]:
        """The changed copy, to be taken once. Raises InvalidInput, Conflict or TooLarge."""
        for operation in operations:
            DOING[operation.op](self, operation)
        if not isinstance(self._root, dict):
            raise InvalidInput("The patch puts something else in the place of the record's object.", code=CODE)
        return self._root

    def _places(self, operation: Operation, path: Path) -> list[Place]:
        try:
            places = find_places(path, self._root, self._budget)
        except BadPathError as error:
            refuse(operation.number, "path", str(error))
        if not places:
            conflict(operation, "the query of its path matches nothing in the record")
        return places

    def add(self, operation: Operation) -> None:
        """Set an attribute, insert or append an element."""
        for place in self._places(operation, operation.path):
            self._put(operation, place, operation.value, inserting=True)

    def replace(self, operation: Operation) -> None:
        """Set an attribute or an element."""
        for place in self._places(operation, operation.path):
            self._put(operation, place, operation.value, inserting=False)

    def remove(self, operation: Operation) -> None:
        """Remove an attribute or an element."""
        # From the end, so that the indexes of those before stay right.
        for place in reversed(self._places(operation, operation.path)):
            self._take(operation, place)

    def test(self, operation: Operation) -> None:
        """Conflict unless the value is there."""
        for place in self._places(operation, operation.path):
            if not json_equal(self._value(operation, place), operation.value):
                conflict(operation, f"{place} has another value than the one tested for")

    def copy(self, operation: Operation) -> None:
        """Add what is at another place."""
        source, target = self._source_and_target(operation)
        self._put(operation, target, self._value(operation, source), source=source)

    def move(self, operation: Operation) -> None:
        """Add what is at another place, and remove it there."""
        source, target = self._source_and_target(operation)
        if len(target.tokens) > len(source.tokens) and target.tokens[: len(source.tokens)] == source.tokens:
            refuse(operation.number, "path", "a place that is not inside of the one that is moved")
        value = self._value(operation, source)
        if source.tokens != target.tokens:
            self._take(operation, source)
            self._put(operation, target, value, source=source)

    def _source_and_target(self, operation: Operation) -> tuple[Place, Place]:
        sources, targets = self._places(operation, operation.source), self._places(operation, operation.path)
        if len(sources) > 1 or len(targets) > 1:
            conflict(operation, f"{operation.op} needs one place each for from and path; a query matches several")
        return sources[0], targets[0]

    def _holder(self, operation: Operation, place: Place) -> tuple[Any, Token]:
        """What holds the place, and the last token; Conflict when the way there is not there."""
        holder = self._root
        for token in place.tokens[:-1]:
            holder = _child(operation, place, holder, token)
        if not isinstance(holder, dict | list):
            conflict(operation, f"{place} is inside of what is neither an object nor an array")
        return holder, place.tokens[-1]

    def _value(self, operation: Operation, place: Place) -> Any:
        if not place.tokens:
            return self._root
        holder, token = self._holder(operation, place)
        return _child(operation, place, holder, token)

    def _take(self, operation: Operation, place: Place) -> None:
        if not place.tokens:
            refuse(operation.number, "path", "the path of an attribute; the record itself is removed by DELETE")
        self._value(operation, place)
        holder, token = self._holder(operation, place)
        del holder[int(token) if isinstance(holder, list) else str(token)]

    def _put(
        self, operation: Operation, place: Place, value: Any, *, inserting: bool = True, source: Place | None = None
    ) -> None:
        self._check_fits(operation, place, value)
        if _is_mark(value) and _names_href(place) and not (source and _names_href(source)):
            refuse(operation.number, "path", "a URL as the value of an href; it cannot start with U+0001")
        value = copied(value)
        if not place.tokens:
            self._root = value
            return
        holder, token = self._holder(operation, place)
        if isinstance(holder, list):
            _put_element(operation, place, holder, value, inserting=inserting)
        else:
            self._put_attribute(place, holder, str(token), value, inserting=inserting)

    def _put_attribute(self, place: Place, holder: dict[str, Any], name: str, value: Any, *, inserting: bool) -> None:
        present = holder.get(name)
        if inserting and isinstance(present, list) and not isinstance(value, list):
            present.append(value)
        elif inserting and name not in holder and not isinstance(value, list) and self._begins_array(place):
            holder[name] = [value]
        else:
            holder[name] = _merged(place, present, value)

    def _begins_array(self, place: Place) -> bool:
        return self._is_array(
            tuple(token for token in place.tokens if isinstance(token, str) and not INDEX.fullmatch(token))
        )

    def _check_fits(self, operation: Operation, place: Place, value: Any) -> None:
        """Stop a patch that blows a document up, by copying it into itself for instance, before it does."""
        self._room -= len(orjson.dumps(value))
        if self._room < 0:
            raise TooLarge(f"The patch writes more than {2 * self._bounds.size} bytes. Send smaller patches.")
        if len(place.tokens) + depth_of(value) > self._bounds.depth:
            refuse(operation.number, "", f"a record that is at most {self._bounds.depth} levels deep")


DOING: dict[str, Callable[[JsonPatch, Operation], None]] = {
    "add": JsonPatch.add,
    "remove": JsonPatch.remove,
    "replace": JsonPatch.replace,
    "move": JsonPatch.move,
    "copy": JsonPatch.copy,
    "test": JsonPatch.test,
}


def _put_element(operation: Operation, place: Place, holder: list[Any], value: Any, *, inserting: bool) -> None:
    token = place.tokens[-1]
    if inserting and not place.picked:
        index = len(holder) if token == APPEND else _index(operation, place, token, len(holder))
        holder.insert(index, value)
    else:
        index = _index(operation, place, token, len(holder) - 1)
        holder[index] = _merged(place, holder[index], value)


def _merged(place: Place, present: Any, value: Any) -> Any:
    both = isinstance(present, dict) and isinstance(value, dict)
    return merge(present, value) if place.picked and both else value


def _child(operation: Operation, place: Place, holder: Any, token: Token) -> Any:
    if isinstance(holder, list):
        return holder[_index(operation, place, token, len(holder) - 1)]
    if not isinstance(holder, dict) or token not in holder:
        conflict(operation, f"{place} is not in the record; {token!r} is missing")
    return holder[token]


def _index(operation: Operation, place: Place, token: Token, last: int) -> int:
    if not INDEX.fullmatch(str(token)):
        conflict(operation, f"{place} leads into an array, which takes an index and not {token!r}")
    if int(token) > last:
        conflict(operation, f"{place} is beyond the end of the array")
    return int(token)


def _is_mark(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(RESERVED)


def _names_href(place: Place) -> bool:
    names = [str(token) for token in place.tokens if token != APPEND and not INDEX.fullmatch(str(token))]
    return bool(names) and names[-1].lower().endswith("href")
