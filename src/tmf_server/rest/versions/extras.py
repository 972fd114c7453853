"""What only another version can show, kept inside the objects that it belongs to. Names no noun."""

from typing import Any

from tmf_server.registry.entity import Document
from tmf_server.rest.body.align import partners, same_one
from tmf_server.rules.canonical import V4_EXTRAS, is_alone


def holds_residue(node: Any) -> bool:
    """Tell whether there is residue at any depth."""
    open_ = [node]
    while open_:
        one = open_.pop()
        if type(one) is dict:
            if V4_EXTRAS in one:
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
    """The value without residue; objects that only v4 can show go with it, and arrays of nothing else."""
    if isinstance(node, dict):
        return {name: _stripped(value) for name, value in node.items() if name != V4_EXTRAS and not is_alone(value)}
    return [_stripped(one) for one in node if not is_alone(one)] if isinstance(node, list) else node


def put_back(shown: Any, base: Any) -> Any:
    """The value with the residue of those objects of `base` that are still in it."""
    if isinstance(shown, dict) and isinstance(base, dict):
        return _put_back_object(shown, base)
    if isinstance(shown, list) and isinstance(base, list) and holds_residue(base):
        return _put_back_elements(shown, base)
    return shown


def _put_back_object(shown: Document, base: Document) -> Document:
    if is_alone(base) or not holds_residue(base) or not same_one(shown, base):
        return shown
    complete = {name: put_back(value, base[name]) if name in base else value for name, value in shown.items()}
    for name, value in base.items():
        unseen = _unseen(value)
        if name not in shown and unseen:
            complete[name] = unseen
    if V4_EXTRAS in base:
        complete[V4_EXTRAS] = base[V4_EXTRAS]
    return complete


def _unseen(value: Any) -> Any:
    """What v5 does not see of an attribute that it may have taken away; None or empty for nothing."""
    if isinstance(value, list):
        return [one for one in value if is_alone(one)]
    return value if is_alone(value) else None


def _put_back_elements(shown: list[Any], base: list[Any]) -> list[Any]:
    """The elements with their residue; those that only v4 can show stay behind the one that they came after."""
    seen = [one for one in base if not is_alone(one)]
    unseen: dict[int, list[Any]] = {}
    before = -1
    for one in base:
        if is_alone(one):
            unseen.setdefault(before, []).append(one)
        else:
            before += 1
    complete = unseen.pop(-1, [])
    for value, index in zip(shown, partners(shown, strip(seen)), strict=True):
        complete.append(value if index is None else put_back(value, seen[index]))
        complete += unseen.pop(index, []) if index is not None else []
    return complete + [one for left in unseen.values() for one in left]
