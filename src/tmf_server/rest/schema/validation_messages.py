"""What a JSON Schema validator found, as faults in plain words: where, and what was expected there. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jsonschema_rs import ValidationError

from tmf_server.contracts.pointers import escape
from tmf_server.errors import MOST_FAULTS, Fault
from tmf_server.rest.body.jsonvalues import Place
from tmf_server.rest.schema.schemas import BASE64_PATTERN, INSTANT_PATTERN, URL_PATTERN

LONGEST_POINTER = 200
MOST_OPTIONS = 30

INSTANT = "an instant with its offset, such as 2026-01-31T12:00:00Z"
TYPES = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
FORMATS = {"date-time": INSTANT, "date": "a date, such as 2026-01-31"}
PATTERNS = {
    INSTANT_PATTERN: INSTANT,
    URL_PATTERN: "a URL, without white space",
    BASE64_PATTERN: "text in Base64",
}


def _is(value: Any) -> str:
    """What a JSON value is, by its type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "string"), (int, "number"), (float, "number"), (dict, "object"), (list, "array"))
    return next((TYPES[name] for kind, name in kinds if isinstance(value, kind)), "a number")


def _listed(options: Iterable[Any]) -> str:
    words = [str(option) for option in options]
    return ", ".join(words[:MOST_OPTIONS]) + (" …" if len(words) > MOST_OPTIONS else "")


def _type(error: ValidationError) -> str:
    allowed = " or ".join(TYPES.get(name, name) for name in error.kind.value)
    return f"{allowed}, not {_is(error.instance)}"


def _pattern(error: ValidationError) -> str:
    return PATTERNS.get(error.kind.value, f"text that matches {error.kind.value}")


def _format(error: ValidationError) -> str:
    return FORMATS.get(error.kind.value, f"text in the format {error.kind.value}")


def _best_of(error: ValidationError) -> str:
    """Of several forms, what is missing for the one that comes nearest."""
    branches = [branch for branch in error.kind.value or () if branch]
    if not branches:
        return "a value of exactly one of the allowed forms"
    nearest = expected(min(branches, key=len)[0])
    return f"a value of one of the allowed forms; for the nearest: {nearest}"


def _count(what: str) -> Callable[[ValidationError], str]:
    return lambda error: what.format(error.kind.value)


WORDS: Mapping[str, Callable[[ValidationError], str]] = {
    "required": _count("a value; the attribute is mandatory"),
    "type": _type,
    "enum": lambda error: f"one of {_listed(error.kind.value)}",
    "const": _count("{}"),
    "format": _format,
    "pattern": _pattern,
    "minimum": _count("a number of {} or more"),
    "maximum": _count("a number of {} or less"),
    "exclusiveMinimum": _count("a number above {}"),
    "exclusiveMaximum": _count("a number below {}"),
    "multipleOf": _count("a multiple of {}"),
    "minLength": _count("{} characters or more"),
    "maxLength": _count("{} characters or fewer"),
    "minItems": _count("{} elements or more"),
    "maxItems": _count("{} elements or fewer"),
    "uniqueItems": _count("no element twice"),
    "minProperties": _count("{} attributes or more"),
    "maxProperties": _count("{} attributes or fewer"),
    "additionalProperties": lambda error: f"no attributes beyond the schema, such as {_listed(error.kind.value)}",
    "unevaluatedProperties": lambda error: f"no attributes beyond the schema, such as {_listed(error.kind.value)}",
    "oneOf": _best_of,
    "anyOf": _best_of,
}


def expected(error: ValidationError) -> str:
    """What the schema wants at the place of the error."""
    word = WORDS.get(error.kind.name)
    return word(error) if word else f"a value that passes the schema's {error.kind.name!r}"


def pointer_to(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901), cut when it is too long to tell."""
    pointer = "".join(f"/{escape(str(part))}" for part in path)
    return pointer if len(pointer) <= LONGEST_POINTER else pointer[:LONGEST_POINTER] + "…"


def place_of(error: ValidationError) -> Place:
    """Where the fault is; what is missing is named by the place where it should be."""
    path = tuple(error.instance_path)
    return (*path, error.kind.value) if error.kind.name == "required" else path


def faults_of(errors: Iterable[ValidationError], told: Callable[[Place], Place] | None = None) -> list[Fault]:
    """The first twenty different faults; `told` gives another place to tell than that of the error."""
    faults: dict[Fault, None] = {}
    for error in errors:
        place = place_of(error)
        faults[Fault(pointer_to(told(place) if told else place), expected(error))] = None
        if len(faults) == MOST_FAULTS:
            break
    return list(faults)
