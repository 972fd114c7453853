"""Groups of attributes that have another structure in the other version. Pure; what the structure is, rules say."""

from collections.abc import Mapping
from typing import Any

from tmf_server.registry.entity import Document, Path
from tmf_server.rest.versions.mappers import Step
from tmf_server.rest.versions.rules import Group
from tmf_server.rules.canonical import V4_EXTRAS


class Block:
    """One group at work: shows it, puts it back, and keeps aside what the canonical shape cannot express."""

    __slots__ = ("rule",)

    def __init__(self, rule: Group) -> None:
        self.rule = rule

    def show(self, node: Document, kept: Document | None, out: Document) -> None:
        """Write the group as the other version sees it."""
        part = self._part(node)
        got = self.rule.get(part)
        aside = {} if kept is None else {name: kept[name] for name in self.rule.shown if name in kept}
        if aside:
            got = self._completed(part, got, aside)
        out.update(got)

    def _completed(self, part: Document, got: Document, aside: Document) -> Document:
        """What was shown before if it still says the same, else what the canonical part says and what it cannot say."""
        whole = got | {name: self._with_extra(name, got, value) for name, value in aside.items()}
        if {**part, **self.rule.put(whole, part)} == part:
            return whole
        extra = {name: self._extra(name, value) for name, value in aside.items()}
        return got | {name: {**got.get(name, {}), **value} for name, value in extra.items() if value}

    def _with_extra(self, name: str, got: Document, value: Any) -> Any:
        """A value kept aside; one that has only attributes which the canonical part cannot say adds them to it."""
        known = self.rule.shown[name]
        if known is None or not isinstance(value, dict) or not known.isdisjoint(value):
            return value
        return {**got.get(name, {}), **value}

    def _extra(self, name: str, value: Any) -> Document:
        known = self.rule.shown[name]
        if known is None or not isinstance(value, dict):
            return {}
        return {inner: content for inner, content in value.items() if inner not in known}

    def put(self, shown: Document, seen: Document | None, base: Document | None, out: Document) -> None:
        """Write the canonical part; the one of before where the group was not changed."""
        part = self._shown(shown)
        before = self._part(base) if base is not None else {}
        if seen is not None and part == self._shown(seen):
            out.update({name: value for name, value in before.items() if name != "@type"})
        elif part or before:
            out.update(self.rule.put(part, before))

    def keep(self, shown: Document, out: Document, kept: Document) -> None:
        """Keep aside what the canonical part does not give back, and no more than that where it can be told apart."""
        part = self._shown(shown)
        got = self.rule.get(self._part(out)) if part else {}
        for name, value in part.items():
            if name not in got or got[name] != value:
                extra = self._extra(name, value)
                said = {**value} if extra else {}
                for inner in extra:
                    del said[inner]
                kept[name] = extra if extra and said == got.get(name, {}) else value

    def _part(self, node: Document) -> Document:
        return {name: value for name, value in node.items() if name in self.rule.stored}

    def _shown(self, node: Document) -> Document:
        return {name: node[name] for name in self.rule.shown if name in node}


class Member(Step):
    """An attribute that belongs to a group; the group's block does the work."""

    __slots__ = ("mapped", "said")

    def __init__(self, name: str, mapped: Mapping[Path, Path], said: Mapping[Path, Mapping[str, str]]) -> None:
        super().__init__(name, name)
        self.mapped = mapped
        self.said = said

    def show(self, value: Any, out: Document) -> None:
        """The block shows it."""

    def accept(self, value: Any, base: Document | None, out: Document, kept: Document) -> None:
        """The block puts it."""

    def paths(self, rest: Path) -> tuple[Path, ...]:
        """The longest prefix that the rule maps, and the residue, where all is that it maps nowhere."""
        full = (self.shown, *rest)
        for length in range(len(full), 0, -1):
            if full[:length] in self.mapped:
                return ((*self.mapped[full[:length]], *full[length:]), (V4_EXTRAS, *full))
        return ((V4_EXTRAS, *full),)

    def values(self, rest: Path, value: Any) -> tuple[Any, ...]:
        """The value itself, which may be kept aside, and those that the rule shows as it."""
        said = self.said.get((self.shown, *rest), {})
        return (value, *(stored for stored, shown in said.items() if shown == value))

    def settled(self, rest: Path, value: Any) -> bool:  # noqa: ARG002
        """What the block does not give back is kept aside, whatever it is."""
        return False


def _show_referred(part: Document) -> Document:
    """The `@referredType` of a reference, else what its `@type` says: a PartyRef refers to a Party."""
    if REFERRED_TYPE in part:
        return {REFERRED_TYPE: part[REFERRED_TYPE]}
    type_name = part.get("@type")
    return {REFERRED_TYPE: type_name.removesuffix("Ref")} if isinstance(type_name, str) else {}


def _store_referred(shown: Document, part: Document) -> Document:
    """The name that a client gives; not one that it was shown for what v5 does not say."""
    return {} if REFERRED_TYPE not in part and shown == _show_referred(part) else shown


REFERRED_TYPE = "@referredType"
REFERRED = Group(
    shown={REFERRED_TYPE: None},
    stored=frozenset({REFERRED_TYPE, "@type"}),
    get=_show_referred,
    put=_store_referred,
    paths={(REFERRED_TYPE,): (REFERRED_TYPE,)},
)
"""The `@referredType` that v4 demands of a reference, where v5 does without."""
