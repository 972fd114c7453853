"""Rules of bills and rates, and the sums of a bill: exact, rounded once, never drifting (TMF678; ISO 4217)."""

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmf_server.apis.billing.rules import bills as rules
from tmf_server.apis.billing.rules.making import Charge, Occasion, bill_of, charge_of, period_of, totals
from tmf_server.errors import Conflict, Fault
from tmf_server.rules.instants import parse_instant
from tmf_server.rules.money import exact, minor_digits, number, rounded, total

CURRENCIES = ("EUR", "JPY", "KWD", "CLF")
NOW = parse_instant("2026-11-22T10:00:00Z")
Document = dict[str, Any]


def money(value: float | None, unit: str | None = "EUR") -> Document:
    return {name: one for name, one in (("unit", unit), ("value", value)) if one is not None}


def taxes(*values: float | None, unit: str = "EUR", holder: str = "TaxItem") -> list[Document]:
    return [
        {"@type": holder, "taxCategory": "VAT", "taxRate": 0.2}
        | ({} if one is None else {"taxAmount": money(one, unit)})
        for one in values
    ]


def bill(excluded: float | None, included: float | None, *tax: float | None, **more: Any) -> Document:
    amounts = {"taxExcludedAmount": excluded, "taxIncludedAmount": included}
    found: Document = {name: money(one) for name, one in amounts.items() if one is not None}
    return found | ({"taxItem": taxes(*tax)} if tax else {}) | more


def pointers(faults: Any) -> list[str]:
    return [fault.pointer for fault in faults]


@pytest.mark.parametrize(
    "good",
    [
        {},
        bill(40, 50, 10),
        bill(40, 50, 4, 6),
        bill(0.1, 0.3, 0.2),  # as doubles they do not add up
        bill(34.99, 34.990, 0),
        bill(-40, -50, -10),
        bill(0.004, 0.0051, 0.0008),  # less than half a cent off
        bill(40, 60),  # no tax is said
        bill(40, 60, None),  # nor how much it is
        bill(None, 50, 10),
        bill(40, None, 10),
        {"amountDue": money(5), "remainingAmount": money(1)},
        {"taxIncludedAmount": {"unit": "pieces"}},
    ],
)
def test_a_bill_whose_amounts_add_up_is_taken(good: Document) -> None:
    assert list(rules.bill_amounts(good)) == []


@pytest.mark.parametrize(
    "wrong", [bill(40, 51, 10), bill(40, 50.01, 10), bill(40, 50, 10, 1), bill(40, 50, 9.995), bill(40, 39, 1)]
)
def test_a_bill_whose_amounts_do_not_is_told_what_would(wrong: Document) -> None:
    faults = list(rules.bill_amounts(wrong))
    assert pointers(faults) == ["/taxIncludedAmount/value", "/taxExcludedAmount/value", "/taxItem"]


def test_the_faults_say_each_amount_that_would_do() -> None:
    first, second, third = rules.bill_amounts(bill(40, 51, 10))
    assert first == Fault("/taxIncludedAmount/value", "expected 50, which is 40 and 10 of tax, not 51")
    assert second.expected.startswith("expected 41")
    assert third.expected == "expected 11 of tax in all, not 10"


def test_yen_have_no_hundredths_and_dinars_have_thousandths() -> None:
    def of(unit: str, excluded: float, tax: float, included: float) -> list[Fault]:
        document = {"taxExcludedAmount": money(excluded, unit), "taxIncludedAmount": money(included, unit)}
        return list(rules.rate_amounts(document | {"appliedTax": taxes(tax, unit=unit)}))

    assert of("JPY", 100.2, 10.1, 110) == []
    assert of("JPY", 100, 10, 111) != []
    assert of("KWD", 1.001, 0.1, 1.1) != []
    assert of("EUR", 1.001, 0.1, 1.1) == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"taxIncludedAmount": money(1, "ABC")}, ["/taxIncludedAmount/unit"]),
        ({"taxIncludedAmount": money(1, None)}, ["/taxIncludedAmount/unit"]),
        ({"amountDue": money(1), "remainingAmount": money(1, "USD")}, ["/remainingAmount/unit"]),
        ({"taxIncludedAmount": money(1), "taxItem": taxes(1, unit="USD")}, ["/taxItem/0/taxAmount/unit"]),
        (
            {"amountDue": money(1), "appliedTax": taxes(1, 2, unit="usd")},
            ["/appliedTax/0/taxAmount/unit", "/appliedTax/1/taxAmount/unit"],
        ),
        (
            {"taxIncludedAmount": money(1), "appliedPayment": [{"appliedAmount": money(1, "CHF")}, {}]},
            ["/appliedPayment/0/appliedAmount/unit"],
        ),
    ],
)
def test_a_bill_has_one_currency_that_there_is(document: Document, expected: list[str]) -> None:
    assert pointers(rules.bill_amounts(document)) == expected


