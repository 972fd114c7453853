"""Reading canonical documents: v5's shape, and what only v4 can show kept aside. No HTTP, no SQL."""

from collections.abc import Mapping
from typing import Any

MARK = "\u0001"
"""What the stored href of a record that is here begins with."""

KEPT = f"{MARK}v4"
"""The reserved attribute of any object: the attributes that only v4 can show, by their v4 names."""

ALONE = f"{MARK}alone"
"""Among them where the object as a whole is one that only v4 can show: it lacks what v5 demands."""


def is_alone(value: Any) -> bool:
    """True for an object that only v4 can show, and for an array of nothing else."""
    if isinstance(value, list):
        return bool(value) and all(map(is_alone, value))
    return isinstance(value, dict) and ALONE in value.get(KEPT, ())


def attribute(document: Mapping[str, Any], name: str) -> Any:
    """The value of an attribute; where v5 has none, the one that only v4 can show; None for neither."""
    value = document.get(name)
    if value is None and KEPT in document:
        return document[KEPT].get(name)
    return value


def with_values(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The document with the values, which take the place of what only v4 could show; the input is left alone."""
    if not values:
        return document
    result = {**document, **values}
    if KEPT in document:
        kept = {name: value for name, value in document[KEPT].items() if name not in values}
        result[KEPT] = kept
        if not kept:
            del result[KEPT]
    return result
