"""What the parts of the double share: document, records, clock, errors. Broken doubles override single methods."""

import copy
import datetime as dt
import itertools
import json
import re
from typing import Any

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.documents.validation import Validator
from tmf_conformance.lifecycles import Lifecycles
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused

Record = dict[str, Any]
PREFIX = "/api"
ID = re.compile(r"[A-Za-z0-9._~:@-]{1,128}")
_REASONS = {400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict",
            412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type"}  # fmt: skip


class Base:
    """Records by noun path, each with an ETag version."""

    def __init__(self, document: Document, lifecycles: Lifecycles) -> None:
        self.document, self.lifecycles = document, lifecycles
        self.schemas = document.schemas
        self.validator = Validator(document.schemas)
        self.nouns: dict[str, Noun] = {noun.path: noun for noun in document.nouns}
        self.records: dict[str, dict[str, Record]] = {path: {} for path in self.nouns}
        self.versions: dict[tuple[str, str], int] = {}
        self.kinds: dict[tuple[str, str], str] = {}
        self.numbers = itertools.count(1)
        self._fill()

    @property
    def v5(self) -> bool:
        return self.document.version >= "v5"

    def _fill(self) -> None:
        """Nouns that nobody can create get a few records."""
        for noun in self.nouns.values():
            if not noun.has("create"):
                for number in range(1, 6):
                    self.keep(noun, str(number), self.sample(noun, number))

    def sample(self, noun: Noun, number: int) -> Record:
        properties = self.schemas.properties(noun.schema)
        makers = {
            "string": f"{noun.name} {number}",
            "integer": 2000 + number,
            "number": number + 0.5,
            "boolean": number % 2 == 0,
        }
        found = {
            name: makers.get(self.schemas.kind(node)) for name, node in properties.items() if not name.startswith("@")
        }
        found |= {
            name: self.schemas.enum(node)[0] for name, node in properties.items() if self.schemas.kind(node) == "enum"
        }
        found |= {
            name: f"2030-01-0{number}T00:00:00Z"
            for name, node in properties.items()
            if self.schemas.kind(node) == "instant"
        }
        kept = {name: value for name, value in found.items() if value is not None and name != "href"}
        return {**kept, "@type": noun.type_name} if "@type" in properties else kept

    def now(self) -> str:
        return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    # --- storage

    def keep(self, noun: Noun, record_id: str, record: Record) -> None:
        self.records[noun.path][record_id] = {**record, "id": record_id}
        self.versions[noun.path, record_id] = self.versions.get((noun.path, record_id), 0) + 1

    def find(self, noun: Noun, record_id: str) -> Record:
        record = self.records[noun.path].get(record_id)
        if record is None:
            raise Refused(404, f"there is no {noun.name} {record_id!r}")
        return copy.deepcopy(record)

    def etag(self, noun: Noun, record_id: str) -> str:
        return f'"{self.versions[noun.path, record_id]}"'

    # --- showing

    def show(self, noun: Noun, record: Record, request: Request) -> Record:
        """A record as it is answered."""
        return {"id": record["id"], "href": f"{request.base}{noun.path}/{record['id']}", **_without_nulls(record)}

    def refuse(self, refusal: Refused) -> Answer:
        """The TMF Error of a refusal."""
        body = {
            "code": str(refusal.status),
            "reason": refusal.reason or _REASONS[refusal.status],
            "message": refusal.message or refusal.reason,
            "status": str(refusal.status),
        }
        if self.v5:
            body["@type"] = "Error"
        return Answer(refusal.status, body, dict(refusal.headers))

    # --- types

    def kind(self, noun: Noun, path: str) -> str:
        """The type of an attribute by dotted path, over every subtype; `string` where the schema is silent."""
        key = (noun.path, path)
        if key not in self.kinds:
            self.kinds[key] = self._kind(noun, path)
        return self.kinds[key]

    def _kind(self, noun: Noun, path: str) -> str:
        nodes = [noun.schema]
        for part in path.split("."):
            nodes = [inner for node in nodes for inner in self._inner(node, part)]
        kinds = {self.schemas.kind(node) for node in nodes} - {"any", "object", "array"}
        return kinds.pop() if len(kinds) == 1 else "string"

    def knows(self, noun: Noun, path: str) -> bool:
        """Whether a first-level attribute is declared, or some record has it."""
        first = path.split(".", maxsplit=1)[0]
        declared = any(first in self.schemas.properties(node) for node in self._all(noun.schema))
        return declared or first in ("id", "href") or any(first in r for r in self.records[noun.path].values())

    def _inner(self, node: Any, part: str) -> list[Any]:
        found = [self.schemas.properties(variant).get(part) for variant in self._all(node)]
        nodes = [inner for inner in found if inner is not None]
        return [self.schemas.items(inner) if self.schemas.kind(inner) == "array" else inner for inner in nodes]

    def _all(self, node: Any) -> list[Any]:
        branches = self.schemas.resolve(node).get("oneOf", [])
        return [node, *self.schemas.own_variants(node).values(), *branches]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same, number types included."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
