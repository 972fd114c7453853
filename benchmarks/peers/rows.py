"""The rows that a POST writes, worked out once per request for every peer. Runs no SQL."""

import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from benchmarks.nouns import NOUNS, Noun, Target

NOUN: Noun = NOUNS[os.environ.get("BENCH_NOUN", "productOffering")]
"""The noun that this process serves."""
Path = tuple[str, ...]


@dataclass(slots=True)
class Rows:
    """One document as rows.

    `record` is without its key, references are path, position, role and target, children are as many lists as the noun
    has child tables, of rows in which a Target stands for its key.
    """

    id: str
    record: tuple[Any, ...]
    references: list[tuple[str, int, str, Target]]
    characteristics: list[tuple[str, int, str, str | None, float | None]]
    children: list[list[tuple[Any, ...]]]
    event: tuple[Any, ...]
    document: str

    def targets(self) -> list[Target]:
        """Every target once."""
        return list(dict.fromkeys(target for *_, target in self.references))


def rows_of(body: bytes) -> Rows:
    """Parse a body and work out its rows."""
    document = {**NOUN.defaults, **orjson.loads(body)}
    id_ = document.setdefault("id", str(uuid.uuid4()))
    now = time.time_ns() // 1000
    text = orjson.dumps(document).decode()
    record = (
        *(id_, 1, now, now, document["@type"]),
        *(_inner(document, path) for path in _PLAIN),
        *(_instant(_inner(document, path)) for path in _INSTANTS),
        *(now for _ in NOUN.stamped),
        *(compute(document) for compute in NOUN.computed.values()),
        text,
    )
    references = [
        (path, position, role, Target(kind, node["id"]))
        for path, names, kind, role in _PLACES
        for position, node in _nodes(document, names)
    ]
    event = (str(uuid.uuid4()), NOUN.name, id_, "Create", now, "[]", text)
    children = [list(child.rows(document)) for child in NOUN.children]
    return Rows(id_, record, references, _characteristics(document), children, event, text)


_PLAIN: list[Path] = [tuple(path.split(".")) for path in NOUN.plain.values()]
_INSTANTS: list[Path] = [tuple(path.split(".")) for path in NOUN.instants.values()]
_PLACES: list[tuple[str, Path, str, str]] = [
    (one.path, tuple(one.path.split(".")), one.kind, one.role) for one in NOUN.places
]


def _inner(node: Any, path: Path) -> Any:
    for name in path:
        if node is None:
            return None
        node = node.get(name)
    return node


def _instant(text: str | None) -> int | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond


def _nodes(document: dict[str, Any], path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects at the path, each with its position in the array that is an attribute of the document."""
    first = document.get(path[0])
    elements = first if isinstance(first, list) else () if first is None else (first,)
    for position, element in enumerate(elements):
        for node in _below(element, path[1:]):
            yield position, node


def _below(node: Any, path: Path) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from _below(one, path)
    elif not path:
        yield node
    elif path[0] in node:
        yield from _below(node[path[0]], path[1:])


def _characteristics(document: dict[str, Any]) -> list[tuple[str, int, str, str | None, float | None]]:
    path, inside = NOUN.characteristics
    return [
        _characteristic(path, position, one["name"], value)
        for position, one in enumerate(document.get(path, ()))
        for value in _below(one, inside)
    ]


def _characteristic(path: str, position: int, name: str, value: Any) -> tuple[str, int, str, str | None, float | None]:
    if isinstance(value, bool):
        return (path, position, name, "true" if value else "false", None)
    if isinstance(value, str):
        return (path, position, name, value, None)
    return (path, position, name, None, float(value))
