"""What is typed behind the suite's options. Decides nothing."""

from typing import Any

import click
from marshmallow import ValidationError, fields, validate

WEEK = 604_800


class Seconds(click.ParamType):  # type: ignore[type-arg] # older versions of click know no arguments
    """A stretch of time that can be waited for, which neither nan nor inf is."""

    name = "seconds"

    def __init__(self, least: float) -> None:
        told = f"must be a number of seconds from {least:g} to {WEEK}"
        messages: dict[str, Any] = dict.fromkeys(("invalid", "special", "too_large"), told)
        self._field = fields.Float(validate=validate.Range(least, WEEK, error=told), error_messages=messages)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        try:
            seconds: float = self._field.deserialize(value)
        except ValidationError as error:
            self.fail("; ".join(error.messages), param, ctx)
        return seconds
