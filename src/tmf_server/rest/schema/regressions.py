"""Which faults a change brings to a document that may have had faults before. Pure; names no noun."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jsonschema_rs import ValidationError

from tmf_server.errors import Fault, InvalidInput
from tmf_server.rest.body.jsonvalues import json_equal
from tmf_server.rest.schema.difference import Difference, TooManyDifferencesError
from tmf_server.rest.schema.validation_messages import faults_of, place_of

MOST_CHANGED = 2000  # values of a document with faults that one change may touch
COUNTS = frozenset({"minItems", "contains"})  # what an array may break only because it was cut

FindErrors = Callable[[Any], Iterable[ValidationError]]


def brought_faults(find: FindErrors, before: Any, after: Any) -> list[Fault]:
    """The first twenty faults of `after` that `before` does not have, wherever elements of arrays have moved.

    `find` gives the errors of a document. Raises InvalidInput when too much has changed to compare the two.
    """
    try:
        difference = Difference(before, after, MOST_CHANGED)
    except TooManyDifferencesError as error:
        raise InvalidInput(
            f"The record has faults, and the patch changes too many of its values to tell which faults are new. "
            f"Change at most {MOST_CHANGED} values at once."
        ) from error
    return faults_of(_brought(find, difference), difference.original)


def _brought(find: FindErrors, difference: Difference) -> Iterator[ValidationError]:
    """The errors of the later state that the earlier one does not have at the same place."""
    known = {(place_of(error), error.kind.name): error.instance for error in find(difference.before)}
    for error in find(difference.after):
        place = place_of(error)
        if error.kind.name in COUNTS and difference.is_cut(place):
            continue
        key = (place, error.kind.name)
        if difference.is_new(place) or key not in known or not _stayed(known[key], error.instance):
            yield error


def _stayed(before: Any, after: Any) -> bool:
    """True when a faulty value is the same; what is inside an object or array has faults of its own."""
    if isinstance(after, dict | list):
        return type(before) is type(after)
    return json_equal(before, after)
