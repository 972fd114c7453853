"""The default parts of a bundle without a price of its own (TMF622). No HTTP, no SQL."""

from collections.abc import Collection, Iterator
from itertools import islice

from tmf_server.apis.ordering.rules.prices import PRICE, price_ids
from tmf_server.apis.ordering.rules.states import Document, Known, Target

OFFERING = "productOffering"
MOST_PARTS = 1_000  # of a bundle and of the bundles inside
Part = tuple[Document, int]
"""A priced offering, and its number in a bundle."""


def is_sum(offering: Document) -> bool:
    """Tell whether the price of the bundle is the sum of its parts."""
    return not offering.get(PRICE) and bool(_defaults(offering, ()))


def wanted(offering: Document, known: Known) -> Iterator[Target]:
    """Yield the default offerings of a bundle without a price, and their prices."""
    for id_, part, _ in islice(_walk(offering, known, ()), MOST_PARTS):
        yield OFFERING, id_
        if part is not None:
            yield from ((PRICE, one) for one in price_ids(part))


def parts(offering: Document, known: Known, ordered: Collection[str] = ()) -> list[Part]:
    """Return the priced default parts of the bundle, save parts replaced by `ordered` offerings.

    Empty for a bundle of more than MOST_PARTS parts.
    """
    found = list(islice(_walk(offering, known, ordered), MOST_PARTS + 1))
    if len(found) > MOST_PARTS:
        return []
    return [(part, number) for _, part, number in found if part is not None and part.get(PRICE)]


def _walk(offering: Document, known: Known, left_out: Collection[str]) -> Iterator[tuple[str, Document | None, int]]:
    """Yield the default parts of the bundle, and of parts without a price: id, offering, number."""
    waiting = [(offering, tuple(left_out), 1)]
    for holder, above, times in waiting:  # grows during the walk
        for id_, number in _defaults(holder, above).items():
            part = known.get((OFFERING, id_))
            yield id_, part, number * times
            if part is not None and not part.get(PRICE):
                waiting.append((part, (*above, id_), number * times))


def _defaults(offering: Document, left_out: Collection[str]) -> dict[str, int]:
    """Return the ids and numbers of the offerings in a bundle without a choice of the customer.

    A group counts as chosen when a member is left out: the order has the member already.
    """
    found: dict[str, int] = {}
    groups = [one.get("bundledProductOffering", ()) for one in offering.get("bundledGroupProductOffering", ())]
    singles = [[one] for one in offering.get("bundledProductOffering", ())]
    for members in (*singles, *groups):
        if any(one.get("id") in left_out for one in members):
            continue
        for one in members:
            number = (one.get("bundledProductOfferingOption") or {}).get("numberRelOfferDefault", 0)
            if number > 0 and isinstance(one.get("id"), str):
                found[one["id"]] = found.get(one["id"], 0) + number
    return found
