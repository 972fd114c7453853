"""Names and values of the bind parameters of a statement. Writes no SQL."""

from typing import Any


class BindParameters:
    """Hands out parameters and aliases while a statement is written."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._aliases = 0

    def add(self, value: Any) -> str:
        """Add a value and return the name of the new parameter, with a colon."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def alias(self) -> str:
        """Return a new table alias."""
        self._aliases += 1
        return f"a{self._aliases}"
