"""Conditions on the JSON of documents in the SQL of a database, meaning the same as conditions.matches.

Each condition written by an implementation is true or false, never NULL. Paths and values are bound, so the text of a
statement depends on the shape of the conditions alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Compare, Path

SQL_OPERATORS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
FALSE = "(1 = 0)"


@dataclass(frozen=True, slots=True)
class Node:
    """SQL for a JSON value: a document, or an element; `row` is the alias of an element's row."""

    sql: str
    row: str = ""


class JsonSql(Protocol):
    """The dialect of a database. The operator of a Compare is any but ne."""

    def compare(self, node: Node, condition: Compare, binds: BindParameters) -> str:
        """Some value at the path compares."""
        ...

    def exists(self, node: Node, path: Path, binds: BindParameters) -> str:
        """The path leads to something."""
        ...

    def some(self, node: Node, path: Path, inner: Callable[[Node], str], binds: BindParameters) -> str:
        """For something at the path the inner condition holds; `inner` writes the condition for a node."""
        ...

    def first(self, node: Node, path: Path, kind: str, binds: BindParameters) -> str:
        """The first value of the kind at the path, NULL without a value."""
        ...

    def regex(self, text: str, pattern: str, binds: BindParameters) -> str:
        """The pattern is found in the text; NULL for NULL."""
        ...
