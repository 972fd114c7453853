"""Checks of the items of a product order against the catalog (TMF622), as tables. No HTTP, no SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from tmf_server.apis.ordering.rules.states import Document
from tmf_server.rules.instants import within

ORDERABLE = frozenset({"launched", "active"})
ADD = "add"
NAMING = frozenset({"modify", "delete"})


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken rule: code, item, JSON pointer and the reason in words."""

    code: str
    item: str
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """An item with its catalog records and bundled items: the input of every check.

    `part` is true for an item bundled by an item whose offering is a bundle of the part's offering.
    """

    pointer: str
    item: Document
    offering: Document | None
    specification: Document | None
    bundled: Sequence[Document]
    moment: int
    part: bool = False

    @property
    def name(self) -> str:
        """The name of the offering for messages."""
        offering = self.offering or {}
        return repr(offering.get("name") or offering.get("id"))

    def breach(self, code: str, reason: str, below: str = "") -> Breach:
        """Return a breach of the item, at a place inside of the item."""
        return Breach(code, str(self.item.get("id")), f"{self.pointer}{below}", reason)


Check = Callable[[Case], Iterator[Breach]]


def offering_id(item: Document) -> str | None:
    """Return the id of the offering of an item."""
    id_ = (item.get("productOffering") or {}).get("id")
    return id_ if isinstance(id_, str) else None


def chosen(item: Document) -> dict[str, list[Any]]:
    """The values of the item's characteristics by name."""
    found: dict[str, list[Any]] = {}
    for one in (item.get("product") or {}).get("productCharacteristic", ()):
        value = one.get("value")
        if isinstance(one.get("name"), str):
            found.setdefault(one["name"], []).extend(value if isinstance(value, list) else [value])
    return found


def product_is_named(case: Case) -> Iterator[Breach]:
    """Check that a change or an end of a product names the product."""
    if not (case.item.get("product") or {}).get("id"):
        reason = f"A {case.item.get('action')} names the product that is meant by its id."
        yield case.breach("productNotNamed", reason, "/product")


def launched(case: Case) -> Iterator[Breach]:
    """The offering is Launched or Active."""
    status = (case.offering or {}).get("lifecycleStatus")
    if str(status).casefold() not in ORDERABLE:
        told = f"is {status}" if status else "has no status"
        reason = f"The offering {case.name} {told}; only what is Launched or Active can be ordered."
        yield case.breach("offeringNotLaunched", reason, "/productOffering")


def in_period(case: Case) -> Iterator[Breach]:
    """The offering is valid now."""
    if not within((case.offering or {}).get("validFor"), case.moment):
        yield case.breach("offeringNotValid", f"The offering {case.name} cannot be had now.", "/productOffering")


def sellable(case: Case) -> Iterator[Breach]:
    """Check that the offering is sellable alone, or a part of an ordered bundle."""
    if (case.offering or {}).get("isSellable") is False and not case.part:
        yield case.breach("offeringNotSellable", f"The offering {case.name} is not sold by itself.", "/productOffering")


def quantity(case: Case) -> Iterator[Breach]:
    """Check that the quantity is at least 1."""
    if case.item.get("quantity", 1) < 1:
        yield case.breach("quantity", f"At least one of {case.name} is to be ordered.", "/quantity")


def bundled_ids(offering: Document) -> set[str]:
    """Return the ids of the bundled offerings of an offering."""
    groups = offering.get("bundledGroupProductOffering", ())
    return {
        one["id"]
        for holder in (offering, *groups)
        for one in holder.get("bundledProductOffering", ())
        if isinstance(one.get("id"), str)
    }


def cardinalities(case: Case) -> Iterator[Breach]:
    """Check that a bundle has the required number of each offering and each group, and no foreign part."""
    offering = case.offering or {}
    counts: dict[str, int] = {}
    for item in case.bundled:
        counts[offering_id(item) or ""] = counts.get(offering_id(item) or "", 0) + item.get("quantity", 1)
    for one in offering.get("bundledProductOffering", ()):
        yield from _number(case, one, "bundledProductOfferingOption", [one], counts)
    for group in offering.get("bundledGroupProductOffering", ()):
        members = group.get("bundledProductOffering", ())
        yield from _number(case, group, "bundledGroupProductOfferingOption", members, counts)
    allowed = bundled_ids(offering)
    if allowed:
        for other in sorted(counts.keys() - allowed - {""}):
            yield case.breach("bundle", f"The offering {other!r} is no part of the bundle {case.name}.")


def _number(
    case: Case, part: Document, option: str, members: Sequence[Document], counts: Mapping[str, int]
) -> Iterator[Breach]:
    limits = part.get(option) or {}
    taken = [counts[one["id"]] for one in members if one.get("id") in counts]
    number = sum(taken) if taken else limits.get("numberRelOfferDefault", 0)
    least, most = limits.get("numberRelOfferLowerLimit"), limits.get("numberRelOfferUpperLimit")
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = f"at least {least or 0}" + (f" and at most {most}" if most is not None else "")
        named = part.get("name") or part.get("id")
        yield case.breach("bundle", f"The bundle {case.name} takes {bounds} of {named!r}, not {number}.")