def test_a_rate_that_names_a_bill_is_billed() -> None:
    reference = {"bill": {"id": "b"}}
    assert rules.billed_once(reference, None, NOW) == {"isBilled": True}
    assert rules.billed_once({}, None, NOW) == {"isBilled": False}
    assert rules.billed_once({"isBilled": True}, None, NOW) == {}
    assert pointers(rules.billed_is_with_a_bill(reference | {"isBilled": False})) == ["/isBilled"]
    assert list(rules.billed_is_with_a_bill(reference | {"isBilled": True})) == []


BILLED = {"isBilled": True, "bill": {"id": "b"}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BILLED, {"isBilled": True, "bill": {"id": "c"}}),
        (BILLED, {"isBilled": True}),
        (BILLED, {"isBilled": False}),
        (BILLED, {}),
        ({"isBilled": True}, {"isBilled": False}),
    ],
)
def test_a_billed_rate_stays_on_its_bill(before: Document, after: Document) -> None:
    with pytest.raises(Conflict, match="billed once"):
        rules.billed_once(after, before, NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BILLED, BILLED | {"name": "x"}),
        ({"isBilled": False}, BILLED),
        ({"isBilled": True}, BILLED),
        ({"isBilled": True}, {}),
    ],
)
def test_what_is_not_billed_may_be(before: Document, after: Document) -> None:
    assert ({"isBilled": True} | after | rules.billed_once(after, before, NOW))["isBilled"] is True


def test_a_number_is_given_once_and_kept() -> None:
    given_number = rules.numbered({"id": "b"}, None, NOW)["billNo"]
    assert given_number == rules.bill_number("b", NOW)
    assert given_number.startswith("20261122-")
    assert rules.bill_number("c", NOW) != given_number
    assert rules.numbered({"id": "b"}, {"billNo": "7"}, NOW) == {"billNo": "7"}
    assert rules.numbered({"id": "b", "billNo": "8"}, {"billNo": "7"}, NOW) == {}


def test_what_there_is_one_bill_of() -> None:
    period = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"}
    one = {"billingAccount": {"id": "a"}, "billingPeriod": period, "taxIncludedAmount": money(1)}
    digest = rules.account_period(one)
    assert digest is not None
    shifted = {"startDateTime": "2026-10-01T02:00:00+02:00", "endDateTime": "2026-11-01T00:00:00.000Z"}
    assert rules.account_period(one | {"billingPeriod": shifted, "id": "other"}) == digest
    for other in (
        {"billingAccount": {"id": "b"}},
        {"taxIncludedAmount": money(1, "USD")},
        {"billingPeriod": period | {"endDateTime": "2026-11-01T00:00:00.001Z"}},
    ):
        assert rules.account_period(one | other) not in (None, digest)
    for missing in ("billingAccount", "billingPeriod"):
        assert rules.account_period({name: value for name, value in one.items() if name != missing}) is None
    assert rules.account_period(one | {"billingPeriod": {"endDateTime": "2026-11-01T00:00:00Z"}}) is None


def rate(excluded: float | None, included: float | None, *tax: float | None, **more: Any) -> Document:
    document = bill(excluded, included, **more)
    account = {"billingAccount": {"@type": "BillingAccountRef", "id": "a"}}
    return account | document | ({"appliedTax": taxes(*tax, holder="AppliedBillingTaxRate")} if tax else {})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (rate(40, 50, 10), ("40", "50", ["10"])),
        (rate(40, None, 10), ("40", "50", ["10"])),
        (rate(None, 50, 10), ("40", "50", ["10"])),
        (rate(40, 50), ("40", "50", ["10"])),
        (rate(40, 50, 4, None), ("40", "50", ["4", "6"])),
        (rate(50, None), ("50", "50", [])),
    ],
)
def test_what_a_rate_leaves_out_follows_from_the_rest(document: Document, expected: tuple[str, str, list[str]]) -> None:
    charge = charge_of(document)
    assert charge is not None
    assert (str(charge.excluded), str(charge.included), [str(one) for _, one in charge.taxes]) == expected


def test_a_rate_that_says_no_amount_cannot_be_billed() -> None:
    assert charge_of(rate(None, None)) is None
    assert charge_of(rate(None, None, 5)) is None


AMOUNT = st.decimals(min_value=-10_000_000, max_value=10_000_000, allow_nan=False, places=6)
TAX = st.tuples(st.sampled_from([("VAT", 0.2), ("VAT", 0.05), ("City", 3), (None, None)]), AMOUNT)


@st.composite
def charges(draw: st.DrawFn, *, whole: bool = False) -> list[Charge]:
    currency = draw(st.sampled_from(CURRENCIES))

    def fit(amount: Decimal) -> Decimal:
        return rounded(amount, currency) if whole else amount

    found = []
    for excluded, parts in draw(st.lists(st.tuples(AMOUNT, st.lists(TAX, max_size=3)), min_size=1, max_size=30)):
        pairs = tuple((kind, fit(amount)) for kind, amount in parts)
        without = fit(excluded)
        found.append(Charge("x", currency, without, total([without, *(one for _, one in pairs)]), pairs))
    return found


