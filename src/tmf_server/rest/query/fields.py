"""`fields`: the attributes of records in an answer (TMF630 part 1, 4.3). Pure; names no noun."""

from collections.abc import Iterable, Mapping
from typing import Any

from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.entity import Document, Path
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.query.attributes import attributes_of

FieldTree = Mapping[str, "FieldTree | None"]
"""The attributes asked for; below each the inner attributes, or None for the whole attribute."""

ALWAYS: Mapping[str, tuple[str, ...]] = {"v4": ("id", "href"), "v5": ("id", "href", "@type")}
MOST_NAMES = 100


def parse_fields(values: Iterable[str], exposure: Exposure) -> FieldTree:
    """Parse `a,b.c` as a tree; `none` asks for nothing. Raises InvalidInput naming unknown attributes."""
    names = [name.strip() for value in values for name in value.split(",")]
    names = [name for name in names if name and name != "none"]
    if len(names) > MOST_NAMES:
        raise InvalidInput(f"fields takes at most {MOST_NAMES} names.")
    tree: dict[str, Any] = {}
    attributes = attributes_of(exposure)
    unknown = [name for name in names if not _add(tree, attributes.shown_as(tuple(name.split("."))))]
    if unknown:
        faults = [Fault("fields", f"expected attributes of {exposure.schema}, not {name[:80]!r}") for name in unknown]
        raise InvalidInput("fields names attributes that are not there.", faults=faults, code="unknownAttribute")
    return tree


def _add(tree: dict[str, Any], path: Path | None) -> bool:
    """Put a path into the tree; return False without a path."""
    if path is None:
        return False
    node = tree
    for name in path[:-1]:
        if name in node and node[name] is None:
            return True
        node = node.setdefault(name, {})
    node[path[-1]] = None
    return True


def only_identity(fields: FieldTree | None, version: str) -> bool:
    """Return whether the fields add nothing to the attributes of every answer."""
    return fields is not None and fields.keys() <= set(ALWAYS[version])


def select_fields(document: Document, fields: FieldTree, version: str) -> Document:
    """Return the document narrowed to the fields and the attributes of every answer, in the document's order."""
    keep = ALWAYS[version]
    return {
        name: _narrow(value, fields.get(name)) for name, value in document.items() if name in fields or name in keep
    }


def _narrow(value: Any, fields: FieldTree | None) -> Any:
    if fields is None:
        return value
    if isinstance(value, list):
        return [_narrow(element, fields) for element in value]
    if isinstance(value, dict):
        return {name: _narrow(inner, fields.get(name)) for name, inner in value.items() if name in fields}
    return value
