"""Bills on demand (TMF678): what they collect, how they end, that no rate is ever billed twice, and the events."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.apis.test_noun_events import bodies, names
from tests.support.nouns.bills import V4, V5, Document, account, bill, ids, load, money, rate, read, request, tried
from tests.support.published import FOUND, MISSING, request_examples
from tests.support.servers.served import Served, serving_app
from tmf_server.apis.billing.bills_on_demand import BillsOnDemand
from tmf_server.config import Settings
from tmf_server.rules.instants import parse_instant

BILL, RATE, ON_DEMAND = "customerBill", "appliedCustomerBillingRate", "customerBillOnDemand"
CUSTOMERS = "/tmf-api/customerManagement/v5/customer"
PARTY = {"@type": "PartyRef", "id": "p", "@referredType": "Individual"}


def listed(client: httpx.Client, noun: str) -> list[Document]:
    documents: list[Document] = client.get(f"{V5}/{noun}?limit=1000").json()
    return documents


def add_customer(client: httpx.Client, id_: str, *accounts: str) -> None:
    named = [{"@type": "AccountRef", "id": one, "@referredType": "BillingAccount"} for one in accounts]
    answer = client.post(CUSTOMERS, json={"id": id_, "name": "Ann", "engagedParty": PARTY, "account": named})
    assert answer.status_code == 201, answer.text


# -- what a bill is made of ---------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_the_unbilled_rates_of_the_account_become_a_bill(served: Served, base: str) -> None:
    client = served.client
    add_customer(client, "c", "A-1")
    load(
        served,
        RATE,
        rate("r1", 0.1, 0.02, 0.12),
        rate("r2", 0.2, 0.01, 0.21, date="2026-11-01T00:00:00.000Z"),
        rate("r3", billingAccount=account("A-2")),
        rate("r4", isBilled=True, bill={"@type": "CustomerBillRef", "id": "before"}),
    )
    done = request(client, base=base)
    assert done["state"] == "done"
    made = read(client, BILL, done["customerBill"]["id"])
    assert done["customerBill"]["href"].endswith(f"{base}/{BILL}/{made['id']}")
    assert (made["state"], made["category"], made["runType"]) == ("new", "normal", "offCycle")
    assert (made["taxExcludedAmount"], made["taxIncludedAmount"]) == (money(0.3), money(0.33))
    assert (made["amountDue"], made["remainingAmount"]) == (money(0.33), money(0.33))
    [tax] = made["taxItem"]
    assert (tax["taxCategory"], tax["taxRate"], tax["taxAmount"]) == ("VAT", 0.2, money(0.03))
    assert made["billingAccount"] == account()
    assert made["billingPeriod"] == {"startDateTime": "2026-11-01T00:00:00.000Z", "endDateTime": made["billDate"]}
    [party] = made["relatedParty"]
    assert party["role"] == "customer"
    assert party["partyOrPartyRole"]["href"].endswith(f"{CUSTOMERS}/c")
    assert b"To be paid: 0.33 EUR" in base64.b64decode(made["billDocument"][0]["content"])
    assert ids(client, RATE, f"bill.id={made['id']}&isBilled=true") == ["r1", "r2"]
    assert ids(client, RATE, "isBilled=false") == ["r3"]
    assert read(client, RATE, "r4")["bill"]["id"] == "before"
    assert client.get(done["href"]).json() == done


def test_who_asks_is_on_the_bill(served: Served) -> None:
    load(served, RATE, rate("r1"))
    asking = {"id": "p-1", "role": "requester", "@referredType": "Individual"}
    done = request(served.client, base=V4, relatedParty=asking)
    assert done["relatedParty"]["id"] == "p-1"
    [shown] = read(served.client, BILL, done["customerBill"]["id"], V4)["relatedParty"]
    assert shown.items() >= asking.items()


def test_a_bill_keeps_to_be_paid_until_it_is(served: Served) -> None:
    add_customer(served.client, "c", "A-1")
    load(served, RATE, rate("r1"))
    done = request(served.client)
    answer = served.client.delete(f"{CUSTOMERS}/c")
    assert answer.status_code == 409
    assert done["customerBill"]["id"] in answer.json()["reason"]


def test_each_currency_has_a_bill_of_its_own(served: Served) -> None:
    load(served, RATE, rate("r1", unit="USD"), rate("r2"), rate("r3", unit="JPY"), rate("r4", unit="USD"))
    done = request(served.client)
    amounts = {one["id"]: one["taxIncludedAmount"] for one in listed(served.client, BILL)}
    assert sorted(map(str, amounts.values())) == sorted(map(str, [money(24, "USD"), money(12), money(12, "JPY")]))
    assert amounts[done["customerBill"]["id"]] == money(24, "USD")  # that of the oldest rate
    assert ids(served.client, RATE, "isBilled=false") == []


def test_rates_that_say_no_amount_wait(served: Served) -> None:
    load(served, RATE, {"@type": "AppliedCustomerBillingRate", "id": "r1", "billingAccount": account()})
    assert "no rate that is not billed" in request(served.client)["reason"]
    load(served, RATE, rate("r2"))
    assert request(served.client)["state"] == "done"
    assert ids(served.client, RATE, "isBilled=false") == ["r1"]


def test_many_small_rates_add_up_to_the_cent(served: Served) -> None:
    load(served, RATE, *(rate(f"r{n}", 0.1, 0.02, 0.12) for n in range(300)))
    made = read(served.client, BILL, request(served.client)["customerBill"]["id"])
    assert (made["taxExcludedAmount"], made["taxIncludedAmount"]) == (money(30), money(36))
    assert ids(served.client, RATE, "isBilled=false") == []


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_the_published_request_is_done(served: Served) -> None:
    load(served, RATE, rate("r1", billingAccount=account("A0815")))
    [example] = [one.value for one in request_examples() if one.operation == "createCustomerBillOnDemand"]
    answer = served.client.post(f"{V5}/{ON_DEMAND}", json=example)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["state"] == "done"
    assert {name: made[name] for name in example if name != "lastUpdate"}.items() <= example.items()


# -- how requests end that make no bill ---------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_an_unknown_account_is_rejected(served: Served, base: str) -> None:
    for _ in range(2):  # that somebody asked does not make it known
        done = request(served.client, "nowhere", base)
        assert done["state"] == "rejected"
        assert done["reason"] == "The billing account 'nowhere' is unknown: no rate, bill or customer here names it."
        assert "customerBill" not in done
        assert served.client.get(done["href"]).json() == done
    assert listed(served.client, BILL) == []


def test_a_request_does_not_say_itself_which_bill_it_made(served: Served) -> None:
    own: Any = {"customerBill": {"@type": "CustomerBillRef", "id": "mine"}}
    assert "customerBill" not in request(served.client, **own)
    load(served, RATE, rate("r1"))
    assert request(served.client, **own)["customerBill"]["id"] != "mine"


def known_by_a_rate(served: Served) -> None:
    load(served, RATE, rate("r", isBilled=True))


def known_by_a_bill(served: Served) -> None:
    load(served, BILL, bill("b"))


def known_by_a_customer(served: Served) -> None:
    add_customer(served.client, "c", "A-1")


@pytest.mark.parametrize("known", [known_by_a_rate, known_by_a_bill, known_by_a_customer])
def test_an_account_without_unbilled_rates_is_rejected(served: Served, known: Callable[[Served], None]) -> None:
    known(served)
    done = request(served.client)
    assert (done["state"], done["reason"]) == ("rejected", "The billing account 'A-1' has no rate that is not billed.")


def test_an_account_that_becomes_known_is_billed(served: Served) -> None:
    assert request(served.client)["state"] == "rejected"
    load(served, RATE, rate("r1"))
    assert request(served.client)["state"] == "done"
    assert request(served.client)["state"] == "rejected"
    load(served, RATE, rate("r2"))
    assert request(served.client)["state"] == "done"
    assert len({one["billNo"] for one in listed(served.client, BILL)}) == 2


def test_a_request_without_an_account(client: httpx.Client) -> None:
    answer = client.post(f"{V4}/{ON_DEMAND}", json={"name": "x"})
    assert (answer.status_code, answer.json()["state"]) == (201, "rejected")
    assert answer.json()["reason"] == "The request names no billing account."
    answer = client.post(f"{V5}/{ON_DEMAND}", json={"@type": "CustomerBillOnDemand"})
    assert answer.status_code == 400
    assert "/billingAccount" in answer.json()["message"]


@pytest.mark.parametrize("state", ["done", "rejected", "terminatedWithError"])
def test_a_request_that_says_it_has_ended_does_nothing(served: Served, state: str) -> None:
    load(served, RATE, rate("r1"))
    assert request(served.client, state=state)["state"] == state
    assert listed(served.client, BILL) == []


def test_a_sum_that_json_cannot_carry_is_not_written_down_wrong(served: Served) -> None:
    load(served, RATE, rate("r1", 9007199254740992, 0, 9007199254740992), rate("r2", 0.01, 0, 0.01))
    done = request(served.client)
    assert done["state"] == "terminatedWithError"
    assert "9007199254740992.01" in done["reason"]
    assert listed(served.client, BILL) == []
    assert ids(served.client, RATE, "isBilled=false") == ["r1", "r2"]


def test_more_rates_than_a_request_may_have(database_url: str) -> None:
    with serving_app(database_url, max_bill_rates=2) as served:
        load(served, RATE, *(rate(f"r{n}") for n in range(3)))
        answer = served.client.post(
            f"{V5}/{ON_DEMAND}", json={"@type": "CustomerBillOnDemand", "billingAccount": account()}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "tooCostly")
        assert listed(served.client, ON_DEMAND) == []


def test_a_failure_leaves_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    load(served, RATE, rate("r1"), rate("r2"))
    inner = BillsOnDemand._bill

    def failing(*arguments: Any) -> Any:
        inner(*arguments)
        raise RuntimeError("after the bill")

    monkeypatch.setattr(BillsOnDemand, "_bill", failing)
    body = {"@type": "CustomerBillOnDemand", "billingAccount": account()}
    assert served.client.post(f"{V5}/{ON_DEMAND}", json=body).status_code == 500
    assert [listed(served.client, noun) for noun in (BILL, ON_DEMAND)] == [[], []]
    assert ids(served.client, RATE, "isBilled=false") == ["r1", "r2"]


# -- at once ------------------------------------------------------------------------------------------
def test_requests_at_once_never_bill_a_rate_twice(database_url: str) -> None:
    """Two servers on one database, as two processes would be, and rates that arrive meanwhile."""
    with serving_app(database_url) as one, serving_app(database_url) as other, ThreadPoolExecutor(12) as pool:
        load(one, RATE, *(rate(f"r{n}", billingAccount=account(f"A-{n % 3}")) for n in range(60)))
        late = [pool.submit(tried, one, RATE, rate(f"late{n}", billingAccount=account("A-0"))) for n in range(3)]
        asked = [pool.submit(request, (one, other)[n % 2].client, f"A-{n % 3}") for n in range(18)]
        assert all(done.result().imported == 1 for done in late)
        ended = [task.result() for task in asked]
        last = request(one.client, "A-0")
        bills = {task["customerBill"]["id"] for task in [*ended, last] if task["state"] == "done"}
        assert {task["state"] for task in ended} <= {"done", "rejected"}
        found = listed(one.client, BILL)
        assert {made["id"] for made in found} == bills
        rates = listed(one.client, RATE)
        assert len(rates) == 63
        assert all(each["isBilled"] for each in rates)
        for made in found:
            mine = [each for each in rates if each["bill"]["id"] == made["id"]]
            assert made["taxIncludedAmount"] == money(12 * len(mine))
            assert {each["billingAccount"]["id"] for each in mine} == {made["billingAccount"]["id"]}
        assert sum(made["taxIncludedAmount"]["value"] for made in found) == 12 * 63


# -- events -------------------------------------------------------------------------------------------
def test_both_versions_are_told_in_the_order_in_which_it_happened(served: Served) -> None:
    load(served, RATE, rate("r1"))
    request(served.client)
    request(served.client, "nowhere", V4)
    for version in ("v4", "v5"):
        assert names(served, "TMF678", version) == [
            "CustomerBillOnDemandCreateEvent",
            "CustomerBillCreateEvent",
            "CustomerBillOnDemandStateChangeEvent",
            "CustomerBillOnDemandCreateEvent",
            "CustomerBillOnDemandStateChangeEvent",
        ]
    told = [
        one["event"]["customerBillOnDemand"] for one in bodies(served, "TMF678", "v4") if "OnDemand" in one["eventType"]
    ]
    assert [one["state"] for one in told] == ["inProgress", "done", "inProgress", "rejected"]
    assert told[1]["customerBill"]["href"].rpartition("/")[0].endswith(f"{V4}/{BILL}")


def test_a_bill_is_to_be_paid_within_the_days_that_are_set(database_url: str) -> None:
    assert Settings().billing.payment_days == 14
    with serving_app(database_url, payment_days=30) as served:
        load(served, RATE, rate("r1"))
        made = read(served.client, BILL, request(served.client)["customerBill"]["id"])
        due, made_on = parse_instant(made["paymentDueDate"]), parse_instant(made["billDate"])
        assert due - made_on == 30 * 86_400_000_000
