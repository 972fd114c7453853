"""The values and the names of one statement's text. Writes no SQL."""

from typing import Any


class BindParameters:
    """Hands out parameters and aliases while a statement is written."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._aliases = 0

    def add(self, value: Any) -> str:
        """The name of a new parameter, with its colon."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def alias(self) -> str:
        """A table alias that is not used yet."""
        self._aliases += 1
        return f"a{self._aliases}"
