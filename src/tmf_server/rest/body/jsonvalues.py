"""JSON values merged, copied, compared and measured. Pure."""

from typing import Any

import orjson

Place = tuple[str | int, ...]
"""The names and indexes that lead to a value."""


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396, for values of any kind."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def copied(value: Any) -> Any:
    """A deep copy."""
    # Many times faster than copy.deepcopy, and every value here came from JSON.
    return orjson.loads(orjson.dumps(value))


def depth_of(value: Any) -> int:
    """How deep arrays and objects are nested; 0 for a scalar."""
    depth = 0
    level = [value] if isinstance(value, dict | list) else []
    while level:
        depth += 1
        inner = (one for node in level for one in (node.values() if isinstance(node, dict) else node))
        level = [one for one in inner if isinstance(one, dict | list)]
    return depth


def json_equal(left: Any, right: Any) -> bool:
    """Equal as JSON: numbers by value, true never 1, objects whatever their order."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(json_equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(json_equal(*pair) for pair in zip(left, right, strict=True))
    return bool(left == right)
