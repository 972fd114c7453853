"""The values and the names of one statement's text. Statements of one shape have one text, so it is compiled once."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.types import NULLTYPE

PARAMETER = re.compile(r":(p\d+)\b")


class Binds:
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

    def statement(self, sql: str) -> TextClause:
        """The statement of that text with the values in it; what is in none of its places is left out."""
        used = dict.fromkeys(PARAMETER.findall(sql))
        # Without a type: the driver knows what a value is, and a cast would hide the column's collation.
        return statement(sql).bindparams(*(bindparam(name, self.values[name], NULLTYPE) for name in used))


@lru_cache(maxsize=1024)
def statement(sql: str) -> TextClause:
    """The statement of that text; the same object each time, so that SQLAlchemy compiles it once."""
    return text(sql)
