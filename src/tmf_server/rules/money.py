"""Currencies (ISO 4217) and exact amounts. No HTTP, no SQL."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from tmf_server.errors import Fault


def _codes(text: str) -> list[str]:
    return text.split()


CURRENCIES = frozenset(
    _codes(
        """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL
    LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
    PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
    TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT
    XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL
    """
    )
)
# Currencies with another minor unit than a hundredth.
MINOR_DIGITS = dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0) | (
    dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3) | {"CLF": 4, "UYW": 4}
)


MOST = 10**15
"""The first amount beyond computing: sums of larger amounts would lose the minor unit."""


def is_countable(value: Any) -> bool:
    """Return true for a number within the bounds of computing, and for anything but a number."""
    return value is None or abs(exact(value)) < MOST


def exact(value: Any) -> Decimal:
    """Return the number as written: 34.99 is Decimal('34.99'), never the binary neighbour."""
    return value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)


# Every double and every 64-bit number has fewer digits, before and behind the point together.
WIDE = Context(prec=700, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum."""
    found = Decimal(0)
    for amount in amounts:
        found = WIDE.add(found, amount)
    return found


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole smallest units of the currency, halves away from zero."""
    return amount.quantize(smallest_unit(currency), context=WIDE)


def number(amount: Decimal) -> int | float:
    """Return the amount as a JSON number. OverflowError for an amount beyond a double."""
    if amount == amount.to_integral_value(context=WIDE):
        found: int | float = int(amount)
    else:
        found = float(amount)
    if exact(float(found)) != amount:
        raise OverflowError(f"{amount} has more digits than a number in JSON can carry")
    return found


def minor_digits(currency: str) -> int:
    """How many decimals the currency's smallest unit has."""
    return MINOR_DIGITS.get(currency, 2)


def smallest_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 of a euro."""
    return Decimal(1).scaleb(-minor_digits(currency))


def currency_faults(node: Any, pointer: str) -> Iterator[Fault]:
    """Yield a fault for every Money (`unit`, `value`) in the node, at any depth, without an ISO 4217 code."""
    if isinstance(node, list):
        for index, element in enumerate(node):
            yield from currency_faults(element, f"{pointer}/{index}")
    elif isinstance(node, dict):
        unit = node.get("unit")
        if "value" in node and isinstance(unit, str) and unit not in CURRENCIES:
            yield Fault(f"{pointer}/unit", f"expected an ISO 4217 currency such as EUR, not {unit[:20]!r}")
        for name, child in node.items():
            if isinstance(child, dict | list):
                yield from currency_faults(child, f"{pointer}/{name}")
