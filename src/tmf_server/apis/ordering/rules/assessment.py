"""Assesses a product order against the catalog (TMF622): accepted with prices, or rejected. No HTTP, no SQL."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from tmf_server.apis.ordering.rules import breaches as rules
from tmf_server.apis.ordering.rules import bundles, prices
from tmf_server.apis.ordering.rules.states import (
    ACKNOWLEDGED,
    DRAFT,
    ENDED,
    ITEM_LIFECYCLE,
    ITEMS,
    REJECTED,
    RELATIONSHIPS,
    Document,
    Known,
    Target,
    items,
    with_items,
)
from tmf_server.errors import Fault, InvalidInput
from tmf_server.rules.instants import format_instant

OFFERING, SPECIFICATION = bundles.OFFERING, "productSpecification"


class Assessment:
    """The assessment of an order: knows the new items and the items with a changed request."""

    def __init__(self, order: Document, before: Document | None) -> None:
        self.order = order
        self.accepted = before is not None and before.get("state") != DRAFT
        state = order.get("state") or (before or {}).get("state")
        started = state == ACKNOWLEDGED if not self.accepted else state not in ENDED
        self.found = dict(_by_id(order)) if started else {}
        former = Assessment(before, None) if self.accepted and before is not None and started else None
        known = dict(_by_id(former.order)) if former else {}
        asked = {id_: former.asked(item) for id_, (_, item) in known.items()} if former else {}
        self.priced = {id_ for id_, (_, item) in self.found.items() if asked.get(id_, ((), ()))[0] != _content(item)}
        self.judged = {id_ for id_, (_, item) in self.found.items() if asked.get(id_) != self.asked(item)}

    def asked(self, item: Document) -> tuple[Any, ...]:
        """Return the request of an item, together with the requests of its bundled items."""
        return _content(item), [_content(one) for one in self.bundled(item)]

    @cached_property
    def _parts(self) -> dict[str, list[str]]:
        """Return the ids of the items bundled by each item: nested items, and items related by either side."""
        parts: dict[str, list[str]] = {}
        for _, item in items(self.order):
            mine = item.get("id", "")
            parts.setdefault(mine, []).extend(one.get("id", "") for one in item.get(ITEMS, ()))
            for one in item.get(RELATIONSHIPS, ()):
                if one.get("relationshipType") == "bundles":
                    parts[mine].append(one.get("id", ""))
                elif one.get("relationshipType") == "bundledBy":
                    parts.setdefault(one.get("id", ""), []).append(mine)
        return {id_: list(dict.fromkeys(found)) for id_, found in parts.items()}

    @cached_property
    def _all(self) -> dict[str, Document]:
        return {item.get("id", ""): item for _, item in items(self.order)}

    def bundled(self, item: Document) -> list[Document]:
        """Return the items added as parts of an item."""
        found = [self._all.get(id_) for id_ in self._parts.get(item.get("id", ""), ())]
        return [one for one in found if one is not None and one.get("action") == rules.ADD]

    def wanted(self, known: Known) -> Iterator[Target]:
        """Yield the offerings of the items and of the bundling items, then their specifications and prices."""
        looked_at = self.judged | self.priced
        for id_, (_, item) in self.found.items():
            offering = rules.offering_id(item)
            if offering is None or item.get("action") not in prices.CHARGED:
                continue
            if id_ not in looked_at and looked_at.isdisjoint(self._parts.get(id_, ())):
                continue  # the price of the bundle includes the part
            yield OFFERING, offering
            document = known.get((OFFERING, offering))
            if document is not None:
                yield from ((prices.PRICE, one) for one in prices.price_ids(document))
                if bundles.is_sum(document):
                    yield from bundles.wanted(document, known)
                specification = specification_id(item, document)
                if specification is not None:
                    yield SPECIFICATION, specification

    def breaches(self, known: Known, moment: int) -> list[rules.Breach]:
        """Return every rule broken by a new item or by an item with a changed request."""
        return [one for id_ in self.found if id_ in self.judged for one in self._judge(id_, known, moment)]

    def _judge(self, id_: str, known: Known, moment: int) -> list[rules.Breach]:
        pointer, item = self.found[id_]
        offering = known.get((OFFERING, rules.offering_id(item) or ""))
        specification = known.get((SPECIFICATION, specification_id(item, offering or {}) or ""))
        holders = [self._all[one] for one in self._holders.get(id_, ()) if one in self._all]
        bundles = [known.get((OFFERING, rules.offering_id(one) or "")) for one in holders]
        part = any(rules.offering_id(item) in rules.bundled_ids(one) for one in bundles if one is not None)
        return rules.breaches(rules.Case(pointer, item, offering, specification, self.bundled(item), moment, part=part))

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """Return the ids of the bundling items of each item."""
        holders: dict[str, list[str]] = {}
        for id_, parts in self._parts.items():
            for one in parts:
                holders.setdefault(one, []).append(id_)
        return holders

    def with_prices(self, known: Known, moment: int) -> Document:
        """Return the order with prices of the catalog at new and changed items; a part included in a bundle is
        charged with the bundle."""
        included: dict[str, frozenset[str]] = {}
        for id_, parts in self._parts.items():
            offering = known.get((OFFERING, rules.offering_id(self._all.get(id_, {})) or ""))
            if offering is not None:
                included |= dict.fromkeys(parts, prices.included_ids(offering, known))

        def priced(item: Document) -> Document:
            offering = known.get((OFFERING, rules.offering_id(item) or ""))
            if offering is None or item.get("action") not in prices.CHARGED:
                return item
            if bundles.is_sum(offering):
                return self._with_sum(item, offering, known, moment)
            if item.get("id") not in self.priced:
                return item
            values = {name: one[0] for name, one in rules.chosen(item).items() if one}
            found = prices.copied(offering, known, values, moment)
            left = [one for one in found if one[0] not in included.get(item.get("id", ""), ())]
            return prices.with_item_prices(item, prices.item_prices(left)) if found else item

        return with_items(self.order, priced)

    def _with_sum(self, item: Document, offering: Document, known: Known, moment: int) -> Document:
        """Price a bundle without prices as the sum of its default parts, save parts added by items."""
        if item.get("id") not in self.judged or not bundles.parts(offering, known):
            return item
        ordered = [id_ for one in self.bundled(item) if (id_ := rules.offering_id(one)) is not None]
        found = [
            price
            for part, number in bundles.parts(offering, known, ordered)
            for price in prices.item_prices(prices.copied(part, known, {}, moment), number)
        ]
        return prices.with_item_prices(item, found)


def _by_id(order: Document) -> Iterator[tuple[str, tuple[str, Document]]]:
    for pointer, item in items(order):
        yield item.get("id", ""), (pointer, item)


def _content(item: Document) -> tuple[Any, ...]:
    """Return the request of an item: every attribute relevant to assessment and prices, without remarks."""
    product = item.get("product") or {}
    return (
        item.get("action"),
        rules.offering_id(item),
        product.get("id"),
        (product.get("productSpecification") or {}).get("id"),
        rules.chosen(item),
        item.get("quantity", 1),
        [(one.get("name"), one.get("duration")) for one in item.get("itemTerm", ())],
    )


def specification_id(item: Document, offering: Document) -> str | None:
    """Return the id of the specification of the item's product: from the offering, or from the item."""
    for holder in (offering, item.get("product") or {}):
        id_ = (holder.get("productSpecification") or {}).get("id")
        if isinstance(id_, str):
            return id_
    return None


