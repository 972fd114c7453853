"""What v5 demands of the objects at one place; those that lack it only v4 can show. Pure; names no noun."""

from collections.abc import Mapping
from dataclasses import dataclass

from tmf_server.registry.entity import Document
from tmf_server.rules.canonical import V4_ALONE, V4_EXTRAS, is_alone


@dataclass(frozen=True, slots=True)
class Demands:
    """The attributes that an object has to have, by its `@type` or `@baseType`; `otherwise` for any other type.

    `wrapped` is the attribute that a wrapper is about: where v5 cannot show it, the wrapper says nothing.
    """

    by_type: Mapping[str, frozenset[str]]
    otherwise: frozenset[str]
    wrapped: str = ""

    def __bool__(self) -> bool:
        return bool(self.wrapped or self.otherwise or any(self.by_type.values()))

    def judged(self, node: Document) -> Document:
        """The canonical object; marked as one that only v4 can show where it lacks what v5 demands."""
        if self._lacks(node):
            return {**node, V4_EXTRAS: {**node.get(V4_EXTRAS, {}), V4_ALONE: True}}
        return node

    def _lacks(self, node: Document) -> bool:
        for name in self._of(node):
            if name not in node or is_alone(node[name]):
                return True
        return self.wrapped in node and is_alone(node[self.wrapped])

    def _of(self, node: Document) -> frozenset[str]:
        for key in ("@type", "@baseType"):
            name = node.get(key)
            if type(name) is str and name in self.by_type:
                return self.by_type[name]
        return self.otherwise
