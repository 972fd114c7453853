"""Records that checks look at: made with known differences and a mark, or found where none can be made."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.documents.schemas import Attribute, Node, Schemas
from tmf_conformance.errors import CannotRun
from tmf_conformance.files import read_bodies
from tmf_conformance.generating.bodies import REQUIRED, RICH, SCALARS, SIMPLE

LEVELS = (RICH, SIMPLE, SCALARS, REQUIRED)
_MARKS = ("description", "statusReason", "alarmDetails", "cancellationReason", "externalAlarmId", "name")
_NOT_MARKS = ("@", "url", "href", "status", "state", "lifecycle", "unit", "mime", "content", "priceType", "value")


@dataclass
class Stock:
    """Records of one noun as GET shows them. `mark` is the query that selects them; empty for found ones."""

    noun: Noun
    records: list[Node]
    mark: dict[str, str]
    attributes: list[Attribute]

    @property
    def ids(self) -> list[str]:
        return [str(record.get("id")) for record in self.records]

    def of_kind(self, *kinds: str, arrays: bool = False) -> list[Attribute]:
        """Attributes of these kinds that every record has, those that differ between records first.

        The mark's is none of them: a second condition on it would be another value for it, not one more condition.
        """
        fitting = [
            a for a in self.attributes if a.kind in kinds and bool(a.arrays) == arrays and a.path not in self.mark
        ]
        wanted = [a for a in fitting if self._everywhere(a)]
        return sorted(wanted, key=lambda a: (len(self._distinct(a)) < 2, a.path.count("."), a.path))

    def _everywhere(self, attribute: Attribute) -> bool:
        return all(values(record, attribute.path) for record in self.records)

    def _distinct(self, attribute: Attribute) -> set[str]:
        return {json.dumps(values(record, attribute.path)) for record in self.records}


def values(record: Any, path: str) -> list[Any]:
    """The scalar values at a dotted path, through arrays: one, several or none."""
    found = [record]
    for part in path.split("."):
        found = [item[part] for value in found for item in _each(value) if isinstance(item, dict) and part in item]
    return [item for value in found for item in _each(value) if not isinstance(item, dict)]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def mark_attribute(document: Document, noun: Noun) -> str:
    """A first-level text attribute that a client may set freely; empty when there is none."""
    schemas: Schemas = document.schemas
    node = schemas.dispatch(noun.body_schema("create"), {"@type": noun.type_name})
    texts = [name for name, inner in schemas.properties(node).items() if schemas.kind(inner) == "string"]
    free = [
        n
        for n in texts
        if not n.startswith(_NOT_MARKS) and not n.lower().endswith(("date", "time", "log")) and n != "id"
    ]
    return next((name for name in (*_MARKS, *free) if name in free), "")


class Payloads:
    """Bodies of the user's own, from a folder: API-version-noun.json, version-noun.json or noun.json."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is not None and not folder.is_dir():
            raise CannotRun(f"--payloads {folder}: there is no such folder")

    def find(self, document: Document, noun: Noun) -> list[Node]:
        """The bodies for a noun; empty when the folder has none."""
        if self._folder is None:
            return []
        names = (f"{document.api}-{document.version}-{noun.name}", f"{document.version}-{noun.name}", noun.name)
        for path in (self._folder / f"{name}.json" for name in names):
            if path.is_file():
                return read_bodies(path)
        return []


def varied(bodies: list[Node], number: int) -> Node:
    """The body of the user's that stands for `number`, its name made different."""
    body = copy.deepcopy(bodies[number % len(bodies)])
    if isinstance(body.get("name"), str):
        body["name"] = f"{body['name']} {number}"
    return body