@given(charges())
def test_a_bill_adds_up_and_is_off_by_less_than_one_rounding(made: list[Charge]) -> None:
    sums = totals(made)
    assert total([sums.excluded, *(one for _, one in sums.taxes)]) == sums.included
    half = Decimal(1).scaleb(-minor_digits(sums.currency)) / 2
    assert abs(sums.included - total(one.included for one in made)) <= half
    assert abs(sums.excluded - total(one.excluded for one in made)) <= half
    for amount in (sums.excluded, sums.included, *(one for _, one in sums.taxes)):
        assert amount == rounded(amount, sums.currency)


@given(charges(whole=True))
def test_sums_of_whole_units_never_drift(made: list[Charge]) -> None:
    sums = totals(made)
    assert sums.included == total(one.included for one in made)
    assert sums.excluded == total(one.excluded for one in made)
    by_kind: dict[Any, Decimal] = {}
    for kind, amount in (pair for one in made for pair in one.taxes):
        by_kind[kind] = by_kind.get(kind, Decimal(0)) + amount
    assert dict(sums.taxes) == {kind: amount for kind, amount in by_kind.items() if amount}


def test_a_thousand_tenths_are_a_hundred() -> None:
    document = bill_of([rate(0.1, 0.12, 0.02)] * 1000, Occasion("b", NOW, 14))
    assert document["taxExcludedAmount"] == money(100)
    assert document["taxIncludedAmount"] == money(120)
    assert [one["taxAmount"] for one in document["taxItem"]] == [money(20)]
    assert list(rules.bill_amounts(document)) == []


@given(charges())
def test_every_bill_that_is_made_keeps_the_rules(made: list[Charge]) -> None:
    rates = [
        {
            "billingAccount": {"id": "a"},
            "taxExcludedAmount": {"unit": one.currency, "value": number(one.excluded)},
            "taxIncludedAmount": {"unit": one.currency, "value": number(one.included)},
            "appliedTax": [
                {
                    "taxCategory": kind[0],
                    "taxRate": kind[1],
                    "taxAmount": {"unit": one.currency, "value": number(amount)},
                }
                for kind, amount in one.taxes
            ],
        }
        for one in made
    ]
    assert list(rules.bill_amounts(bill_of(rates, Occasion("b", NOW, 14)))) == []


def test_a_bill_says_all_that_it_is_about() -> None:
    rates = [
        rate(10, 12, 2, name="voice", date="2026-11-03T00:00:00Z"),
        rate(20, 24, 4, name="voice", periodCoverage={"startDateTime": "2026-11-01T00:00:00Z"}),
        rate(0.005, 0.005, name="data"),
    ]
    party = {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "customer"}
    made = bill_of(rates, Occasion("b", NOW, 14, (party,)))
    assert made["billDate"] == "2026-11-22T10:00:00.000Z"
    assert made["paymentDueDate"] == "2026-12-06T10:00:00.000Z"
    assert made["billingPeriod"] == {"startDateTime": "2026-11-01T00:00:00.000Z", "endDateTime": made["billDate"]}
    assert made["billingAccount"] == rates[0]["billingAccount"]
    assert made["relatedParty"] == [party]
    assert (made["taxExcludedAmount"], made["amountDue"]) == (money(30.01), money(36.01))
    [document] = made["billDocument"]
    text = base64.b64decode(document["content"]).decode()
    assert document["size"] == {"amount": len(text.encode()), "units": "bytes"}
    assert "voice (2): 30.00 EUR" in text
    assert "data (1): 0.005 EUR" in text
    assert "To be paid: 36.01 EUR" in text


def test_many_names_end_in_one_line() -> None:
    rates = [rate(1, 1, name=f"charge {number}") for number in range(1000)]
    made = bill_of(rates, Occasion("b", NOW, 14))
    text = base64.b64decode(made["billDocument"][0]["content"]).decode()
    assert "Other charges (800): 800.00 EUR" in text
    assert text.count("\n") < 220


def test_a_period_is_open_where_no_rate_says_when() -> None:
    assert period_of([{}], NOW) == {"endDateTime": "2026-11-22T10:00:00.000Z"}
    later = {"date": "2027-01-01T00:00:00Z"}
    assert period_of([later], NOW) == {"endDateTime": "2026-11-22T10:00:00.000Z"}


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_amounts_go_through_json_unchanged(amount: Decimal) -> None:
    assert exact(number(amount)) == amount


@pytest.mark.parametrize("amount", ["9007199254740993.01", "12345678901234567890.12", "18446744073709551617"])
def test_an_amount_that_no_double_is_is_not_written_down_wrong(amount: str) -> None:
    with pytest.raises(OverflowError):
        number(Decimal(amount))
