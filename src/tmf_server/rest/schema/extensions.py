"""Registered subclasses as facts of a document: which types there are, and what they have. Checks nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.extensions import Subclass
from tmf_server.contracts.pointers import resolve
from tmf_server.contracts.schemas import Schema
from tmf_server.rest.schema.schemas import Definitions

COPIED = frozenset({"type", "format", "enum"})
PLACE = "#/components/schemas/"


def with_subclasses(contract: Contract, subclasses: Sequence[Subclass]) -> Contract:
    """The contract that also knows the registered types, so that their attributes can be asked for like its own.

    The document itself stays as it is. Raises ValueError for a type that the document has already.
    """
    known = Definitions(contract.own_schemas, subclasses)
    if not known.registered:
        return contract
    types = {name: _only(known.types(name), known.registered) for name in contract.own_schemas}
    added: dict[str, Schema] = {}
    for one in subclasses:
        added |= _parts(one)
    for joined in {target for targets in types.values() for target in targets.values()}:
        base, _, kind = joined.rpartition(":")
        added[joined] = {"allOf": [_to(base), _to(_part(kind, "#"))]}
    return replace(contract, added=added, added_types={name: one for name, one in types.items() if one})


def _only(types: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: types[name] for name in sorted(names) if name in types}


def _to(name: str) -> Schema:
    return {"$ref": PLACE + name}


def _part(kind: str, reference: str) -> str:
    """The name of the part of a registered schema that a reference inside it leads to."""
    return f"subclass:{kind}" + reference.removeprefix("#").replace("/", "#")


def _parts(subclass: Subclass) -> dict[str, Schema]:
    """The schema itself and what it refers to inside, each by its name."""
    found: dict[str, Schema] = {}
    waiting = ["#"]
    while waiting:
        reference = waiting.pop()
        name = _part(subclass.type_name, reference)
        if name not in found:
            found[name] = _plain(
                resolve(subclass.schema, unquote(reference.removeprefix("#"))), subclass.type_name, waiting
            )
    return found


def _plain(node: Any, kind: str, waiting: list[str]) -> Schema:
    """What a JSON Schema says of an object's attributes, as OpenAPI would put it; `waiting` gains what it refers to."""
    if not isinstance(node, dict):
        return {}
    made = {key: node[key] for key in COPIED & node.keys()}
    if isinstance(made.get("type"), list):
        types = [one for one in made.pop("type") if one != "null"]
        made |= {"type": types[0]} if len(types) == 1 else {}
    if "type" not in node and made.get("enum") and all(isinstance(one, str) for one in made["enum"]):
        made["type"] = "string"
    if "properties" in node:
        made["properties"] = {name: _plain(one, kind, waiting) for name, one in node["properties"].items()}
    if isinstance(node.get("items"), dict):
        made["items"] = _plain(node["items"], kind, waiting)
    parents = [_plain(one, kind, waiting) for one in node.get("allOf", ())]
    if "$ref" in node:
        waiting.append(node["$ref"])
        parents.append(_to(_part(kind, node["$ref"])))
    return made | ({"allOf": parents} if parents else {})
