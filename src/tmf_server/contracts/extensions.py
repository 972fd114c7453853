"""Registered subclasses of a deployment: a folder of JSON Schemas (TMF630 part 3). Reads files, fetches nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs

TYPE_NAME = re.compile(r"[A-Za-z0-9_.\-]+", re.ASCII)


@dataclass(frozen=True)
class Subclass:
    """A registered schema: the rules for objects of `type_name` beyond the base."""

    type_name: str
    base: str
    schema: dict[str, Any]
    file: str

    def located(self, pointer: str) -> Any:
        """Return the schema with inner references adapted to a place at `pointer` of a larger document."""
        return _moved(self.schema, pointer)


def load_subclasses(folder: Path | None) -> list[Subclass]:
    """Return the schemas of every `*.json` below the folder, each with `@type` and `@baseType` at its top.

    Raises ValueError with the file and the way to mend: unreadable JSON, a missing name, two files of the same name, an
    invalid schema, or a reference out of the file (nothing is ever fetched).
    """
    if folder is None:
        return []
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder; name the folder of the registered schemas, or leave it out")
    found: dict[str, Subclass] = {}
    for path in sorted(folder.rglob("*.json")):
        subclass = _read(path)
        if subclass.type_name in found:
            raise ValueError(f"{path}: {subclass.type_name} is also registered by {found[subclass.type_name].file}")
        found[subclass.type_name] = subclass
    return list(found.values())


def _read(path: Path) -> Subclass:
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not JSON: {error}") from error
    for key in ("@type", "@baseType"):
        name = schema.get(key) if isinstance(schema, dict) else None
        if not isinstance(name, str) or not TYPE_NAME.fullmatch(name):
            raise ValueError(
                f"{path}: an object with {key} at its top is expected, a name of letters, digits, _ . and -"
            )
    outside = [reference for reference in _references(schema) if not re.match("#(/|$)", reference)]
    if outside:
        raise ValueError(f"{path}: {outside[0]!r} leaves the file; copy what it names below '$defs'")
    keywords = {key: value for key, value in schema.items() if key not in ("@type", "@baseType", "$id", "$schema")}
    try:
        jsonschema_rs.validator_for(schema, offline=True)
    except ValueError as error:
        raise ValueError(f"{path}: not a valid JSON Schema: {str(error).splitlines()[0]}") from error
    return Subclass(schema["@type"], schema["@baseType"], keywords, str(path))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(value, str):
                yield value
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _moved(node: Any, pointer: str) -> Any:
    if isinstance(node, list):
        return [_moved(value, pointer) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: pointer + value.removeprefix("#") if key == "$ref" and isinstance(value, str) else _moved(value, pointer)
        for key, value in node.items()
    }
