"""Exact comparison with numbers kept by a database as 64-bit integers or doubles. Pure.

A document's number is given by the digits: 0.1 is a tenth, not the nearest double. A bound from a query may lie
between two doubles; the functions here move the bound to the next number of the kind, so the answer stays exact.
"""

import math
from decimal import Decimal
from typing import NamedTuple

LEAST, GREATEST = -(2**63), 2**63 - 1
# Every smaller integer is a double, so a double column has lost nothing of an integer.
EXACT = 2**53
# Wider than any double, narrow enough for PostgreSQL's numeric.
WIDEST, NARROWEST = Decimal("1e310"), Decimal("1e-330")


class Bound(NamedTuple):
    """An operator and the number to compare with."""

    operator: str
    value: int | float


def double_bound(operator: str, value: int | Decimal) -> Bound | None:
    """Return the comparison of doubles equal to the comparison with `value`; None when no double can pass."""
    try:
        near = float(value)
    except OverflowError:
        near = math.inf if value > 0 else -math.inf
    written = Decimal(repr(near))
    if written == value:
        return Bound(operator, near)
    if operator == "eq":
        return None
    upwards = operator in ("gt", "gte")
    inside = written > value if upwards else written < value
    return Bound(("gt" if upwards else "lt") + ("e" if inside else ""), near)


def integer_bound(operator: str, value: int | Decimal) -> Bound | None:
    """Return the comparison of 64-bit integers equal to the comparison with `value`; None when no integer can pass."""
    floor = math.floor(value)
    if floor != value:
        if operator == "eq":
            return None
        operator = "gt" if operator in ("gt", "gte") else "lte"
    if LEAST <= floor <= GREATEST:
        return Bound(operator, floor)
    fulfilled = (floor < LEAST) == (operator in ("gt", "gte"))
    return Bound("gte", LEAST) if fulfilled and operator != "eq" else None


def bounded(number: Decimal) -> Decimal:
    """Return the number, bounded where beyond every double: exponents in queries are not to cost memory."""
    if abs(number) > WIDEST:
        return WIDEST.copy_sign(number)
    return NARROWEST.copy_sign(number) if 0 < abs(number) < NARROWEST else number
