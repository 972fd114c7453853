"""Objects that are flat in the other version and keep a reference or value inside one attribute here. Names no noun."""

from typing import Any

from tmf_server.registry.entity import Document, Path
from tmf_server.rest.versions.plan import Plan
from tmf_server.rules.canonical import MARK

INNER = f"{MARK}inner"
"""The name that the inner object has between the flat and the nested shape; no document can have it."""


class Folded:
    """A flat object in the other version; `outer` is the plan of the wrapper, with the inner object under INNER."""

    __slots__ = ("inner", "inner_names", "outer", "outer_names", "stored")

    def __init__(self, outer: Plan, inner: Plan, stored: str) -> None:
        self.outer = outer
        self.inner = inner
        self.stored = stored  # the attribute that holds the inner object
        self.outer_names: frozenset[str] = frozenset()
        self.inner_names: frozenset[str] = frozenset()

    def show(self, node: Document) -> Document:
        """The inner object's attributes beside the outer's."""
        nested = self.outer.show(node)
        inner = nested.get(INNER)
        if not isinstance(inner, dict):
            return nested
        flat = {**inner, **nested}
        del flat[INNER]
        return flat

    def accept(self, shown: Document, base: Document | None = None, seen: Document | None = None) -> Document:
        """Each attribute to the side that it belongs to; unknown ones to where they came from, else the outer."""
        if base is None:
            return self.outer.accept(self._nest(shown, {}, {}))
        seen = self.show(base) if seen is None else seen
        if seen == shown:
            return base
        before = base.get(self.stored)
        nested = self._nest(shown, base, before if isinstance(before, dict) else {})
        if before is not None and INNER not in nested and self.inner_names.isdisjoint(seen):
            nested[INNER] = {}  # nothing of it was shown, so nothing was taken away
        return self.outer.accept(nested, base)

    def _nest(self, shown: Document, base: Document, before: Document) -> Document:
        nested: Document = {}
        inner: Document = {}
        for name, value in shown.items():
            unknown = name not in self.outer_names and name != "@type"
            if name in self.inner_names or (unknown and name in before and name not in base):
                inner[name] = value
            else:
                nested[name] = value
        types = self.inner.types
        if types is not None and types.takes(nested.get("@type")):
            inner["@type"] = nested.pop("@type")
        if inner:
            nested[INNER] = inner
        return nested

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Into the inner object where the attribute is there."""
        if path and path[0] in self.inner_names:
            return tuple((self.stored, *inner) for inner in self.inner.paths(path))
        return self.outer.paths(path)

    def values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """As the side that has the attribute says."""
        return self._side(path).values(path, value)

    def settled(self, path: Path, value: Any) -> bool:
        """As the side that has the attribute says."""
        return self._side(path).settled(path, value)

    def _side(self, path: Path) -> Plan:
        return self.inner if path and path[0] in self.inner_names else self.outer
