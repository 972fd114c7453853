"""Which errors of a document are told: some of all that it has, or those that a change brings. Names no noun."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from jsonschema_rs import ValidationError

from tmf_server.errors import MOST_FAULTS, InvalidInput
from tmf_server.rest.body.jsonvalues import Place, json_equal
from tmf_server.rest.schema.difference import Difference, TooManyDifferencesError
from tmf_server.rest.schema.validation_messages import place_of

COUNTS = frozenset({"minItems", "contains"})  # what an array may break only because it was cut
SAMPLE = 500  # values
MOST_CHANGED = 2000  # values of a document with faults that one change may touch


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool:
        """Whether a value fits."""
        ...

    def iter_errors(self, instance: Any) -> Iterable[ValidationError]:
        """Every error of a value; all are found before the first is given."""
        ...

    def validate(self, instance: Any) -> None:
        """Raise the first error of a value."""
        ...


Found = tuple[Sequence[ValidationError], Callable[[Place], Place] | None]
"""Errors, and what gives the place in the whole document of a place in the part where they were looked for."""

FindErrors = Callable[[Any], Found]


def brought_errors(validators: Sequence[Validator], before: Any, after: Any) -> Found:
    """The errors of `after` that `before` does not have, wherever elements of arrays have moved.

    Raises InvalidInput when too much has changed to compare the two.
    """
    if all(one.is_valid(after) for one in validators):
        return [], None
    if all(one.is_valid(before) for one in validators):
        return [error for one in validators for error in _errors(one, after)], None
    try:
        difference = Difference(before, after, MOST_CHANGED)
    except TooManyDifferencesError as error:
        raise InvalidInput(
            f"The record has faults, and the patch changes too many of its values to tell which faults are new. "
            f"Change at most {MOST_CHANGED} values at once."
        ) from error
    return [error for one in validators for error in _brought(one, difference)], difference.original


def _brought(validator: Validator, difference: Difference) -> Iterator[ValidationError]:
    """The errors of the later state that the earlier one does not have at the same place."""
    known = {(place_of(error), error.kind.name): error.instance for error in validator.iter_errors(difference.before)}
    for error in validator.iter_errors(difference.after):
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


def own_errors(validator: Validator, document: Any) -> Found:
    """Some errors of a document, none only where it has none."""
    return _errors(validator, document), None


def _errors(validator: Validator, document: Any) -> list[ValidationError]:
    if validator.is_valid(document):
        return []
    sample = Sample()
    errors = validator.iter_errors(sample.of(document))
    found = [error for error in errors if not sample.cut or error.kind.name not in COUNTS]
    return found or _first_error(validator, document)


def _first_error(validator: Validator, document: Any) -> list[ValidationError]:
    try:
        validator.validate(document)
    except ValidationError as error:
        return [error]
    return []


class Sample:
    """A copy of a document that is short enough to have every fault of it told.

    All errors are found before the first can be read, and each costs: an array of 15,000 wrong elements took seconds.
    """

    def __init__(self) -> None:
        self.cut = False
        self._room = SAMPLE

    def of(self, value: Any) -> Any:
        """The value with its arrays cut once enough has been seen."""
        self._room -= 1
        if isinstance(value, dict):
            return {name: self.of(member) for name, member in value.items()}
        if isinstance(value, list):
            return self._elements(value)
        return value

    def _elements(self, elements: list[Any]) -> list[Any]:
        kept: list[Any] = []
        for element in elements:
            if self._room <= 0 or len(kept) == MOST_FAULTS:
                self.cut = True
                break
            kept.append(self.of(element))
        return kept
