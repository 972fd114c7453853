"""Reads values of settings, texts or typed, by marshmallow schemas made from the declarations of the areas."""

from collections.abc import Iterator, Mapping
from dataclasses import fields as declarations
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from marshmallow import Schema, ValidationError, fields


class Switch(fields.Boolean):
    """A truth value; an empty text is false."""

    def __init__(self, **arguments: Any) -> None:
        truths, lies = {True, "1", "true", "yes", "on"}, {False, "0", "false", "no", "off", ""}
        super().__init__(truthy=truths, falsy=lies, **arguments)

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> bool:
        return super()._deserialize(value.lower() if isinstance(value, str) else value, *args, **more)


class Location(fields.Field[Path | None]):
    """A path of the file system; an empty text is None where the setting allows it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Path | None:
        if not isinstance(value, str | Path) or not (str(value) or self.allow_none):
            raise self.make_error("invalid", input=value)
        return Path(value) if str(value) else None


class Separated(fields.Field[tuple[Any, ...]]):
    """Values with commas between them, or a sequence of values."""

    def __init__(self, inner: fields.Field[Any]) -> None:
        super().__init__()
        self._list = fields.List(inner)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Any, ...]:
        parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        return tuple(self._list.deserialize([part for part in parts if part != ""]))


SWITCHED = "expected one of 1, 0, true, false, yes, no, on, off"
FIELDS: Mapping[Any, tuple[type[fields.Field[Any]], str]] = {
    str: (fields.String, "must be a text"),
    int: (fields.Integer, "must be a whole number"),
    float: (fields.Float, "must be a finite number"),
    bool: (Switch, SWITCHED),
    Path: (Location, "must be a path"),
}


def read(area: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the types of the fields of the area's dataclass.

    Raises ValueError naming the variable of each refused value.
    """
    try:
        loaded: dict[str, Any] = _schema(area)().load(values)
    except ValidationError as error:
        raise ValueError("; ".join(_told(error))) from error
    return loaded


def field_of(area: type, name: str) -> fields.Field[Any]:
    """Return the marshmallow field of a setting of the area."""
    return _schema(area)().fields[name]


def texts(messages: Any) -> Iterator[str]:
    """Yield the texts of marshmallow's messages; messages about elements of a list lie a level deeper."""
    for message in messages.values() if isinstance(messages, dict) else messages:
        if isinstance(message, str):
            yield message
        else:
            yield from texts(message)


def variable(name: str) -> str:
    """Return the name of the environment's variable for a setting."""
    return f"TMF_{name.upper()}"


@cache
def _schema(area: type) -> type[Schema]:
    hints, declared = get_type_hints(area), declarations(area)
    return Schema.from_dict({one.name: make_field(hints[one.name], *one.metadata["checks"]) for one in declared})


def make_field(hint: Any, *checks: Any) -> fields.Field[Any]:
    """Return the marshmallow field for values of a Python type; the checks are marshmallow's validators."""
    inner = get_args(hint)
    if inner and type(None) not in inner:
        return Separated(make_field(inner[0], *checks))
    kind, expected = FIELDS[inner[0] if inner else hint]
    messages: dict[str, Any] = {"invalid": f"{expected}, not {{input!r}}", "special": expected, "too_large": expected}
    return kind(allow_none=bool(inner), validate=list(checks), error_messages=messages)


def _told(error: ValidationError) -> Iterator[str]:
    for name, messages in error.messages_dict.items():
        yield from (f"{variable(name)}: {text}" for text in texts(messages))
