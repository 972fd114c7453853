"""What is typed behind options, read by marshmallow fields: those of the settings, and a few of the commands' own."""

from typing import Any

import click
from marshmallow import ValidationError, fields

from tmf_server.config.declaring import between, web_address
from tmf_server.config.reading import make_field, texts
from tmf_server.config.settings import field_of


class Input(click.ParamType):  # type: ignore[type-arg] # older versions of click know no arguments
    """The type of an option whose values a marshmallow field reads; a refusal names the option."""

    def __init__(self, name: str, field: fields.Field[Any]) -> None:
        self.name = name
        self._field = field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value as the command takes it."""
        try:
            return self._field.deserialize(value)
        except ValidationError as error:
            self.fail("; ".join(texts(error.messages)), param, ctx)


class Instant(fields.Field[int]):
    """An ISO 8601 instant, as microseconds since 1970."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        from tmf_server.rules.instants import parse_instant

        try:
            return parse_instant(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error


INSTANT = Input("instant", Instant())
ADDRESS = Input("url", make_field(str, web_address))


def setting(name: str) -> Input:
    """Return the type of an option that overrides the setting of this name."""
    return Input(name, field_of(name))


def number(low: int, high: int) -> Input:
    """Return the type of a whole number from `low` to `high`."""
    return Input("number", make_field(int, between(low, high)))
