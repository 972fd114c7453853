"""Turns a table of rules and two documents into plans. Runs once per pair of schemas; names no noun."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tmf_server.contracts.contract import Attribute, Contract
from tmf_server.registry.entity import Document, Path
from tmf_server.rest.schema.schemas import FORMATS
from tmf_server.rest.schema.validation import form_test
from tmf_server.rest.versions.demands import Demands
from tmf_server.rest.versions.groups import REFERRED, Block, Member
from tmf_server.rest.versions.kinds import FAMILY, ByValue, Named, Typing, by_content, by_referred
from tmf_server.rest.versions.mappers import FirstOf, Hidden, Inner, Kept, Lifted, Limited, Objects, Step, Withheld
from tmf_server.rest.versions.plan import Plan
from tmf_server.rest.versions.rules import (
    First,
    Group,
    Lift,
    Lower,
    Rename,
    Rule,
    Rules,
    TypeName,
    Values,
    Wrap,
)
from tmf_server.rest.versions.wrappers import INNER, Folded
from tmf_server.rules.canonical import V4_ALONE, V4_EXTRAS

META = frozenset({"@type", "@baseType", "@schemaLocation"})
Slots = Mapping[str, Attribute]


@dataclass(frozen=True)
class Place:
    """One place in the documents: the attributes that each version declares there."""

    v4: str
    v5: str
    shown: Slots
    stored: Slots
    rules: tuple[Rule, ...]

    def of(self, kind: type) -> list[Any]:
        """The rules of one kind."""
        return [rule for rule in self.rules if isinstance(rule, kind)]


class Compiler:
    """Compiles the plans of one pair of documents; each pair of schemas once, recursive ones too."""

    def __init__(self, rules: Rules, v4: Contract, v5: Contract) -> None:
        self._rules = rules
        self._v4 = v4
        self._v5 = v5
        self._elsewhere = frozenset(v4.schemas) | frozenset(v5.schemas)
        self._plans: dict[tuple[str, str], Plan | Folded] = {}

    def root(self, v4: str, v5: str) -> Objects:
        """The plan of a record."""
        plan = self.plan(v4, v5)
        _drop_steps_without_effect([plan, *self._plans.values()])
        return plan

    def pairs(self) -> Iterator[tuple[str, str, Objects]]:
        """Every pair of schemas that was compiled, with its plan."""
        yield from ((*pair, plan) for pair, plan in self._plans.items())

    def plan(self, v4: str, v5: str) -> Plan | Folded:
        """The plan of the objects where v4 has one schema and v5 the other."""
        if (v4, v5) not in self._plans:
            rules = self._rules.get((v4, v5), ())
            place = Place(v4, v5, self._slots(self._v4, v4), self._slots(self._v5, v5), rules)
            wrap = next((rule for rule in rules if isinstance(rule, Wrap)), None)
            if wrap is None:
                plan = Plan()
                self._plans[(v4, v5)] = plan
                self._fill(plan, place, self._typing(place) if self._typed(v5) else None)
            else:
                self._fold(place, wrap)
        return self._plans[(v4, v5)]

    @staticmethod
    def _slots(contract: Contract, schema: str) -> Slots:
        found = {name: contract.attribute(schema, (name,)) for name in contract.all_properties(schema)}
        return {name: attribute for name, attribute in found.items() if attribute is not None}

    # -- flat ↔ wrapped ---------------------------------------------------------------------------
    def _fold(self, place: Place, wrap: Wrap) -> None:
        target = place.stored[wrap.inner].schema
        if target is None:
            raise LookupError(f"{place.v5}.{wrap.inner} is not an object of a named schema")
        folded = Folded(Plan(), Plan(), wrap.inner)
        self._plans[(place.v4, place.v5)] = folded
        outer = frozenset(place.shown.keys() & place.stored.keys()) - META
        folded.outer_names = outer
        folded.inner_names = frozenset(place.shown) - outer - {"@type"}
        inside = Place(place.v4, target, _only(place.shown, folded.inner_names), self._slots(self._v5, target), ())
        self._fill(folded.inner, inside, self._inner_typing(inside, wrap))
        _hide(folded.inner, outer)
        outside = Place(place.v4, place.v5, _only(place.shown, outer), place.stored, ())
        self._fill(folded.outer, outside, replace(self._typing(outside), shown="never", names={}))
        folded.outer.demands = replace(self._demands(place.v5), wrapped=wrap.inner)
        folded.outer.down[wrap.inner] = folded.outer.up[INNER] = Inner(INNER, wrap.inner, folded.inner)
        _hide(folded.outer, folded.inner_names)

    def _inner_typing(self, inside: Place, wrap: Wrap) -> Typing:
        typing = self._typing(inside)
        derive = by_referred(wrap.types, typing.derived, typing.derived({"id": ""}))
        return replace(typing, shown="unless derived", derive=derive, names={})

    # -- attributes -------------------------------------------------------------------------------
    def _fill(self, plan: Plan, place: Place, typing: Typing | None) -> None:
        groups = [*place.of(Group), *map(_lowered, place.of(Lower)), *self._referred(place)]
        plan.types = typing
        plan.demands = self._demands(place.v5) or None
        plan.blocks = tuple(map(Block, groups))
        alike = {"@type"} if typing is not None else set()  # attributes that both have, under one name
        plan.own = frozenset(alike.union({V4_ALONE}, *(group.shown for group in groups)))
        claimed = self._claim(plan, place, groups)
        for name in place.shown.keys() - plan.up.keys() - alike:
            if name in place.stored and name not in claimed:
                self._match(plan, place, name, name)
                alike.add(name)
            else:
                plan.up[name] = Kept(name)
        for name in (place.stored.keys() | plan.up.keys()) - plan.down.keys() - alike:
            plan.down[name] = Hidden(name)
        for name in plan.down.keys() - plan.up.keys() - alike:
            plan.up[name] = Kept(name)
        plan.down[V4_EXTRAS] = Hidden(V4_EXTRAS)
        if typing is not None:
            _set_type_steps(plan, typing)

    def _claim(self, plan: Plan, place: Place, groups: Iterable[Group]) -> set[str]:
        """Set the steps of the rules; returns the v5 attributes that they are about."""
        for group in groups:
            for name in group.shown:
                plan.up[name] = Member(name, group.paths, group.values)
            for name in group.stored - {"@type"}:
                plan.down[name] = Member(name, {}, {})
        for rule in place.rules:
            if isinstance(rule, Rename):
                self._match(plan, place, rule.shown, rule.stored, always=True)
            elif isinstance(rule, Lift):
                _set(plan, self._lifted(place, rule))
            elif isinstance(rule, First):
                _set(plan, self._first(place, rule))
        return set(plan.down)

    def _match(self, plan: Plan, place: Place, shown: str, stored: str, *, always: bool = False) -> None:
        """Set the step of an attribute that both versions have, if it needs one."""
        theirs, ours = place.shown.get(shown), place.stored.get(stored)
        if theirs is None or ours is None:
            raise LookupError(
                f"{place.v4}.{shown} ↔ {place.v5}.{stored}: a rule names an attribute that is not declared"
            )
        if theirs.schema is not None and ours.schema is not None:
            if theirs.repeated != ours.repeated:
                raise LookupError(f"{place.v4}.{shown} is an array in one version only: declare First for it")
            _set(plan, Inner(shown, stored, self.plan(theirs.schema, ours.schema)))
            return
        values: Mapping[str, str] = next((rule.shown for rule in place.of(Values) if rule.attribute == shown), {})
        allowed = _limit(theirs, ours)
        if allowed is not None or values:
            _check_values(f"{place.v4}.{shown}", theirs, ours, values)
            _set(plan, Limited(shown, stored, allowed or _anything, values))
        elif (takes := _form(ours, theirs)) is not None:
            _set(plan, Withheld(shown, stored, takes))
        elif always:
            _set(plan, Step(shown, stored))

    def _lifted(self, place: Place, rule: Lift) -> Lifted:
        holder = place.stored[rule.stored]
        return Lifted(rule.shown, rule.stored, rule.inner, self._type_of(holder))

    def _first(self, place: Place, rule: First) -> FirstOf:
        theirs, ours = place.shown[rule.attribute], place.stored[rule.attribute]
        if rule.inner is not None:
            return FirstOf(Lifted(rule.attribute, rule.attribute, rule.inner, self._type_of(ours)))
        if theirs.schema is None or ours.schema is None:
            raise LookupError(f"{place.v4}.{rule.attribute} is not an object in both versions")
        return FirstOf(Inner(rule.attribute, rule.attribute, self.plan(theirs.schema, ours.schema)))

    def _type_of(self, holder: Attribute) -> str | None:
        typed = holder.schema is not None and "@type" in self._v5.all_properties(holder.schema)
        return holder.schema if typed else None

    # -- what has to be there ---------------------------------------------------------------------
    def _demands(self, schema: str) -> Demands:
        by_type = {name: self._demanded(target) for name, target in self._v5.subtypes(schema).items()}
        return Demands(by_type, self._demanded(schema))

    def _referred(self, place: Place) -> list[Group]:
        """How v4 gets the `@referredType` that it demands and v5 does not."""
        both = place.shown.keys() & place.stored.keys() & self._v4.required(place.v4)
        return [REFERRED] if "@referredType" in both - self._v5.required(place.v5) else []

    def _demanded(self, schema: str) -> frozenset[str]:
        return self._v5.required(schema) - {"@type"}

    # -- @type ------------------------------------------------------------------------------------
    def _typed(self, schema: str) -> bool:
        """Tell whether v5 demands a `@type` of these objects."""
        return "@type" in self._v5.required(schema) or "discriminator" in self._v5.schemas[schema]

    def _typing(self, place: Place) -> Typing:
        schema = place.v5
        alternatives = "oneOf" in self._v5.schemas[schema]
        members = frozenset(f"{kind}{schema}" for kind in FAMILY) & frozenset(self._v5.schemas)
        known = members.union(self._types(schema), () if alternatives else (schema,))
        typing = Typing(schema=schema, known=known, elsewhere=self._elsewhere - known)
        if members:
            family = ByValue(schema, members)
            return replace(typing, derive=family.derive, fits=family.fits)
        if alternatives:
            return replace(typing, derive=self._telling(schema))
        named = next((rule.name for rule in place.of(TypeName)), None)
        if named is not None:
            return replace(typing, derive=lambda _: named)
        renamed = place.v4 not in known and not place.v4.endswith("OrValue")
        return replace(typing, names={schema: place.v4}) if renamed else typing

    def _types(self, schema: str) -> dict[str, str]:
        """The `@type`s that objects of a v5 schema can have: not those of a schema that admits only other names."""
        types = self._v5.subtypes(schema).items()
        admitted = {name: self._v5.properties(target).get("@type", {}).get("enum", [name]) for name, target in types}
        return {name: target for name, target in types if name in admitted[name]}

    def _telling(self, schema: str) -> Callable[[Document], str]:
        """How content tells the alternatives of a place apart: a plain reference, unless only a value declares it."""
        alternatives = self._types(schema)
        declared = {name: frozenset(self._v5.properties(target)) for name, target in alternatives.items()}
        references = [name for name in alternatives if name.endswith("Ref")]
        values = [name for name in alternatives if name not in references]
        common: frozenset[str] = frozenset().union(*(declared[name] for name in references))
        tell = {attribute: name for name in reversed(values) for attribute in declared[name] - common}
        return by_content([*references, *values][0], tell, values[0] if values and references else None)


def _only(slots: Slots, names: frozenset[str]) -> Slots:
    return {name: slot for name, slot in slots.items() if name in names}


def _set(plan: Plan, step: Step) -> None:
    plan.up[step.shown] = plan.down[step.stored] = step


def _hide(plan: Plan, names: frozenset[str]) -> None:
    for name in names:
        plan.down.setdefault(name, Hidden(name))


def _set_type_steps(plan: Plan, typing: Typing) -> None:
    if typing.shown == "never":
        plan.down["@type"] = Hidden("@type")
    elif typing.names or typing.shown != "always":
        plan.down["@type"] = Named(typing.names)


def _lowered(rule: Lower) -> Group:
    """The group that a Lower stands for."""

    def get(part: Document) -> Document:
        inner = {name: part[stored] for name, stored in rule.names.items() if stored in part}
        return {rule.shown: inner} if inner else {}

    def put(shown: Document, part: Document) -> Document:
        del part
        inner = shown.get(rule.shown)
        inner = inner if isinstance(inner, dict) else {}
        return {stored: inner[name] for name, stored in rule.names.items() if name in inner}

    paths: dict[Path, Path] = {(rule.shown, name): (stored,) for name, stored in rule.names.items()}
    return Group({rule.shown: frozenset(rule.names)}, frozenset(rule.names.values()), get, put, paths)


def _limit(theirs: Attribute, ours: Attribute) -> Callable[[Any], bool] | None:
    """What v5 takes where it takes less than v4."""
    if ours.enum and not ours.repeated and set(ours.enum) != set(theirs.enum):
        names = frozenset(ours.enum)
        return lambda value: isinstance(value, str) and value in names
    if ours.kind == "integer" and theirs.kind == "number" and not ours.repeated:
        return lambda value: isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return _form(theirs, ours)


def _form(wider: Attribute, narrower: Attribute) -> Callable[[Any], bool] | None:
    """What a version takes of the texts of another one, whose schema does not ask for the form that this one does."""
    if wider.kind != "text" or wider.repeated or wider.format == narrower.format:
        return None
    return form_test(narrower.format) if narrower.format in FORMATS else None


def _anything(value: Any) -> bool:  # noqa: ARG001
    return True


def _check_values(where: str, theirs: Attribute, ours: Attribute, shown: Mapping[str, str]) -> None:
    missing = [value for value in ours.enum if theirs.enum and shown.get(value, value) not in theirs.enum]
    if missing:
        raise LookupError(f"{where} cannot show {', '.join(missing)}: declare Values for it")


def _drop_steps_without_effect(plans: Iterable[Plan | Folded]) -> None:
    """Objects that look the same in both versions are not entered."""
    flat = [one for plan in plans for one in ((plan.outer, plan.inner) if isinstance(plan, Folded) else (plan,))]
    plain = {id(plan) for plan in flat if plan.types is None and plan.demands is None and not plan.blocks}
    while True:
        left = {
            id(plan) for plan in flat if id(plan) in plain and not any(_matters(one, plain) for one in _steps(plan))
        }
        if left == plain:
            break
        plain = left
    for plan in flat:
        for name, step in list(plan.down.items()):
            if isinstance(step, Inner) and not _matters(step, plain):
                del plan.down[name], plan.up[name]


def _steps(plan: Plan) -> list[Step]:
    return [*plan.up.values(), *(step for name, step in plan.down.items() if name != V4_EXTRAS)]


def _matters(step: Step, plain: set[int]) -> bool:
    return not isinstance(step, Inner) or step.shown != step.stored or id(step.plan) not in plain
