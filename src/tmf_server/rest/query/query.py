"""Parses the query of lists (TMF630 part 1, 4.3 to 4.7; part 6): filters, fields, sorting, paging. Pure; names no noun.

Nothing is ignored: a parameter unknown here, and no attribute either, is refused by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tmf_server.config import Settings
from tmf_server.errors import InvalidInput
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.query.attributes import MOST_STEPS, Attributes, attributes_of
from tmf_server.rest.query.comparisons import ConditionBudget
from tmf_server.rest.query.fields import FieldTree, parse_fields
from tmf_server.rest.query.filters import plain_conditions
from tmf_server.rest.query.jsonpath import filter_condition
from tmf_server.rest.query.tokens import PARAMETERS, Argument, split_query
from tmf_server.storage.query.conditions import Condition, Selection, Sort, conjunction
from tmf_server.storage.query.nesting import flattened

SHAPING = frozenset({"fields", "depth", "expand"})
ONCE = PARAMETERS - {"fields", "sort", "expand"}
MOST_SORTS = 8
GREATEST = 2**63 - 1
SORTABLE = frozenset({"text", "number", "integer", "boolean", "instant"})


@dataclass(frozen=True, slots=True)
class Query:
    """The parsed query of a collection; `expand` are dotted paths, `fields` None for whole records."""

    selection: Selection
    fields: FieldTree | None = None
    depth: int = 0
    expand: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def parse_query(query: str, exposure: Exposure, settings: Settings) -> Query:
    """Parse the raw query string of a list. Raises InvalidInput, NotSupported.

    Parsed queries are kept, since clients repeat the same queries.
    """
    if not query:
        return Query(Selection(limit=settings.limits.default_limit))
    groups = split_query(query, settings.limits.max_query_bytes)
    given, filters = _parted(groups)
    attributes = attributes_of(exposure)
    return Query(
        Selection(
            where=_where(given, filters, attributes, settings),
            sort=_sorts(given.get("sort", ()), attributes),
            offset=_number(given, "offset", 0),
            limit=min(_number(given, "limit", settings.limits.default_limit), settings.limits.max_limit),
            after=_cursor(given, "after"),
            before=_cursor(given, "before"),
        ),
        fields=parse_fields(_values(given, "fields"), exposure) if "fields" in given else None,
        depth=_depth(given, settings.limits.max_expand_depth),
        expand=_expand(given, attributes),
    )


def parse_shape(query: str, exposure: Exposure, settings: Settings) -> Query:
    """Parse the query string of a record: `fields`, `depth` and `expand`, nothing else."""
    given, filters = _parted(split_query(query, settings.limits.max_query_bytes))
    unknown = [argument.name for group in filters for argument in group] + sorted(given.keys() - SHAPING)
    if unknown:
        raise InvalidInput(
            f"The parameter {unknown[0][:80]!r} is not known here. Known: {', '.join(sorted(SHAPING))}.",
            code="unknownParameter",
        )
    fields = parse_fields(_values(given, "fields"), exposure) if "fields" in given else None
    expand = _expand(given, attributes_of(exposure)) if "expand" in given else ()
    return Query(Selection(), fields, _depth(given, settings.limits.max_expand_depth), expand)


def parse_filter(query: str, attributes: Attributes, settings: Settings) -> Condition | None:
    """Parse a query string of filters alone, such as a hub's query; None for an empty query."""
    given, filters = _parted(split_query(query, settings.limits.max_query_bytes))
    for name in given:
        if name != "filter":
            raise InvalidInput(f"{name} has no place in this query, which only selects.", code="unknownParameter")
    return _where(given, filters, attributes, settings)


Given = dict[str, list[Argument]]


def _parted(groups: list[list[Argument]]) -> tuple[Given, list[list[Argument]]]:
    """The parameters by name, and the filters."""
    given: Given = {}
    filters = []
    for group in groups:
        if len(group) == 1 and group[0].name in PARAMETERS and not group[0].operator:
            given.setdefault(group[0].name, []).append(group[0])
        else:
            filters.append(group)
    for name in ONCE & given.keys():
        if len(given[name]) > 1:
            raise InvalidInput(f"{name} is given {len(given[name])} times. Give it once.")
    return given, filters


def _where(given: Given, filters: list[list[Argument]], attributes: Attributes, settings: Settings) -> Condition | None:
    budget = ConditionBudget(settings.limits.max_conditions)
    conditions = plain_conditions(filters, attributes, settings, budget)
    for argument in given.get("filter", ()):
        conditions.append(filter_condition(argument.value, attributes, settings.limits.max_regex_length, budget))
    return conjunction([*map(flattened, conditions)])


def _values(given: Given, name: str) -> list[str]:
    return [argument.value for argument in given.get(name, ())]


def _names(given: Given, name: str) -> list[str]:
    return [part.strip() for value in _values(given, name) for part in value.split(",")]


def _sorts(arguments: Sequence[Argument], attributes: Attributes) -> tuple[Sort, ...]:
    sorts: dict[tuple[str, ...], Sort] = {}
    for name in _names({"sort": list(arguments)}, "sort"):
        sort = _sort(name, attributes)
        sorts.setdefault(sort.path, sort)
    if len(sorts) > MOST_SORTS:
        raise InvalidInput(f"sort takes at most {MOST_SORTS} attributes.")
    return tuple(sorts.values())


def _sort(name: str, attributes: Attributes) -> Sort:
    # A `+` decodes to a space, already stripped.
    known = attributes.find(tuple(name.lstrip("+-").split(".")))
    if known.attribute.kind not in SORTABLE or known.attribute.repeated:
        raise InvalidInput(
            f"{name[:80]!r} cannot be sorted by: it has no single value to a record.",
            message="sort: expected attributes with one text, number, instant or truth value",
        )
    return Sort(known.stored[0], name.startswith("-"), known.attribute.kind)


def _number(given: Given, name: str, default: int) -> int:
    if name not in given:
        return default
    text = given[name][0].value
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(
            f"{name} takes a whole number from 0, not {text[:40]!r}.",
            message=f"{name}: expected a whole number from 0",
        )
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(GREATEST)) else GREATEST


def _depth(given: Given, most: int) -> int:
    depth = _number(given, "depth", 0)
    if depth > most:
        raise InvalidInput(f"depth reaches at most {most} levels.", message=f"depth: expected at most {most}")
    return depth


def _cursor(given: Given, name: str) -> str | None:
    if name not in given:
        return None
    if len({"after", "before", "offset"} & given.keys()) > 1:
        raise InvalidInput("offset, after and before exclude each other. Give one of them.")
    return given[name][0].value


def _expand(given: Given, attributes: Attributes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_expanded(name, attributes) for name in _names(given, "expand")))


def _expanded(name: str, attributes: Attributes) -> str:
    """Return the dotted path to expand; behind the first reference the path goes on in a record of unknown schema."""
    path = tuple(name.split("."))
    own = next((length for length in range(min(len(path), MOST_STEPS), 1, -1) if attributes.has(path[:length])), 1)
    known = attributes.find(path[:own])
    if known.attribute.kind not in ("object", "any"):
        raise InvalidInput(f"{name[:80]!r} refers to no record, so there is nothing to expand.")
    return ".".join((*known.shown, *path[own:]))
