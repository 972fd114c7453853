"""Conditions over JSON for SQLite: json_each, once for each step of a path."""

import json
from collections.abc import Callable

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Compare, Path
from tmf_server.storage.query.dialects.jsonsql import FALSE, SQL_OPERATORS, Node
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS
from tmf_server.storage.values.numbers import double_bound, integer_bound

# JSON types of a kind, and the value in a row of json_each.
KINDS = {
    "text": ("'text'", f"substr({{}}.atom, 1, {INDEXED_CHARACTERS})"),
    "number": ("'integer', 'real'", "{}.atom"),
    "integer": ("'integer', 'real'", "{}.atom"),
    "boolean": ("'true', 'false'", "{}.type = 'true'"),
    "instant": ("'text'", "tmf_instant({}.atom)"),
}


class SqliteJson:
    """See JsonSql."""

    def compare(self, node: Node, condition: Compare, binds: BindParameters) -> str:
        """Some value at the path compares."""
        if not condition.path:
            return self._value(node.row, condition, binds)
        rows, alias, test = self._values(node, condition.path, binds)
        return f"EXISTS (SELECT 1 FROM {rows} WHERE {test} AND {self._value(alias, condition, binds)})"

    def _value(self, row: str, condition: Compare, binds: BindParameters) -> str:
        if condition.kind == "boolean":
            return f"{row}.type = '{'true' if condition.value else 'false'}'"
        if condition.operator == "regex":
            return f"({row}.type = 'text' AND {self.regex(f'{row}.atom', str(condition.value), binds)})"
        if condition.kind in ("number", "integer"):
            bounds = {
                "integer": integer_bound(condition.operator, condition.number),
                "real": double_bound(condition.operator, condition.number),
            }
            tests = [
                f"{row}.type = '{name}' AND {row}.atom {SQL_OPERATORS[bound.operator]} {binds.add(bound.value)}"
                for name, bound in bounds.items()
                if bound is not None
            ]
            return f"({' OR '.join(tests)})" if tests else FALSE
        value = f"tmf_instant({row}.atom)" if condition.kind == "instant" else f"{row}.atom"
        test = f"{value} {SQL_OPERATORS[condition.operator]} {binds.add(condition.value)}"
        # A text without an instant gives NULL, but a condition is never NULL.
        return f"({row}.type = 'text' AND coalesce({test}, 0))"

    def exists(self, node: Node, path: Path, binds: BindParameters) -> str:
        """The path leads to something."""
        if not path:
            return f"{node.row}.type <> 'null'"
        rows, last = self._elements(node, path, binds)
        return f"EXISTS (SELECT 1 FROM {rows} WHERE {last}.type <> 'null')"

    def some(self, node: Node, path: Path, inner: Callable[[Node], str], binds: BindParameters) -> str:
        """For something at the path the inner condition holds."""
        rows, last = self._elements(node, path, binds)
        return f"EXISTS (SELECT 1 FROM {rows} WHERE {last}.type NOT IN ('null', 'array') AND {inner(_node(last))})"

    def first(self, node: Node, path: Path, kind: str, binds: BindParameters) -> str:
        """The first value of the kind at the path, NULL without a value."""
        rows, alias, test = self._values(node, path, binds)
        types, form = KINDS[kind]
        value, among = form.format(alias), f"{alias}.type IN ({types})"
        # A text without an instant is passed over.
        found = f"{among} AND {value} IS NOT NULL" if kind == "instant" else among
        return f"(SELECT {value} FROM {rows} WHERE {test} AND {found} LIMIT 1)"

    def regex(self, text: str, pattern: str, binds: BindParameters) -> str:
        """The pattern is found in the text."""
        return f"tmf_regex({binds.add(pattern)}, {text})"

    def _elements(self, node: Node, path: Path, binds: BindParameters) -> tuple[str, str]:
        """FROM items for all steps and the alias of the last: elements, and values other than arrays."""
        rows = []
        for name in path:
            alias, step = binds.alias(), binds.add(_label(name))
            rows.append(
                f"json_each(CASE json_type({node.sql}, {step}) WHEN 'array' THEN {node.sql} -> {step} "
                f"ELSE json_array({node.sql} -> {step}) END) AS {alias}"
            )
            node = _node(alias)
        return ", ".join(rows), node.row

    def _values(self, node: Node, path: Path, binds: BindParameters) -> tuple[str, str, str]:
        """Return FROM items, alias and a condition for values only: json_each on the value reads the value once."""
        rows = ""
        if len(path) > 1:
            rows, last = self._elements(node, path[:-1], binds)
            rows, node = f"{rows}, ", _node(last)
        alias, step = binds.alias(), binds.add(_label(path[-1]))
        # json_each would go through the members of an object, and members are no values at the path.
        test = f"json_type({node.sql}, {step}) <> 'object'"
        return f"{rows}json_each({node.sql}, {step}) AS {alias}", alias, test


def _node(row: str) -> Node:
    """A row of json_each as JSON; NULL for anything but an object, since the JSON functions read no other text."""
    return Node(f"CASE {row}.type WHEN 'object' THEN {row}.value END", row)


def _label(name: str) -> str:
    return f'$."{json.dumps(name, ensure_ascii=False)[1:-1]}"'
