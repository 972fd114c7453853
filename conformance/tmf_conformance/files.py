"""The files that a user hands to the suite: read and checked as a whole before anything runs. No HTTP."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from tmf_conformance.documents import yaml12
from tmf_conformance.errors import CannotRun
from tmf_conformance.known import VERSIONS

_INNER = ("key", "value")  # how marshmallow calls the two halves of an entry
_UNQUOTED: dict[str, Any] = {"invalid": "must be a text, in quotes where YAML reads it as something else"}


def _text() -> fields.String:
    return fields.String(validate=validate.Length(min=1), error_messages=_UNQUOTED)


class States(fields.List[str]):
    """Names of states; nothing at all stands for none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(_text(), allow_none=True, **more)

    def deserialize(self, value: Any, *args: Any, **more: Any) -> Any:
        """Return the names as a tuple."""
        return tuple(super().deserialize(value, *args, **more) or ())


class LifecycleSchema(Schema):
    """The table of one noun."""

    attribute = fields.String(required=True, validate=validate.Length(min=1))
    moves = fields.Dict(keys=_text(), values=States(), required=True)
    versions = fields.List(fields.String(validate=validate.OneOf(VERSIONS)), load_default=list(VERSIONS))
    make = States(load_default=())
    also = fields.Dict(keys=fields.String(), load_default=dict)
    moves_itself = fields.Boolean(load_default=False)
    tested = fields.Boolean(load_default=True)

    @validates_schema
    def check_states(self, table: Mapping[str, Any], **_: Any) -> None:
        """Refuse a state that the table does not have."""
        moves = table["moves"]
        for place, states in (*moves.items(), ("make", table.get("make", ()))):
            unknown = [state for state in states if state not in moves]
            if unknown:
                raise ValidationError(f"{place} names {', '.join(unknown)}, which is no state of the table", "moves")


_TABLES = fields.Dict(
    keys=_text(),
    values=fields.Dict(keys=_text(), values=fields.Nested(LifecycleSchema), allow_none=True),
    error_messages={"invalid": "must map an API to its nouns"},
)
_BODIES = fields.List(
    fields.Dict(keys=fields.String(), error_messages={"invalid": "must be a JSON object"}),
    validate=validate.Length(min=1, error="must hold one JSON object or a list of them"),
)


def read_tables(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Return the tables of lifecycles in a YAML file by API and noun. Raises CannotRun with one line."""
    try:
        content = yaml12.parse(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CannotRun(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    tables: dict[str, Any] = _loaded(_TABLES, content, path)
    return {api: nouns or {} for api, nouns in tables.items()}


def read_bodies(path: Path) -> list[dict[str, Any]]:
    """Return the bodies in a JSON file, one object or a list of them. Raises CannotRun with one line."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRun(f"{path} cannot be read as JSON: {error}") from error
    bodies: list[dict[str, Any]] = _loaded(_BODIES, content if isinstance(content, list) else [content], path)
    return bodies


def _loaded(field: fields.Field[Any], content: Any, path: Path) -> Any:
    try:
        return field.deserialize(content)
    except ValidationError as error:
        raise CannotRun(f"{path}: {'; '.join(_told(error.messages))}") from error


def _told(messages: Any, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield each message behind the place that it is about."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _told(inner, place if name in _INNER else (*place, str(name)))
    else:
        yield from (f"{' '.join(place)} {message}".strip() for message in messages)
