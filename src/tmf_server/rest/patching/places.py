"""Which places of a document the path of a patch operation means (TMF630 parts 5 and 6). Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from tmf_server.contracts.pointers import escape
from tmf_server.rest.patching.paths import EACH, INDEX, BadPathError, Condition, Path, Pick, Query, Token, Tokens
from tmf_server.rest.query.comparisons import read_number
from tmf_server.rules.instants import parse_instant
from tmf_server.storage.query.conditions import values_at

MOST_VISITS = 250_000
"""How many values the queries of one patch may look at."""

ACTING = 4
"""As how many values it counts to change one."""

LONGEST_INSTANT = 64


class Place(NamedTuple):
    """Where an operation acts: the tokens that lead there; `picked` when a query picked the element by its content."""

    tokens: Tokens
    picked: bool = False

    def __str__(self) -> str:
        return ("/" + "/".join(escape(str(token)) for token in self.tokens))[:200]


class _Trail(NamedTuple):
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

    def pay(self, values: int) -> None:
        """Count values that are looked at. Raises BadPathError when there were too many of them in this patch."""
        self._left -= values
        if self._left < 0:
            raise BadPathError("fewer queries, or narrower ones; this patch looks at too many values")


def find_places(path: Path, document: Any, budget: Budget) -> list[Place]:
    """Every place of the document that the path means, in order; none when a query matches nothing."""
    if not isinstance(path, Query):
        return [Place(path)]
    found = _found_places(path, document, budget)
    budget.pay(ACTING * len(found))
    return found


def _found_places(path: Query, document: Any, budget: Budget) -> list[Place]:
    if path.conditions:
        return _by_conditions(path, document, budget)
    trails = [_Trail((), (document,))]
    for step in path.steps[:-1]:
        trails = [found for trail in trails for found in _follow(trail, step, budget)]
    last = path.steps[-1]
    if isinstance(last, Pick) or last == EACH:
        return [Place(found.tokens, picked=True) for trail in trails for found in _follow(trail, last, budget)]
    if isinstance(last, int):
        return [Place((*trail.tokens, last)) for trail in trails]
    return [Place((*trail.tokens, last)) for trail in _objects(trails, budget)]


def _follow(trail: _Trail, step: str | int | Pick, budget: Budget) -> Iterator[_Trail]:
    value = trail.values[-1]
    if isinstance(step, Pick) or step == EACH:
        for inner in _elements(trail, budget):
            if step == EACH or (isinstance(step, Pick) and step.passes(inner.values[-1], budget.pay)):
                yield inner
    elif isinstance(value, list) and (isinstance(step, int) or INDEX.fullmatch(step)):
        if int(step) < len(value):
            yield trail.into(int(step), value[int(step)])
    else:
        for inner in _elements(trail, budget):
            if isinstance(inner.values[-1], dict) and step in inner.values[-1]:
                yield inner.into(step, inner.values[-1][step])


def _elements(trail: _Trail, budget: Budget) -> Iterator[_Trail]:
    value = trail.values[-1]
    budget.pay(1)
    if isinstance(value, list):
        for index, element in enumerate(value):
            budget.pay(1)
            yield trail.element(index, element)
    else:
        yield trail


def _objects(trails: list[_Trail], budget: Budget) -> Iterator[_Trail]:
    return (inner for trail in trails for inner in _elements(trail, budget) if isinstance(inner.values[-1], dict))


def _by_conditions(path: Query, document: Any, budget: Budget) -> list[Place]:
    names = tuple(str(step) for step in path.steps)
    trails = [_Trail((), (document,))]
    for name in names[:-1]:
        trails = [found for trail in trails for found in _follow(trail, name, budget)]
    holders = list(_objects(trails, budget))
    ends = [e for one in holders for found in _follow(one, names[-1], budget) for e in _elements(found, budget)]
    bases = _bases(path.conditions, names, [*holders, *ends], budget)
    tests = list(zip(path.conditions, bases, strict=True))
    if len(names) in bases:
        return [Place(trail.tokens, picked=True) for trail in ends if _holds(trail, names, tests, budget)]
    return [Place((*trail.tokens, names[-1])) for trail in holders if _holds(trail, names, tests, budget)]


def _bases(conditions: Iterable[Condition], names: tuple[str, ...], trails: list[_Trail], budget: Budget) -> list[int]:
    """After how many steps of the path each condition starts; -1 when it names nothing that is there."""
    # Relative to the innermost objects that have the attribute. The record itself only counts where no array is on the
    # way: `/note?id=7` must not mean every note of the record 7.
    outermost = 1 if any(isinstance(token, int) for trail in trails for token in trail.tokens) else 0
    depths = range(len(names), outermost - 1, -1)
    return [_base(condition, names, trails, depths, budget) for condition in conditions]


def _base(
    condition: Condition, names: tuple[str, ...], trails: list[_Trail], depths: Iterable[int], budget: Budget
) -> int:
    common = 0
    for ours, theirs in zip(names, condition.names, strict=False):
        if ours != theirs:
            break
        common += 1
    if common:
        return common
    for depth in depths:
        budget.pay(len(trails))
        values = (trail.values[depth] for trail in trails if len(trail.values) > depth)
        if any(isinstance(value, dict) and condition.names[0] in value for value in values):
            return depth
    return -1


def _holds(trail: _Trail, names: tuple[str, ...], tests: list[tuple[Condition, int]], budget: Budget) -> bool:
    for condition, base in tests:
        if base < 0 or base >= len(trail.values):
            return False
        rest = condition.names[base:] if condition.names[:base] == names[:base] else condition.names
        values = values_at(trail.values[base], rest, budget.pay)
        if not any(_written_like(value, condition.text) for value in values):
            return False
    return True


def _written_like(value: Any, text: str) -> bool:
    """Whether a JSON value is the one that a client writes as the text: strings, numbers, booleans, instants."""
    if isinstance(value, str):
        return value == text or ("T" in text and len(value) <= LONGEST_INSTANT and _same_instant(value, text))
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    return isinstance(value, int | float) and _number(text) == Decimal(repr(value))


def _same_instant(value: str, text: str) -> bool:
    meant = _instant(text)
    return meant is not None and "T" in value and _instant(value) == meant


@lru_cache(maxsize=1024)
def _instant(text: str) -> int | None:
    try:
        return parse_instant(text)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _number(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except ValueError:
        return None
