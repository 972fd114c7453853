"""The examples of the published documents, as test input. They lie beside a work checkout, never inside it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tmf_server.apis.families import APIS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "reference"
MISSING = "the published documents are not beside this checkout"
FOUND = FOLDER.is_dir()

Node = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """One example: of the request body, or of the answer with that status."""

    document: str  # TMF620/v5
    operation: str
    status: str  # "" for a request
    media_type: str
    name: str
    value: Any

    def __str__(self) -> str:
        return "-".join(part for part in (self.document, self.operation, self.status, self.name) if part)


@cache
def documents() -> dict[str, Node]:
    """The published documents of every API that is served, by short name."""
    paths = [path for path in sorted(FOLDER.glob("v*/*")) if path.stem in APIS]
    return {f"{path.stem}/{path.parent.name}": _read(path) for path in paths}


def _read(path: Path) -> Node:
    text = path.read_text(encoding="utf-8")
    document: Node = json.loads(text) if path.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)
    return document


def request_examples() -> list[Example]:
    """Every example of a request body."""
    return [example for example in _examples() if not example.status]


def answer_examples() -> list[Example]:
    """Every example of a successful answer."""
    return [example for example in _examples() if example.status.startswith("2")]


@cache
def _examples() -> tuple[Example, ...]:
    return tuple(example for name, document in documents().items() for example in _of_document(name, document))


def _of_document(name: str, document: Node) -> Iterator[Example]:
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "operationId" in operation:
                yield from _of_content(name, document, operation["operationId"], "", operation.get("requestBody", {}))
                for status, answer in operation.get("responses", {}).items():
                    yield from _of_content(name, document, operation["operationId"], status, answer)


def _of_content(name: str, document: Node, operation: str, status: str, node: Node) -> Iterator[Example]:
    for media_type, content in _resolved(document, node).get("content", {}).items():
        for title, example in content.get("examples", {}).items():
            value = _resolved(document, example).get("value")
            yield Example(name, operation, status, media_type, title, value)


def _resolved(document: Node, node: Node) -> Node:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@cache
def defective_examples() -> frozenset[str]:
    """The examples that the documentation says to contradict themselves."""
    page = (ROOT / "docs" / "guide" / "bodies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (TMF\d+/v\d) \| (\w+)(?: (\d+))? \| (.+?) \| .+ \|$", page, re.MULTILINE)
    return frozenset("-".join(part for part in row if part) for row in rows)
