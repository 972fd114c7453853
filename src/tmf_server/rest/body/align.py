"""Which element of a changed array is which element of the array before. Pure; names no noun."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import orjson


def same_one(new: dict[str, Any], old: dict[str, Any]) -> bool:
    """Tell whether both can be the same object: not when each has an `id` and the two differ."""
    return "id" not in new or "id" not in old or bool(new["id"] == old["id"])


def partners(new: Sequence[Any], old: Sequence[Any]) -> list[int | None]:
    """For each element of `new` the index in `old` of the element that it was, or None.

    Equal elements first, then the same `id`, then the same `name` where an id is missing, then the same index if at
    least half of the element stayed. No element of `old` is given away twice.
    """
    found: list[int | None] = [
        index if index < len(old) and new[index] == old[index] else None for index in range(len(new))
    ]
    taken = {index for index in found if index is not None}
    if len(taken) < len(new) and len(taken) < len(old):
        for key in (_content, _id, _name):
            _match(key, new, old, found, taken)
        _match_in_place(new, old, found, taken)
    return found


Key = Callable[[Any], Hashable]


def _match(key: Key, new: Sequence[Any], old: Sequence[Any], found: list[int | None], taken: set[int]) -> None:
    open_: dict[Hashable, list[int]] = {}
    for index in reversed(range(len(old))):
        if index not in taken and (value := key(old[index])) is not None:
            open_.setdefault(value, []).append(index)
    if not open_:
        return
    for index, element in enumerate(new):
        if found[index] is None and (value := key(element)) is not None and open_.get(value):
            partner = open_[value].pop()
            found[index] = partner
            taken.add(partner)


def _match_in_place(new: Sequence[Any], old: Sequence[Any], found: list[int | None], taken: set[int]) -> None:
    for index, element in enumerate(new):
        if found[index] is None and index < len(old) and index not in taken and _akin(element, old[index]):
            found[index] = index
            taken.add(index)


def _content(element: Any) -> Hashable:
    return orjson.dumps(element, default=str, option=orjson.OPT_SORT_KEYS)


def _id(element: Any) -> Hashable:
    """The element's id; for one without, that of the first object inside it that has one (what a wrapper refers to)."""
    if not isinstance(element, dict):
        return None
    if "id" in element:
        return _scalar(element["id"])
    return next((_scalar(inner["id"]) for inner in element.values() if isinstance(inner, dict) and "id" in inner), None)


def _name(element: Any) -> Hashable:
    return _scalar(element.get("name")) if isinstance(element, dict) and "id" not in element else None


def _scalar(value: Any) -> Hashable:
    return value if isinstance(value, str | int) else None


def _akin(new: Any, old: Any) -> bool:
    """Tell whether at least half of the attributes that were there have stayed, and no id was changed."""
    if not isinstance(new, dict) or not isinstance(old, dict) or not same_one(new, old):
        return False
    names = [name for name in old if name != "@type"]
    return 2 * sum(name in new and _stayed(new[name], old[name]) for name in names) >= len(names)


def _stayed(new: Any, old: Any) -> bool:
    """Tell whether a value is the same, or at least still an object or an array, which may be changed inside."""
    return bool(new == old) or (isinstance(new, dict | list) and type(new) is type(old))
