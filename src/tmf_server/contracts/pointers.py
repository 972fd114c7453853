"""JSON pointers (RFC 6901): the names on the way to a place in a document. Pure."""

from typing import Any


def escape(name: str) -> str:
    """Return an attribute name as a part of a pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def unescape(part: str) -> str:
    """Return the attribute name behind a part of a pointer."""
    return part.replace("~1", "/").replace("~0", "~")


def resolve(document: Any, pointer: str) -> Any:
    """Return the value at a pointer such as `/paths/~1hub`; the document itself at an empty pointer.

    Raises LookupError for a pointer to nothing.
    """
    node = document
    for part in pointer.split("/")[1:]:
        if isinstance(node, list) and part.isdecimal():
            node = node[int(part)]
        elif isinstance(node, dict):
            node = node[unescape(part)]
        else:
            raise LookupError(f"{pointer} leads nowhere")
    return node
