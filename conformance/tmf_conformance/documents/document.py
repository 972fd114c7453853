"""One OpenAPI document as facts: nouns, operations, events, schemas. Reads files; never the network."""

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tmf_conformance.documents import yaml12
from tmf_conformance.documents.schemas import Node, Schemas
from tmf_conformance.documents.swagger import METHODS, bare, upgrade
from tmf_conformance.errors import CannotRun

# OpenAPI headers are optional unless said otherwise; TMF630 P1 4.5 says it of this one.
_ALWAYS = ("X-Result-Count",)
_PARAMETER = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True)
class Answer:
    """A declared response: its schema by media type, the names of its headers, and those that are always there."""

    content: dict[str, Node]
    headers: tuple[str, ...]
    required: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """One declared operation. `bodies` maps a bare media type to the schema of the request body."""

    id: str
    method: str
    path: str
    parameters: tuple[Node, ...]
    bodies: dict[str, Node]
    answers: dict[str, Answer]

    @property
    def title(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def answer(self, status: int) -> Answer | None:
        """The declared answer for a status, `default` included."""
        return self.answers.get(str(status)) or self.answers.get(f"{status // 100}XX") or self.answers.get("default")

    def answer_schema(self, status: int) -> Node | None:
        """The JSON schema of a declared answer, if it has one."""
        found = self.answer(status)
        return next(iter(found.content.values()), None) if found else None


@dataclass(frozen=True)
class Noun:
    """What one collection path serves. `operations` is keyed by list, create, retrieve, patch, put, delete."""

    name: str
    path: str
    operations: dict[str, Operation] = field(default_factory=dict)

    def has(self, *names: str) -> bool:
        return all(name in self.operations for name in names)

    @property
    def type_name(self) -> str:
        """The noun as a type is written: productOffering → ProductOffering."""
        return self.name[:1].upper() + self.name[1:]

    @property
    def is_task(self) -> bool:
        """A task is created and read, never edited."""
        return self.has("create") and not self.has("patch")

    @property
    def schema(self) -> Node:
        """The schema of a record as it is answered."""
        if self.has("retrieve"):
            return self.operations["retrieve"].answer_schema(200) or {}
        found = self.operations["create"].answer_schema(201) if self.has("create") else None
        return found or {}

    def body_schema(self, verb: str) -> Node:
        """The request schema of create, patch or put (merge patch form)."""
        bodies = self.operations[verb].bodies
        plain = bodies.get("application/json") or bodies.get("application/merge-patch+json")
        return plain or next(iter(bodies.values()), {})


class Document:
    """An API as its document declares it. `api` is like TMF620, `version` like v5."""

    def __init__(self, content: Node, *, api: str, version: str, source: str = "") -> None:
        self.content = upgrade(content)
        self.schemas = Schemas(self.content)
        self.api, self.version, self.source = api, version, source
        self.operations = self._operations()

    @property
    def title(self) -> str:
        return f"{self.api} {self.version}"

    def _operations(self) -> list[Operation]:
        paths = self.content.get("paths", {})
        return [
            self._operation(path, method, item[method], item.get("parameters", []))
            for path, item in paths.items()
            for method in METHODS
            if method in item
        ]

    def _operation(self, path: str, method: str, node: Node, shared: list[Node]) -> Operation:
        resolve = self.schemas.resolve
        parameters = tuple(resolve(p) for p in [*shared, *node.get("parameters", [])])
        body = resolve(node.get("requestBody", {})).get("content", {})
        bodies = {bare(media): entry.get("schema", {}) for media, entry in body.items()}
        answers = {str(status): self._answer(resolve(a)) for status, a in node.get("responses", {}).items()}
        return Operation(node.get("operationId") or f"{method} {path}", method, path, parameters, bodies, answers)

    def _answer(self, node: Node) -> Answer:
        content = {
            bare(media): entry["schema"] for media, entry in node.get("content", {}).items() if "schema" in entry
        }
        headers = {name: self.schemas.resolve(header) for name, header in node.get("headers", {}).items()}
        always = [name for name, header in headers.items() if header.get("required") or name in _ALWAYS]
        return Answer(content, tuple(headers), tuple(always))

    @cached_property
    def nouns(self) -> list[Noun]:
        """Every collection of the document except hub and listener, in document order."""
        found: dict[str, Noun] = {}
        for operation in self.operations:
            collection, item = _collection(operation.path)
            last = collection.rsplit("/", 1)[-1]
            if not last or last == "hub" or "/listener" in collection or _PARAMETER.search(collection):
                continue
            noun = found.setdefault(collection, Noun(last, collection))
            verb = _VERBS.get((operation.method, item))
            if verb:
                noun.operations[verb] = operation
        return [noun for noun in found.values() if noun.operations]

    @cached_property
    def hub(self) -> Noun | None:
        """The hub's operations as if it were a noun (create, retrieve, delete); None where there is none."""
        hub = Noun("hub", "/hub")
        for operation in self.operations:
            collection, item = _collection(operation.path)
            if collection == "/hub" and (operation.method, item) in _VERBS:
                hub.operations[_VERBS[operation.method, item]] = operation
        return hub if hub.has("create") else None

    @cached_property
    def events(self) -> dict[str, Node]:
        """Event type → schema of the notification, from the listener paths."""
        found = {}
        for operation in self.operations:
            if "/listener/" in operation.path and operation.method == "post":
                name = operation.path.rsplit("/", 1)[-1]
                found[name[:1].upper() + name[1:]] = next(iter(operation.bodies.values()), {})
        return found

    def event_type(self, noun: Noun, change: str) -> str | None:
        """The declared event of a noun for Create, Delete, AttributeValueChange or StateChange."""
        wanted = f"{noun.type_name}{change}Event"
        return wanted if wanted in self.events else None


_VERBS = {
    ("get", False): "list",
    ("post", False): "create",
    ("get", True): "retrieve",
    ("patch", True): "patch",
    ("put", True): "put",
    ("delete", True): "delete",
}


def _collection(path: str) -> tuple[str, bool]:
    """The collection a path belongs to, and whether the path names one record of it."""
    head, _, tail = path.rstrip("/").rpartition("/")
    return (head, True) if _PARAMETER.fullmatch(tail) else (path.rstrip("/"), False)


def parse(text: str, source: str) -> Node:
    """A document's content from JSON or YAML text; CannotRun with one line when it is neither."""
    try:
        # Through JSON once: YAML reads the key 200 as a number, JSON Schema and OpenAPI know only names.
        content: Any = json.loads(text if text.lstrip().startswith("{") else json.dumps(yaml12.parse(text)))
    except (ValueError, TypeError, yaml.YAMLError, RecursionError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CannotRun(f"{source} does not parse as JSON or YAML: {first}") from error
    if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
        raise CannotRun(f"{source} is not an OpenAPI document: it has no `paths`")
    if "openapi" not in content and "swagger" not in content:
        raise CannotRun(f"{source} is not an OpenAPI document: it names neither `openapi` nor `swagger`")
    return content


def load(path: Path, *, api: str = "", version: str = "") -> Document:
    """The document in a file, Swagger 2.0 or OpenAPI 3.0. `api` and `version` are read from it when not given."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"{path} cannot be read: {error}") from error
    content = parse(text, str(path))
    info = content.get("info") or {}
    try:
        document = Document(
            content,
            api=api or _api_name(path, info),
            version=version or _api_version(info),
            source=str(path),
        )
        nouns = document.nouns
    except (KeyError, TypeError, AttributeError) as error:
        raise CannotRun(f"{path} is not a usable OpenAPI document: {type(error).__name__} at {error}") from error
    if not nouns:
        raise CannotRun(f"{path} declares no collection to check")
    return document


def _api_name(path: Path, info: Node) -> str:
    found = re.search(r"TMF\W*(\d{3})", f"{path.stem} {info.get('title', '')} {info.get('description', '')}")
    return f"TMF{found.group(1)}" if found else str(info.get("title") or path.stem)


def _api_version(info: Node) -> str:
    found = re.match(r"v?(\d+)", str(info.get("version", "")))
    return f"v{found.group(1)}" if found else "v1"
