"""What only another version can show, kept inside the objects that it belongs to. Names no noun."""

from typing import Any

from tmf_server.registry.entity import Document
from tmf_server.rest.versions.align import partners, same_one
from tmf_server.rules.canonical import KEPT


def holds_residue(node: Any) -> bool:
    """Tell whether there is residue at any depth."""
    open_ = [node]
    while open_:
        one = open_.pop()
        if type(one) is dict:
            if KEPT in one:
                return True
            one = one.values()
        elif type(one) is not list:
            continue
        for value in one:
            if type(value) is dict or type(value) is list:
                open_.append(value)  # noqa: PERF401 - a comprehension would make a list per object
    return False


def strip(node: Any) -> Any:
    """The value without residue at any depth; the value itself where there is none."""
    return _stripped(node) if holds_residue(node) else node


def _stripped(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _stripped(value) for name, value in node.items() if name != KEPT}
    return [_stripped(element) for element in node] if isinstance(node, list) else node


def put_back(shown: Any, base: Any) -> Any:
    """The value with the residue of those objects of `base` that are still in it."""
    if isinstance(shown, dict) and isinstance(base, dict):
        return _put_back_object(shown, base)
    if isinstance(shown, list) and isinstance(base, list) and holds_residue(base):
        pairs = zip(shown, partners(shown, strip(base)), strict=True)
        return [value if index is None else put_back(value, base[index]) for value, index in pairs]
    return shown


def _put_back_object(shown: Document, base: Document) -> Document:
    if not holds_residue(base) or not same_one(shown, base):
        return shown
    complete = {name: put_back(value, base[name]) if name in base else value for name, value in shown.items()}
    if KEPT in base:
        complete[KEPT] = base[KEPT]
    return complete
