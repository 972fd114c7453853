"""Which places of a document the path of a patch operation means (TMF630 parts 5 and 6). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tmf_server.rest.body.strictjson import escaped
from tmf_server.rest.patching.paths import EACH, INDEX, BadPathError, Condition, Path, Pick, Query, Token, Tokens
from tmf_server.rules.instants import parse_instant
from tmf_server.storage.query.conditions import values_at

MOST_VISITS = 500_000


@dataclass(frozen=True)
class Place:
    """Where an operation acts: the tokens that lead there; `picked` when a query picked the element by its content."""

    tokens: Tokens
    picked: bool = False

    def __str__(self) -> str:
        return ("/" + "/".join(escaped(str(token)) for token in self.tokens))[:200]


@dataclass(frozen=True)
class _Trail:
    """One way through the document: its tokens, and the value behind each step so far, the document first."""

    tokens: Tokens
    values: tuple[Any, ...]

    def into(self, token: Token, value: Any) -> "_Trail":
        return _Trail((*self.tokens, token), (*self.values, value))

    def element(self, index: int, value: Any) -> "_Trail":
        """The same step, made one element of the array that it led to."""
        return _Trail((*self.tokens, index), (*self.values[:-1], value))


class Budget:
    """How many values the queries of one patch may look at."""

    def __init__(self) -> None:
        self._left = MOST_VISITS

    def spend(self, trails: Iterable[_Trail]) -> list[_Trail]:
        """The trails as a list. Raises BadPathError when there were too many of them in this patch."""
        spent = []
        for trail in trails:
            self._left -= 1
            if self._left < 0:
                raise BadPathError("fewer queries, or narrower ones; this patch looks at too many values")
            spent.append(trail)
        return spent


def find_places(path: Path, document: Any, budget: Budget) -> list[Place]:
    """Every place of the document that the path means, in order; none when a query matches nothing."""
    if not isinstance(path, Query):
        return [Place(path)]
    if path.conditions:
        return _by_conditions(path, document, budget)
    trails = [_Trail((), (document,))]
    for step in path.steps[:-1]:
        trails = budget.spend(found for trail in trails for found in _follow(trail, step))
    last = path.steps[-1]
    if isinstance(last, Pick) or last == EACH:
        return [Place(trail.tokens, picked=True) for trail in budget.spend(f for t in trails for f in _follow(t, last))]
    if isinstance(last, int):
        return [Place((*trail.tokens, last)) for trail in trails]
    return [Place((*trail.tokens, last)) for trail in budget.spend(_objects(trails))]


def _follow(trail: _Trail, step: str | int | Pick) -> Iterator[_Trail]:
    value = trail.values[-1]
    if isinstance(step, Pick) or step == EACH:
        for inner in _elements(trail):
            if step == EACH or (isinstance(step, Pick) and step.passes(inner.values[-1])):
                yield inner
    elif isinstance(value, list) and (isinstance(step, int) or INDEX.fullmatch(step)):
        if int(step) < len(value):
            yield trail.into(int(step), value[int(step)])
    else:
        for inner in _elements(trail):
            if isinstance(inner.values[-1], dict) and step in inner.values[-1]:
                yield inner.into(step, inner.values[-1][step])


def _elements(trail: _Trail) -> Iterator[_Trail]:
    value = trail.values[-1]
    if isinstance(value, list):
        for index, element in enumerate(value):
            yield trail.element(index, element)
    else:
        yield trail


def _objects(trails: list[_Trail]) -> Iterator[_Trail]:
    return (inner for trail in trails for inner in _elements(trail) if isinstance(inner.values[-1], dict))


def _by_conditions(path: Query, document: Any, budget: Budget) -> list[Place]:
    names = tuple(str(step) for step in path.steps)
    trails = [_Trail((), (document,))]
    for name in names[:-1]:
        trails = budget.spend(found for trail in trails for found in _follow(trail, name))
    holders = budget.spend(_objects(trails))
    ends = budget.spend(e for holder in holders for found in _follow(holder, names[-1]) for e in _elements(found))
    bases = [_base(condition, names, [*holders, *ends]) for condition in path.conditions]
    tests = list(zip(path.conditions, bases, strict=True))
    if len(names) in bases:
        return [Place(trail.tokens, picked=True) for trail in ends if _holds(trail, names, tests)]
    return [Place((*trail.tokens, names[-1])) for trail in holders if _holds(trail, names, tests)]


def _base(condition: Condition, names: tuple[str, ...], trails: list[_Trail]) -> int:
    """After how many steps of the path the condition starts; -1 when it names nothing that is there."""
    common = 0
    for ours, theirs in zip(names, condition.names, strict=False):
        if ours != theirs:
            break
        common += 1
    if common:
        return common
    # Relative to the innermost objects that have the attribute. The record itself only counts where no array is on the
    # way: `/note?id=7` must not mean every note of the record 7.
    outermost = 1 if any(isinstance(token, int) for trail in trails for token in trail.tokens) else 0
    for depth in range(len(names), outermost - 1, -1):
        values = (trail.values[depth] for trail in trails if len(trail.values) > depth)
        if any(isinstance(value, dict) and condition.names[0] in value for value in values):
            return depth
    return -1


def _holds(trail: _Trail, names: tuple[str, ...], tests: list[tuple[Condition, int]]) -> bool:
    for condition, base in tests:
        if base < 0 or base >= len(trail.values):
            return False
        rest = condition.names[base:] if condition.names[:base] == names[:base] else condition.names
        if not any(_written_like(value, condition.text) for value in values_at(trail.values[base], rest)):
            return False
    return True


def _written_like(value: Any, text: str) -> bool:
    """Whether a JSON value is the one that a client writes as the text: strings, numbers, booleans, instants."""
    if isinstance(value, str):
        return value == text or _same_instant(value, text)
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, int | float):
        try:
            return Decimal(text) == Decimal(repr(value))
        except InvalidOperation:
            return False
    return False


def _same_instant(value: str, text: str) -> bool:
    if "T" not in text or "T" not in value:
        return False
    try:
        return parse_instant(value) == parse_instant(text)
    except ValueError:
        return False
