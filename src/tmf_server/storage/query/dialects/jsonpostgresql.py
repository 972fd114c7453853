"""Conditions over JSON for PostgreSQL: jsonpath in its lax mode reads arrays as conditions.values_at does."""

import json
from collections.abc import Callable
from decimal import Decimal

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Compare, Path
from tmf_server.storage.query.dialects.jsonsql import SQL_OPERATORS, Node
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS
from tmf_server.storage.values.regexes import postgresql_pattern

# JSON type of a kind, and the cast of the text of a value.
KINDS = {
    "text": ("string", f'(left({{}}, {INDEXED_CHARACTERS}) COLLATE "C")'),
    "number": ("number", "CAST({} AS numeric)"),
    "integer": ("number", "CAST({} AS numeric)"),
    "boolean": ("boolean", "CAST({} AS boolean)"),
    "instant": ("string", "tmf_instant({})"),
}


class PostgresqlJson:
    """See JsonSql."""

    def compare(self, node: Node, condition: Compare, binds: BindParameters) -> str:
        """Some value at the path compares."""
        if condition.operator == "regex":

            def text_matches(value: Node) -> str:
                written = self.regex(_text(value.sql), str(condition.value), binds)
                return f"jsonb_typeof({value.sql}) = 'string' AND {written}"

            return self._queried(node, condition.path, binds, text_matches)
        if condition.kind == "instant":
            test = f"{SQL_OPERATORS[condition.operator]} {binds.add(condition.value)}"
            return self._queried(node, condition.path, binds, lambda value: f"tmf_instant({_text(value.sql)}) {test}")
        sign = "==" if condition.operator == "eq" else SQL_OPERATORS[condition.operator]
        # A comparison would look into a further level of array, after the filter: only a single level counts.
        name, _ = KINDS[condition.kind]
        path = binds.add(f'{_jsonpath(condition.path)} ? (@.type() == "{name}" && @ {sign} $v)')
        value = str(condition.value) if isinstance(condition.value, Decimal) else json.dumps(condition.value)
        values = binds.add(f'{{"v": {value}}}')
        return f"jsonb_path_exists({node.sql}, CAST({path} AS jsonpath), CAST({values} AS jsonb))"

    def _queried(self, node: Node, path: Path, binds: BindParameters, test: Callable[[Node], str]) -> str:
        alias, parameter = binds.alias(), binds.add(f"{_jsonpath(path)}[*]")
        rows = f"jsonb_path_query({node.sql}, CAST({parameter} AS jsonpath)) AS {alias}(v)"
        return f"EXISTS (SELECT 1 FROM {rows} WHERE {test(Node(f'{alias}.v', alias))})"

    def exists(self, node: Node, path: Path, binds: BindParameters) -> str:
        """The path leads to something."""
        parameter = binds.add(f'{_jsonpath(path)} ? (@.type() != "null")')
        return f"jsonb_path_exists({node.sql}, CAST({parameter} AS jsonpath))"

    def some(self, node: Node, path: Path, inner: Callable[[Node], str], binds: BindParameters) -> str:
        """For something at the path the inner condition holds."""
        return self._queried(
            node, path, binds, lambda value: f"jsonb_typeof({value.sql}) NOT IN ('null', 'array') AND {inner(value)}"
        )

    def first(self, node: Node, path: Path, kind: str, binds: BindParameters) -> str:
        """The first value of the kind at the path, NULL without a value."""
        name, typed = KINDS[kind]
        parameter = binds.add(f'{_jsonpath(path)} ? (@.type() == "{name}")')
        if kind == "instant":  # a text without an instant is passed over
            alias = binds.alias()
            value, rows = (
                typed.format(_text(f"{alias}.v")),
                f"jsonb_path_query({node.sql}, CAST({parameter} AS jsonpath))",
            )
            return f"(SELECT {value} FROM {rows} AS {alias}(v) WHERE {value} IS NOT NULL LIMIT 1)"
        return typed.format(_text(f"jsonb_path_query_first({node.sql}, CAST({parameter} AS jsonpath))"))

    def regex(self, text: str, pattern: str, binds: BindParameters) -> str:
        """The pattern is found in the text."""
        return f'{text} COLLATE "C" ~ {binds.add(postgresql_pattern(pattern))}'


def _text(value: str) -> str:
    return f"({value} #>> '{{}}')"


def _jsonpath(path: Path) -> str:
    # A filter behind the path looks into a level of array; a path without a filter needs [*].
    return "$" + "".join(f".{json.dumps(name)}" for name in path)
