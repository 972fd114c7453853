"""The demo's shape at any size: blocks of a thousand offerings with their specifications and prices. Pure."""

import copy
from collections.abc import Iterator
from typing import Any

from tmf_server.demo.operator.catalog import BUSINESS, DOCUMENTS, PRICES, RESIDENTIAL, SPECIFICATIONS
from tmf_server.registry.entity import Document

PER_BLOCK = 1000
FIRST = "000"
_BASES = {document["id"]: document for document in DOCUMENTS}
_PLAIN = [offering["id"] for offering in (*RESIDENTIAL, *BUSINESS) if not offering["isBundle"]]
_OWN = frozenset(document["id"] for document in (*SPECIFICATIONS, *PRICES))


def serial(block: int, place: int | str) -> str:
    """Return the serial of an offering of the seed: 0001-000 is the first of block 1."""
    return f"{block:04}-{place if isinstance(place, str) else f'{place:03}'}"


def shared(block: int) -> list[Document]:
    """Return the specifications and prices of a block and its category, referenced records first."""
    parts = [_renamed(_BASES[id_], block, None) for id_ in _BASES if id_ in _OWN]
    category = copy.deepcopy(_BASES["cat-bundles"]) | {
        "id": _category(block),
        "name": f"Block {block:04}",
        "description": f"The seeded offerings of block {block:04}.",
        "isRoot": True,
    }
    return [*parts, {name: value for name, value in category.items() if name not in ("parent", "productOffering")}]


def originals(block: int) -> list[Document]:
    """Return the first offerings of a block, templates of the rest; each has its serial in id and name."""
    return [_renamed(_BASES[id_], block, serial(block, FIRST)) for id_ in _PLAIN]


def serials(block: int) -> Iterator[str]:
    """Yield the serials of all copies: a thousand offerings together with the originals."""
    for place in range(len(_PLAIN), PER_BLOCK):
        yield serial(block, place)


def _category(block: int) -> str:
    return f"cat-block-{block:04}"


def _renamed(document: Document, block: int, own: str | None) -> Document:
    """Return the document as a record of the block: with its id, its name, and references to records of the block."""
    renamed: Document = _walk(copy.deepcopy(document), block)
    if own is None:
        return renamed | {"name": f"{document['name']} {block:04}"}
    leaflet = {"attachment": [part | {"id": f"leaflet-{document['id']}-{own}"} for part in document["attachment"]]}
    category = {"id": _category(block), "name": f"Block {block:04}", "version": "1.0"}
    kind = {"@referredType": "Category", "@type": "CategoryRef"}
    names = {"id": f"{document['id']}-{own}", "name": f"{document['name']} {own}"}
    renamed.pop("productOfferingRelationship", None)
    return renamed | names | {"category": [category | kind]} | leaflet


def _walk(node: Any, block: int) -> Any:
    if isinstance(node, list):
        return [_walk(element, block) for element in node]
    if not isinstance(node, dict):
        return node
    walked = {name: _walk(value, block) for name, value in node.items()}
    if walked.get("id") in _OWN:
        walked["id"] = f"{walked['id']}-{block:04}"
    return walked
