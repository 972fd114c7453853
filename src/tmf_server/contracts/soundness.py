"""Faults of a document visible only in a request: dangling references, response codes without quotes. Pure."""

from collections.abc import Iterator
from typing import Any

from tmf_server.contracts.pointers import escape, resolve

MOST_TOLD = 20


def check_document(document: Any, name: str) -> None:
    """Raise ValueError with the name of the document and the place of each fault, a JSON pointer."""
    if not isinstance(document, dict):
        raise ValueError(f"{name}: an OpenAPI document is an object")  # noqa: TRY004  # a fault of the file
    faults = list(_faults(document, document, "#"))
    if faults:
        more = f"\n  and {len(faults) - MOST_TOLD} more" if len(faults) > MOST_TOLD else ""
        raise ValueError("\n  ".join([f"{name} has faults:", *faults[:MOST_TOLD]]) + more)


def _faults(node: Any, document: dict[str, Any], place: str) -> Iterator[str]:
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _faults(inner, document, f"{place}/{index}")
    if not isinstance(node, dict):
        return
    reference = node.get("$ref")
    if isinstance(reference, str) and not _resolves(reference, document):
        yield f"{place}/$ref: {reference} leads nowhere in this document"
    for key, inner in node.items():
        if not isinstance(key, str):
            yield f"{place}: the key {key} is no text; write it in quotes, '{key}'"
        # examples are values of clients, and may have anything
        if key not in ("example", "examples", "x-example"):
            yield from _faults(inner, document, f"{place}/{escape(str(key))}")


def _resolves(reference: str, document: dict[str, Any]) -> bool:
    if not reference.startswith("#/"):
        return False
    try:
        resolve(document, reference.removeprefix("#"))
    except LookupError:
        return False
    return True
