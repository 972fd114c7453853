"""Hypothesis strategies of documents and of conditions on them, made to disagree where two readings could. For TMF620.

The documents hold what schemas forbid as well: an object where an array belongs, an array where a scalar does.
"""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tmf_server.storage.query.conditions import And, Compare, Condition, Exists, Not, Or, Some, TypeIs

TEXTS = st.one_of(
    st.sampled_from(["", "a", "A", "ab", "b", "ä", "\uffff", "\U0001f600", "true", "100", "a\nb", 'q"\\', "x" * 300]),
    st.text(alphabet="aAbß'%_ \n", max_size=3),
)
INTEGERS = st.one_of(
    st.sampled_from([0, 1, -1, 100, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 1152921504606847000]),
    st.integers(-3, 3),
)
NUMBERS = st.one_of(
    INTEGERS,
    st.sampled_from([0.1, 12.34, -0.0, 1e22, 1e23, 1e308, 5e-324, 2.0**53, 1152921504606846976.0, 0.30000000000000004]),
)
INSTANTS = st.sampled_from(
    [
        "2026-01-01T00:00:00Z",
        "2026-01-01T02:00:00+02:00",
        "2026-01-01T00:00:00.000001Z",
        "2026-01-01T00:00:00.0000019Z",
        "2025-12-31T23:59:60Z",
        "2026-01-01",
        "2026-13-01",
        "0001-01-01T00:00:00+14:00",
        "soon",
    ]
)
MICROS = st.sampled_from([1767225600000000, 1767225600000001, 1767225599999999, -(2**62)])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), INSTANTS)
IDS = st.sampled_from(["1", "2", "c", "true"])


def _object(**attributes: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=attributes)


def _odd(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly the value, sometimes in an array, or in an array of arrays, or something else."""
    listed = st.lists(value, max_size=3)
    return st.one_of(value, value, listed, st.lists(listed, max_size=2), SCALARS)


REFERENCE = _object(id=IDS, name=TEXTS, version=TEXTS)
REFERENCES = st.lists(REFERENCE, max_size=3)
VALUES = st.lists(
    st.fixed_dictionaries(
        {"value": st.one_of(SCALARS, st.lists(SCALARS, max_size=2))}, optional={"valueFrom": INTEGERS}
    ),
    max_size=2,
)
CHARACTERISTICS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["speed", "colour"])},
        optional={"productSpecCharacteristicValue": VALUES, "minCardinality": INTEGERS},
    ),
    max_size=3,
)
PERIOD = _object(startDateTime=INSTANTS, endDateTime=INSTANTS)

OFFERINGS = _object(
    **{
        "@type": st.sampled_from(["ProductOffering", "BundleX"]),
        "name": TEXTS,
        "description": _odd(TEXTS),
        "lifecycleStatus": st.sampled_from(["Active", "Launched"]),
        "isBundle": st.booleans(),
        "isSellable": st.booleans(),
        "statusReason": _odd(st.booleans()),
        "validFor": PERIOD,
        "category": REFERENCES,
        "productSpecification": REFERENCE,
        "prodSpecCharValueUse": CHARACTERISTICS,
        "agreement": _odd(_object(name=TEXTS, tags=_odd(TEXTS), count=_odd(NUMBERS), at=_odd(INSTANTS))),
    }
)

TEXT_PATHS = st.sampled_from(
    [
        ("name",),
        ("description",),
        ("lifecycleStatus",),
        ("category", "name"),
        ("category", "id"),
        ("productSpecification", "id"),
        ("agreement", "tags"),
        ("agreement", "name"),
        ("prodSpecCharValueUse", "productSpecCharacteristicValue", "value"),
    ]
)
NUMBER_PATHS = st.sampled_from(
    [
        ("agreement", "count"),
        ("prodSpecCharValueUse", "minCardinality"),
        ("prodSpecCharValueUse", "productSpecCharacteristicValue", "valueFrom"),
        ("prodSpecCharValueUse", "productSpecCharacteristicValue", "value"),
    ]
)
INSTANT_PATHS = st.sampled_from([("validFor", "startDateTime"), ("validFor", "endDateTime"), ("agreement", "at")])
FLAG_PATHS = st.sampled_from([("isBundle",), ("isSellable",), ("statusReason",), ("agreement", "count")])

ORDERED = st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"])
EQUAL = st.sampled_from(["eq", "ne"])
PATTERNS = st.sampled_from(["^a", "b$", "a.b", "(?i)a", "[^a]", "^$", "x{3}", "\\d+", "ä|ß"])
BOUNDS = st.one_of(
    INTEGERS,
    NUMBERS.map(lambda number: Decimal(repr(number))),
    st.sampled_from(["0.1", "0.10000000000000000001", "9007199254740992.5", "1E+310", "-1E+310", "1E-330"]).map(
        Decimal
    ),
)


def _compare(paths: st.SearchStrategy[Any], kind: str) -> st.SearchStrategy[Condition]:
    values = {"text": st.one_of(TEXTS, IDS), "number": BOUNDS, "instant": MICROS, "boolean": st.booleans()}[kind]
    operators = EQUAL if kind == "boolean" else ORDERED
    return st.builds(Compare, paths, operators, values, st.just(kind))


COMPARISONS = st.one_of(
    _compare(TEXT_PATHS, "text"),
    _compare(NUMBER_PATHS, "number"),
    _compare(INSTANT_PATHS, "instant"),
    _compare(FLAG_PATHS, "boolean"),
    st.builds(Compare, TEXT_PATHS, st.just("regex"), PATTERNS, st.just("text")),
)


def _inner(names: list[tuple[str, ...]]) -> st.SearchStrategy[Condition]:
    paths = st.sampled_from(names)
    leaves = st.one_of(
        *(_compare(paths, kind) for kind in ("text", "number", "instant", "boolean")),
        st.builds(Compare, paths, st.just("regex"), PATTERNS, st.just("text")),
        st.builds(Exists, paths),
    )
    return st.one_of(leaves, st.builds(Not, leaves), st.lists(leaves, min_size=1, max_size=2).map(_and))


def _and(parts: list[Condition]) -> Condition:
    return And(tuple(parts))


VALUE = ("productSpecCharacteristicValue", "value")
SAME_CHARACTERISTIC = st.builds(
    lambda name, values: Some(("prodSpecCharValueUse",), And((Compare(("name",), "eq", name, "text"), *values))),
    st.sampled_from(["speed", "colour"]),
    st.lists(
        st.one_of(*(_compare(st.just(VALUE), kind) for kind in ("text", "number", "instant", "boolean"))), max_size=2
    ),
)
SOMES = st.one_of(
    SAME_CHARACTERISTIC,
    st.builds(Some, st.just(("category",)), _inner([("id",), ("name",)])),
    st.builds(Some, st.just(("agreement",)), _inner([("name",), ("tags",), ("count",), ("at",), ()])),
    st.builds(Some, st.just(("agreement", "tags")), _inner([()])),
    st.builds(Some, st.just(("prodSpecCharValueUse",)), _inner([("name",), ("minCardinality",), VALUE])),
)
LEAVES = st.one_of(
    COMPARISONS,
    SOMES,
    st.builds(
        Exists, st.sampled_from([("name",), ("category",), ("agreement",), ("agreement", "tags"), ("validFor",)])
    ),
    st.just(TypeIs(frozenset({"BundleX"}))),
    st.just(TypeIs(frozenset())),
)


def _conditions(most: int) -> st.SearchStrategy[Condition]:
    return st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, max_size=3).map(_and),
            st.lists(inner, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=most,
    )


CONDITIONS = _conditions(5)
DEEP = _conditions(20)