def terms(case: Case) -> Iterator[Breach]:
    """Check that the terms of an item are terms of the offering."""
    offered = {one.get("name"): one.get("duration") for one in (case.offering or {}).get("productOfferingTerm", ())}
    for place, term in enumerate(case.item.get("itemTerm", ())):
        name, duration = term.get("name"), term.get("duration")
        if not offered or name is None:
            continue
        if name not in offered:
            reason = f"The offering {case.name} has no term {name!r}, but {', '.join(map(repr, offered))}."
            yield case.breach("term", reason, f"/itemTerm/{place}")
        elif duration is not None and offered[name] is not None and not _same_length(duration, offered[name]):
            yield case.breach("term", f"The term {name!r} of {case.name} is of another length.", f"/itemTerm/{place}")


def _same_length(one: Document, other: Document) -> bool:
    return (one.get("amount"), one.get("units")) == (other.get("amount"), other.get("units"))


def characteristics(case: Case) -> Iterator[Breach]:
    """Check chosen characteristics against the specification and, within the specification, the offering."""
    values = chosen(case.item)
    declared = {one.get("name"): one for one in (case.specification or {}).get("productSpecCharacteristic", ())}
    declared |= {one.get("name"): one for one in (case.offering or {}).get("productOfferingCharacteristic", ())}
    uses = {one.get("name"): one for one in (case.offering or {}).get("prodSpecCharValueUse", ())}
    below = "/product/productCharacteristic"
    for name in [one for one in values if declared and one not in declared]:
        yield case.breach("characteristic", f"The specification has no characteristic {name!r}.", below)
    for name, one in declared.items():
        use = uses.get(name, {})
        allowed = use.get("productSpecCharacteristicValue") or one.get("characteristicValueSpecification", ())
        for reason in _faults(one | use, allowed, values.get(name, []), case.moment):
            yield case.breach("characteristic", f"Characteristic {name!r}: {reason}.", below)


def _faults(declared: Document, allowed: Sequence[Document], values: Sequence[Any], moment: int) -> Iterator[str]:
    least, most = declared.get("minCardinality"), declared.get("maxCardinality")
    fixed = len(allowed) == 1 or any(one.get("isDefault") for one in allowed)
    if least and len(values) < least and not (not values and fixed):
        yield f"it takes at least {least} values, not {len(values)}"
    if most is not None and 0 < most < len(values):
        yield f"it takes at most {most} values, not {len(values)}"
    valid = [one for one in allowed if within(one.get("validFor"), moment)]
    for value in values:
        if declared.get("regex") and not _matches(declared["regex"], value):
            yield f"{value!r} does not match {declared['regex']!r}"
        elif allowed and not declared.get("extensible") and not any(_admits(one, value) for one in valid):
            yield f"{value!r} is none of the values that can be had"


def _admits(rule: Document, value: Any) -> bool:
    if "value" in rule:
        return _same(rule["value"], value)
    if rule.get("regex"):
        return _matches(rule["regex"], value)
    if "valueFrom" in rule or "valueTo" in rule:
        return _in_range(rule, value)
    return True


def _same(one: Any, other: Any) -> bool:
    """Compare two values; a number equals the same number written as text."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other or str(one).casefold() == str(other).casefold()
    return bool(one == other) or (_as_number(one) is not None and _as_number(one) == _as_number(other))


def _as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _in_range(rule: Document, value: Any) -> bool:
    number = _as_number(value)
    if number is None:
        return False
    kind = rule.get("rangeInterval", "closed")
    low, high = rule.get("valueFrom"), rule.get("valueTo")
    above = low is None or number > low or (number == low and kind in ("closed", "closedBottom"))
    below = high is None or number < high or (number == high and kind in ("closed", "closedTop"))
    return above and below


def _matches(pattern: str, value: Any) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options).fullmatch(str(value)) is not None
    except re2.error:
        return True  # an unreadable pattern forbids nothing


# The checks of each action; checks of the offering apply only to offerings in the catalog.
OF_OFFERING: Sequence[Check] = (launched, in_period, sellable, quantity, cardinalities, terms, characteristics)
CHECKS: Mapping[str, Sequence[Check]] = {ADD: OF_OFFERING, **dict.fromkeys(NAMING, (product_is_named,))}


def breaches(case: Case) -> list[Breach]:
    """Return every rule broken by the item."""
    checks = CHECKS.get(case.item.get("action", ""), ())
    if case.offering is None:
        checks = [check for check in checks if check not in OF_OFFERING]
    return [one for check in checks for one in check(case)]
