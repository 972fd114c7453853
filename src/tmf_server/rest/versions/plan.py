"""How the objects at one place of a document look in both versions. Pure; names no noun."""

from typing import Any

from tmf_server.registry.entity import Document, Path
from tmf_server.rest.versions.demands import Demands
from tmf_server.rest.versions.groups import Block
from tmf_server.rest.versions.kinds import Named, Typing
from tmf_server.rest.versions.mappers import Step
from tmf_server.rules.canonical import V4_EXTRAS


class Plan:
    """Steps by attribute for both directions; an attribute without a step looks the same in both versions."""

    __slots__ = ("blocks", "demands", "down", "own", "types", "up")

    def __init__(self) -> None:
        self.down: dict[str, Step] = {}  # by canonical name
        self.up: dict[str, Step] = {}  # by the other version's name
        self.blocks: tuple[Block, ...] = ()
        self.types: Typing | None = None
        self.demands: Demands | None = None
        self.own: frozenset[str] = frozenset()  # kept attributes that blocks and types show themselves

    def show(self, node: Document) -> Document:
        """The object as the other version sees it; unchanged parts are shared with the input."""
        down = self.down
        if not self.blocks and down.keys().isdisjoint(node):
            return node
        out: Document = {}
        for name, value in node.items():
            step = down.get(name)
            if step is None:
                out[name] = value
            else:
                step.show(value, out)
        kept = node.get(V4_EXTRAS)
        for block in self.blocks:
            block.show(node, kept, out)
        if self.types is not None:
            self.types.show(node, kept, out)
        if kept is not None:
            for name, value in kept.items():
                if name not in self.own:
                    out.setdefault(name, value)
        return out

    def accept(self, shown: Document, base: Document | None = None, seen: Document | None = None) -> Document:
        """The canonical object of a shown one; `base` itself when nothing was changed."""
        if base is not None:
            seen = self.show(base) if seen is None else seen
            if seen == shown:
                return base
            return self._judged(self._accept(shown, seen, base))
        if self.blocks or not self.up.keys().isdisjoint(shown):
            return self._judged(self._accept(shown, seen, base))
        return self._judged(shown if self.types is None else self.types.typed(shown))

    def _judged(self, canonical: Document) -> Document:
        return canonical if self.demands is None else self.demands.judged(canonical)

    def _accept(self, shown: Document, seen: Document | None, base: Document | None) -> Document:
        out: Document = {}
        kept: Document = {}
        up = self.up
        for name, value in shown.items():
            step = up.get(name)
            if step is None:
                out[name] = value
            else:
                step.accept(value, base, out, kept)
        if self.blocks:
            self._put_blocks(shown, seen, base, out)
        if base is not None:
            self._restore(base, out)
        if self.types is not None:
            self.types.accept(shown, seen, base, out, kept)
        for block in self.blocks:
            block.keep(shown, out, kept)
        if kept:
            out[V4_EXTRAS] = kept
        return out

    def _put_blocks(self, shown: Document, seen: Document | None, base: Document | None, out: Document) -> None:
        if self.types is not None:
            out.pop("@type", None)  # from here on it is what a block proposes
        for block in self.blocks:
            block.put(shown, seen, base, out)

    def _restore(self, base: Document, out: Document) -> None:
        for name, value in base.items():
            if name not in out and name not in ("@type", V4_EXTRAS):
                step = self.down.get(name)
                if step is not None:
                    step.restore(value, out)

    def paths(self, path: Path) -> tuple[Path, ...]:
        """The canonical paths of a path in the other version, the usual one first."""
        step = self._step(path)
        return (path,) if step is None else step.paths(path[1:])

    def values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """The canonical values that are shown as `value` at a path of the other version."""
        step = self._step(path)
        return (value,) if step is None else step.values(path[1:], value)

    def settled(self, path: Path, value: Any) -> bool:
        """True when an object that shows `value` has it at the usual path, never at another."""
        step = self._step(path)
        return step is None or step.settled(path[1:], value)

    def _step(self, path: Path) -> Step | None:
        if path == ("@type",) and self.types is not None:
            return Named(self.types.names)
        return self.up.get(path[0]) if path else None
