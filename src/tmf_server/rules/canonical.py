"""Reading canonical documents: the shape of v5, with v4's extras kept aside. No HTTP, no SQL."""

from collections.abc import Mapping
from typing import Any

MARK = "\u0001"
"""The first character of the stored href of a present record."""

V4_EXTRAS = f"{MARK}v4"
"""The reserved attribute of any object for attributes of v4 alone, by their v4 names."""

V4_ALONE = f"{MARK}alone"
"""Marks, among the extras, an object of v4 alone: v5's mandatory attributes are missing."""


def is_alone(value: Any) -> bool:
    """Return true for an object of v4 alone, and for an array of such objects."""
    if isinstance(value, list):
        return bool(value) and all(map(is_alone, value))
    return isinstance(value, dict) and V4_ALONE in value.get(V4_EXTRAS, ())


def attribute(document: Mapping[str, Any], name: str) -> Any:
    """Return the value of an attribute, else the value among v4's extras, else None."""
    value = document.get(name)
    if value is None and V4_EXTRAS in document:
        return document[V4_EXTRAS].get(name)
    return value


def with_values(document: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with the values in place of v4's extras; the input is unchanged."""
    if not values:
        return document
    result = {**document, **values}
    if V4_EXTRAS in document:
        kept = {name: value for name, value in document[V4_EXTRAS].items() if name not in values}
        result[V4_EXTRAS] = kept
        if not kept:
            del result[V4_EXTRAS]
    return result