def wanted(order: Document, before: Document | None, known: Known) -> Iterator[Target]:
    """Yield the catalog records needed to assess the order."""
    return Assessment(order, before).wanted(known)


def conclude(order: Document, before: Document | None, known: Known, moment: int) -> Document:
    """Return the order accepted with prices and totals, or rejected with an error message for each breach.

    InvalidInput for a change of an accepted order that breaks a rule.
    """
    order = order if before is None else prices.frozen(order, before)
    assessment = Assessment(order, before)
    found = assessment.breaches(known, moment)
    if found and assessment.accepted:
        faults = [Fault(one.pointer, one.reason) for one in found]
        raise InvalidInput("The change breaks rules of ordering.", faults=faults, code=found[0].code)
    if found:
        return _rejected(order, found, moment)
    priced = assessment.with_prices(known, moment)
    values = {ITEMS: priced[ITEMS]} if ITEMS in priced else {}
    return values | prices.totals(priced, before, moment)


def _rejected(order: Document, found: Sequence[rules.Breach], moment: int) -> Document:
    messages = [_message(str(order.get("id")), one, moment) for one in found]
    closed = with_items(
        order, lambda item: item if ITEM_LIFECYCLE.final(item.get("state", "")) else {**item, "state": REJECTED}
    )
    return {
        "state": REJECTED,
        ITEMS: closed[ITEMS],
        "productOrderErrorMessage": [*order.get("productOrderErrorMessage", ()), *messages],
    }


def _message(order: str, breach: rules.Breach, moment: int) -> Document:
    item = {"@type": "ProductOrderItemRef", "productOrderId": order, "productOrderItemId": breach.item}
    return {
        "@type": "ProductOrderErrorMessage",
        "code": breach.code,
        "reason": breach.reason,
        "message": breach.pointer,
        "timestamp": format_instant(moment),
        ITEMS: [item],
    }
