"""The glossary as a tree that notes which of its words were read. Knows neither sections nor documents."""

from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str, ...]


class Words(Mapping[str, Any]):
    """A mapping whose words, at whatever depth, are noted in `used` by their place when they are read."""

    def __init__(self, content: dict[str, Any], used: set[Place], place: Place = ()) -> None:
        self._content = content
        self._used = used
        self._place = place

    def __getitem__(self, key: str) -> Any:
        value, place = self._content[key], (*self._place, key)
        if isinstance(value, dict):
            return Words(value, self._used, place)
        self._used.add(place)
        return value

    def __contains__(self, key: object) -> bool:
        return key in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)

    def find(self, *keys: str) -> Any:
        """What a way of keys leads to; None where it ends early."""
        node: Any = self
        for key in keys:
            if not isinstance(node, Words) or key not in node:
                return None
            node = node[key]
        return node


def places(content: Mapping[Any, Any], above: Place = ()) -> Iterator[Place]:
    """The place of every word in a tree."""
    for key, value in content.items():
        place = (*above, str(key))
        yield from places(value, place) if isinstance(value, dict) else (place,)
