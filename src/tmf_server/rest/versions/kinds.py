"""Which `@type` an object has in the canonical shape, and what the other version sees of it. Pure; names no noun."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tmf_server.registry.entity import Document, Path
from tmf_server.rest.versions.mappers import Step
from tmf_server.rules.canonical import V4_EXTRAS

Shown = Literal["always", "unless derived", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """The `@type`s at one place of the canonical shape.

    `known` are those that the document has there, `elsewhere` those that a document has for other things: sent here
    they cannot be meant. Any other name is a subclass of the client's own. `derive` tells the `@type` from the content
    (without it, it is `schema`, the schema's name), `fits` whether a known one goes with it. `names` is what v4 calls
    a v5 type.
    """

    schema: str
    known: frozenset[str]
    elsewhere: frozenset[str]
    derive: Callable[[Document], str] | None = None
    fits: Callable[[str, Document], bool] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    shown: Shown = "always"

    def derived(self, node: Document) -> str:
        """The `@type` that goes with the content."""
        return self.schema if self.derive is None else self.derive(node)

    def typed(self, shown: Document) -> Document:
        """A new object that has no attribute which looks different, with its canonical `@type`."""
        if self.derive is None and self.shown == "always" and not self.names:
            given = shown.get("@type")
            if given is None:
                return {**shown, "@type": self.schema}
            if given == self.schema:
                return shown
        out, kept = dict(shown), Document()
        self.accept(shown, None, None, out, kept)
        return {**out, V4_EXTRAS: kept} if kept else out

    def takes(self, name: Any) -> bool:
        """Tell whether a `@type` can be meant for objects here."""
        return isinstance(name, str) and (name in self.known or name not in self.elsewhere)

    def show(self, node: Document, kept: Document | None, out: Document) -> None:
        """Finish the `@type` of a shown object: the one that the client gave, or none where it need not be seen."""
        if self.shown != "always":
            self._veil(node, out)
        if kept is not None and "@type" in kept and self._still(kept["@type"], node):
            out["@type"] = kept["@type"]

    def _veil(self, node: Document, out: Document) -> None:
        if "@type" in out and (self.shown == "never" or node["@type"] == self.derived(node)):
            del out["@type"]

    def _still(self, name: Any, node: Document) -> bool:
        """Tell whether a `@type` kept for v4 still goes with the object: v5 may have changed it since."""
        if name == node.get("@type") or name == self.schema or not isinstance(name, str) or name not in self.known:
            return True
        return self.fits is not None and not self.fits(name, node)

    def accept(
        self, shown: Document, seen: Document | None, base: Document | None, out: Document, kept: Document
    ) -> None:
        """Set the canonical `@type`, and keep the client's where it would not be shown back."""
        given = shown.get("@type")
        proposed = out.get("@type")
        proposed = None if proposed == given else proposed
        out["@type"] = name = self._stored(given, seen, base, proposed, out)
        if given is not None and given != self._shown(name, out) and not _is_ours(given, seen, base):
            kept["@type"] = given

    def _stored(self, given: Any, seen: Document | None, base: Document | None, proposed: Any, out: Document) -> str:
        if base is not None and seen is not None and given == seen.get("@type"):
            before = base.get("@type")
            if proposed is not None:
                return str(proposed)
            if isinstance(before, str) and self._stays(before, base, out):
                return before
        if isinstance(given, str) and self._meant(given, out):
            return given
        return str(proposed or self.derived(out))

    def _meant(self, given: str, out: Document) -> bool:
        """Tell whether the client's own word counts: not where it is only general or does not go with the content."""
        if not given or given == self.schema or given in self.names.values():
            return False
        if given in self.known:
            return self.fits is None or self.fits(given, out)
        return given not in self.elsewhere

    def _stays(self, before: str, base: Document, out: Document) -> bool:
        if self.shown == "unless derived" and before == self.derived(base):
            return before == self.derived(out)
        return self.fits is None or before not in self.known or self.fits(before, out)

    def _shown(self, name: str, out: Document) -> str | None:
        if self.shown == "never" or (self.shown == "unless derived" and name == self.derived(out)):
            return None
        return self.names.get(name, name)


def _is_ours(given: Any, seen: Document | None, base: Document | None) -> bool:
    """True when a client sends back the `@type` that it was shown, and no client had given."""
    if seen is None or base is None or given != seen.get("@type"):
        return False
    return "@type" not in base.get(V4_EXTRAS, {})


class Named(Step):
    """The `@type` attribute itself where v4 has another name for a v5 type."""

    __slots__ = ("names",)

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__("@type", "@type")
        self.names = names

    def show(self, value: Any, out: Document) -> None:
        """Show v4's name."""
        out["@type"] = self.names.get(value, value) if isinstance(value, str) else value

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:
        """The typing sets it."""

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """Where v5 has it, and where the client's own is kept."""
        return (("@type", *rest), (V4_EXTRAS, "@type", *rest))

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:  # noqa: ARG002
        """The v5 types that v4 calls so."""
        several = tuple(name for name, shown in self.names.items() if shown == value)
        return several if value in self.names.values() else (value,)

    def settled(self, rest: Path, value: Any) -> bool:  # noqa: ARG002
        """Clients give names that are also v5's."""
        return False


Deriving = Callable[[Document], str]


def by_content(default: str, tell: Mapping[str, str], without_id: str | None) -> Deriving:
    """The type that alone declares an attribute the object has; else `default`; a reference needs an id."""

    def derive(node: Document) -> str:
        for name in node:
            if name in tell:
                return tell[name]
        return without_id if without_id is not None and "id" not in node else default

    return derive


def by_referred(types: Mapping[str, str], otherwise: Deriving, default: str) -> Deriving:
    """The type that goes with the `@referredType` of a plain reference; of anything else, the one its content tells."""

    def derive(node: Document) -> str:
        name = otherwise(node)
        referred = node.get("@referredType")
        if name == default and isinstance(referred, str):
            return types.get(referred.lower(), default)
        return name

    return derive


SCALAR_KINDS: Mapping[type, tuple[str, ...]] = {
    bool: ("Boolean",),
    int: ("Integer", "Number", "Float"),
    float: ("Number", "Float"),
    str: ("String",),
    dict: ("Object", "Map"),
}
SCALARS = ("String", "Number", "Integer", "Boolean", "Object", "Map", "Float")
FAMILY = (*SCALARS, *(f"{kind}Array" for kind in SCALARS))
"""The prefixes of the types of a family that differ in what their `value` is."""


def kinds_of(value: Any) -> tuple[str, ...]:
    """The prefixes of the characteristic types that can hold a JSON value, the closest first; empty for none."""
    if not isinstance(value, list):
        return SCALAR_KINDS.get(type(value), ())
    if not value:
        return tuple(f"{kind}Array" for kind in SCALARS)
    common = kinds_of(value[0]) if not isinstance(value[0], list) else ()
    for element in value[1:]:
        kinds = SCALAR_KINDS.get(type(element), ())
        common = tuple(kind for kind in common if kind in kinds)
    return tuple(f"{kind}Array" for kind in common)


@dataclass(frozen=True, slots=True)
class ByValue:
    """The types of a family that differ in what their `value` is: StringCharacteristic, NumberCharacteristic …"""

    base: str
    members: frozenset[str]

    def derive(self, node: Document) -> str:
        """The member for the object's value; the base where there is none."""
        names = (f"{kind}{self.base}" for kind in kinds_of(node.get("value")))
        return next((name for name in names if name in self.members), self.base)

    def fits(self, name: str, node: Document) -> bool:
        """Tell whether a member can hold the object's value."""
        if "value" not in node or name not in self.members:
            return True
        return name.removesuffix(self.base) in kinds_of(node["value"])
