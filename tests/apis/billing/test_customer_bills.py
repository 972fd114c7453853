"""Customer bills, rates and bill cycles (TMF678): what is loaded, what each version shows, what may change, filters."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from tests.apis.test_noun_events import bodies, names
from tests.support.nouns.bills import V4, V5, account, bill, customer, ids, load, money, rate, read, tried
from tests.support.published import FOUND, MISSING, answer_examples, request_examples
from tests.support.servers.served import Served
from tmf_server.apis.billing import tables
from tmf_server.storage.connection.driver import fetch_all
from tmf_server.storage.query.conditions import Compare, Selection
from tmf_server.storage.query.select import Selector

BILL, RATE = "customerBill", "appliedCustomerBillingRate"
PERIOD = {"startDateTime": "2026-10-01T00:00:00Z", "endDateTime": "2026-11-01T00:00:00Z"}
Document = dict[str, Any]


def patch(client: httpx.Client, id_: str, base: str = V5, **attributes: Any) -> httpx.Response:
    typed = {"@type": "CustomerBill"} if base == V5 else {}
    return client.patch(f"{base}/{BILL}/{id_}", json=typed | attributes)


# -- what is loaded -----------------------------------------------------------------------------------
def test_the_server_sets_what_a_bill_leaves_out(served: Served) -> None:
    load(served, BILL, bill("b"))
    shown = read(served.client, BILL, "b")
    assert shown["state"] == "new"
    assert shown["billNo"].startswith(shown["billDate"][:10].replace("-", "") + "-")
    assert shown["billDate"].endswith("Z")
    assert shown["lastUpdate"].endswith("Z")
    own: dict[str, Any] = {"state": "sent", "billNo": "7", "billDate": "2026-11-01T00:00:00.000Z"}
    load(served, BILL, bill("c", **own))
    assert own.items() <= read(served.client, BILL, "c").items()


def test_what_one_version_loads_the_other_shows(served: Served) -> None:
    client = served.client
    shown = {name: value for name, value in rate("r").items() if name not in ("@type", "appliedBillingRateType")}
    load(served, RATE, shown | {"type": "usage", "bill": {"id": "b"}, "isBilled": True}, version="v4")
    load(
        served,
        BILL,
        {"id": "b", "relatedParty": [{"id": "c", "role": "customer", "@referredType": "Customer"}]},
        version="v4",
    )
    seen = read(client, RATE, "r")
    assert (seen["appliedBillingRateType"], seen["bill"]["@type"]) == ("usage", "CustomerBillRef")
    assert "href" not in seen["bill"]  # the bill was not here when the rate came
    assert read(client, RATE, "r", V4)["type"] == "usage"
    assert read(client, BILL, "b")["relatedParty"][0]["partyOrPartyRole"]["id"] == "c"
    assert read(client, BILL, "b", V4)["relatedParty"][0]["id"] == "c"


def test_a_bill_cycle_is_of_v5_only(served: Served) -> None:
    cycle = {"@type": "BillCycle", "id": "bc", "name": "november", "billingDate": "2026-11-22T12:00:00.000Z"}
    load(served, "billCycle", cycle)
    assert cycle.items() <= read(served.client, "billCycle", "bc").items()
    assert ids(served.client, "billCycle", "billingDate.gt=2026-11-01T00:00:00Z&name=november") == ["bc"]
    assert served.client.get(f"{V4}/billCycle/bc").status_code == 404
    load(served, BILL, bill("b", billCycle={"@type": "BillCycleRef", "id": "bc"}))
    assert ids(served.client, BILL, "billCycle.id=bc") == ["b"]
    assert "billCycle" not in read(served.client, BILL, "b", V4)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (bill("b", 40, 10, 51), "/taxIncludedAmount/value: expected 50"),
        (bill("b", unit="EURO"), "/taxIncludedAmount/unit: expected an ISO 4217 currency such as EUR, not 'EURO'"),
        (bill("b", amountDue=money(50, "USD")), "/amountDue/unit: expected EUR"),
        (bill("b", state="paid"), "/state"),
        (bill("b", runType="manual"), "/runType"),
        (bill("b", taxIncludedAmount={"unit": "EUR", "value": "fifty"}), "/taxIncludedAmount/value"),
    ],
)
def test_a_bill_that_is_wrong_is_refused_with_the_place(served: Served, document: Document, pointer: str) -> None:
    done = tried(served, BILL, document, bill("good"))
    assert (done.imported, done.refused) == (1, 1)
    assert pointer in done.log
    assert ids(served.client, BILL, "") == ["good"]


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (rate("r", 10, 2, 12.01), "/taxIncludedAmount/value: expected 12"),
        (rate("r", unit="XXXX"), "/taxIncludedAmount/unit"),
        (rate("r", bill={"@type": "CustomerBillRef", "id": "b"}), "/isBilled: expected true"),
    ],
)
def test_a_rate_that_is_wrong_is_refused_with_the_place(served: Served, document: Document, pointer: str) -> None:
    done = tried(served, RATE, document)
    assert done.refused == 1
    assert pointer in done.log
    assert ids(served.client, RATE, "") == []


# Answers of the published documents that contradict the rules, with what is wrong.
WRONG = {"AppliedCustomerBillingRate_retrieve_example": "40 and 100 of tax are not 50"}


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_the_published_records_can_be_loaded(served: Served) -> None:
    loaded = 0
    for one in answer_examples():
        noun = one.operation.removeprefix("list").removeprefix("retrieve")
        noun = noun[:1].lower() + noun[1:]
        if one.document != "TMF678/v5" or noun not in (BILL, RATE):
            continue
        documents = one.value if isinstance(one.value, list) else [one.value]
        for document in documents:
            done = tried(served, noun, document, upsert=True)
            assert done.refused == (one.name in WRONG), (one.name, done.log)
            loaded += done.imported
    assert loaded == 4


# -- one bill for an account and period ---------------------------------------------------------------
def test_there_is_one_bill_for_an_account_and_a_period(served: Served) -> None:
    load(served, BILL, bill("b", billingPeriod=PERIOD))
    done = tried(served, BILL, bill("c", billingPeriod=PERIOD | {"startDateTime": "2026-10-01T02:00:00+02:00"}))
    assert done.refused == 1
    assert "duplicate: There is one bill per billing account, period and currency" in done.log
    assert "'b' is here already" in done.log
    done = tried(served, BILL, bill("d", billingPeriod=PERIOD, billingAccount=account("A-2")), bill("e"), bill("f"))
    assert done.imported == 3
    twice = [bill(id_, billingPeriod=PERIOD, billingAccount=account("A-3")) for id_ in ("g", "h")]
    done = tried(served, BILL, *twice)
    assert (done.imported, done.refused) == (1, 1)


def test_a_bill_is_not_changed_into_another_ones(served: Served) -> None:
    load(served, BILL, bill("b", billingPeriod=PERIOD), bill("c"))
    load(served, BILL, bill("b", billingPeriod=PERIOD, category="x"), upsert=True)
    done = tried(served, BILL, bill("c", billingPeriod=PERIOD), upsert=True)
    assert "'b' is here already" in done.log
    assert "billingPeriod" not in read(served.client, BILL, "c")


def test_the_database_itself_holds_that(served: Served) -> None:
    load(served, BILL, bill("b", billingPeriod=PERIOD), bill("c"))
    table = tables.customer_bill
    with served.services.database.engine.begin() as connection:
        digest = connection.execute(select(table.c.account_period).where(table.c.id == "b")).scalar_one()
    assert digest is not None
    second = update(table).where(table.c.id == "c").values(account_period=digest)
    with served.services.database.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(second)


# -- what may change ----------------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_a_patch_moves_the_state_and_nothing_else(served: Served, base: str) -> None:
    client = served.client
    load(served, BILL, bill("b"))
    before = read(client, BILL, "b", base)
    moved = patch(client, "b", base, state="validated")
    assert moved.status_code == 200, moved.text
    assert moved.json() == before | {"state": "validated", "lastUpdate": moved.json()["lastUpdate"]}
    assert moved.json()["lastUpdate"] > before["lastUpdate"]
    for name, value in {
        "billNo": "x",
        "taxIncludedAmount": money(1),
        "category": "x",
        "lastUpdate": "2020-01-01T00:00:00Z",
    }.items():
        answer = patch(client, "b", base, **{name: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "unchangeable"), name
        assert f"/{name}" in answer.json()["message"]
    assert patch(client, "b", base, **moved.json()).status_code == 200
    assert patch(client, "b", base, state="settled").status_code == 409
    assert read(client, BILL, "b", base) == moved.json()


def test_v5_also_moves_a_bill_to_another_cycle(served: Served) -> None:
    load(served, BILL, bill("b"))
    cycle = {"@type": "BillCycleRef", "id": "bc"}
    assert patch(served.client, "b", billCycle=cycle).json()["billCycle"] == cycle


def test_the_amounts_are_not_looked_at_when_the_state_moves(served: Served) -> None:
    load(served, BILL, bill("b"))
    changed = {"old": '"value":50', "new": '"value":51'}
    with served.services.database.engine.begin() as connection:
        connection.execute(text("UPDATE customer_bill SET document = replace(document, :old, :new)"), changed)
    assert read(served.client, BILL, "b")["taxIncludedAmount"] == money(51)
    assert patch(served.client, "b", state="validated").status_code == 200


@pytest.mark.parametrize("noun", [BILL, RATE, "billCycle"])
def test_bills_rates_and_cycles_are_not_made_or_removed_over_http(served: Served, noun: str) -> None:
    answer = served.client.post(f"{V5}/{noun}", json={"@type": "CustomerBill"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    answer = served.client.delete(f"{V5}/{noun}/b")
    assert answer.status_code == 405


def test_a_billed_rate_stays_on_its_bill(served: Served) -> None:
    reference = {"@type": "CustomerBillRef", "id": "b"}
    load(served, RATE, rate("r", isBilled=True, bill=reference))
    done = tried(served, RATE, rate("r", isBilled=True, bill=reference | {"id": "c"}), upsert=True)
    assert "billed: The rate is billed on the bill 'b'" in done.log
    done = tried(served, RATE, rate("r"), upsert=True)
    assert "billed once" in done.log
    load(served, RATE, rate("r", isBilled=True, bill=reference, description="more"), upsert=True)
    assert read(served.client, RATE, "r")["description"] == "more"


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_the_published_patches_move_the_state(served: Served) -> None:
    examples = [one for one in request_examples() if one.operation == "patchCustomerBill"]
    assert len(examples) == 4
    for number, one in enumerate(examples):
        load(served, BILL, bill(f"b{number}"))
        # the one of Customer_Bill_Update_JSON_Patch_Query is defective: a JSON Patch is an array of operations
        value = [one.value] if "Query" in one.name else one.value
        headers = {"Content-Type": one.media_type}
        answer = served.client.patch(f"{V5}/{BILL}/b{number}", json=value, headers=headers)
        assert (answer.status_code, answer.json().get("state")) == (200, "onHold"), (str(one), answer.text)


# -- filters ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_amounts_are_compared_exactly(served: Served, base: str) -> None:
    client = served.client
    values = [34.99, 0.3, 1234567890123.45, 35, -5.5]
    load(served, BILL, *(bill(f"b{number}", value, 0, value) for number, value in enumerate(values)))
    path = "taxIncludedAmount.value"
    for query, expected in {
        f"{path}=34.99": ["b0"],
        f"{path}=34.990": ["b0"],
        f"{path}=3499e-2": ["b0"],
        f"{path}=0.3": ["b1"],
        f"{path}=0.30000000000000004": [],
        f"{path}=1234567890123.45": ["b2"],
        f"{path}.gt=34.99": ["b2", "b3"],
        f"{path}.gte=34.99&{path}.lt=35": ["b0"],
        f"{path}.lt=0": ["b4"],
        f"{path}.ne=35": ["b0", "b1", "b2", "b4"],
        f"sort=-{path}": ["b2", "b3", "b0", "b1", "b4"],
        f"sort={path}&amountDue.value.gt=0": ["b1", "b0", "b3", "b2"],
        "taxIncludedAmount.unit=EUR&remainingAmount.value=35.0": ["b3"],
        "taxIncludedAmount.unit=USD": [],
    }.items():
        assert ids(client, BILL, query, base) == expected, query


def test_amounts_lie_in_columns_as_decimals(served: Served) -> None:
    load(served, BILL, bill("b", 0.1, 0.2, 0.3))
    table = tables.customer_bill
    with served.services.database.read() as connection:
        row = connection.execute(select(table.c.tax_excluded_amount, table.c.amount_due, table.c.currency)).one()
    assert tuple(row) == (Decimal("0.1"), Decimal("0.3"), "EUR")


def test_bills_and_rates_are_found_by_what_they_refer_to(served: Served) -> None:
    client = served.client
    load(served, BILL, bill("b1", relatedParty=[customer("c1")]), bill("b2", billingAccount=account("A-2")))
    reference = {"@type": "CustomerBillRef", "id": "b1"}
    load(served, RATE, rate("r1", isBilled=True, bill=reference), rate("r2", billingAccount=account("A-2")))
    for base in (V4, V5):
        assert ids(client, BILL, "billingAccount.id=A-1", base) == ["b1"]
        assert ids(client, RATE, "bill.id=b1", base) == ["r1"]
        assert ids(client, RATE, "billingAccount.id=A-2&isBilled=false", base) == ["r2"]
        assert ids(client, RATE, "isBilled=true", base) == ["r1"]
    assert ids(client, BILL, "relatedParty.id=c1", V4) == ["b1"]
    assert ids(client, BILL, "relatedParty.partyOrPartyRole.id=c1") == ["b1"]
    assert ids(client, RATE, "type=usage", V4) == ["r1", "r2"]
    assert read(client, RATE, "r1")["bill"]["href"].endswith(f"{V5}/{BILL}/b1")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (BILL, ("billingAccount", "id")),
        (BILL, ("relatedParty", "partyOrPartyRole", "id")),
        (RATE, ("bill", "id")),
        (RATE, ("billingAccount", "id")),
    ],
)
def test_references_are_looked_up_in_their_index(served: Served, kind: str, path: tuple[str, ...]) -> None:
    load(
        served,
        BILL,
        *(bill(f"b{n}", billingAccount=account(f"A-{n}"), relatedParty=[customer(f"c{n}")]) for n in range(50)),
    )
    reference = {"@type": "CustomerBillRef", "id": "b1"}
    load(served, RATE, *(rate(f"r{n}", bill=reference | {"id": f"b{n}"}, isBilled=True) for n in range(50)))
    services = served.services
    sqlite = services.database.dialect == "sqlite"
    with services.database.engine.begin() as connection:
        if not sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # fifty rows are read sooner than an index
        wanted = {"billingAccount": "A-1", "relatedParty": "c1", "bill": "b1"}[path[0]]
        condition = Compare(path, "eq", wanted, "text")
        selector = Selector(services.registry, services.database.dialect)
        query = selector.query(connection, services.registry.entities[kind], condition)
        assert len(query.page(Selection(limit=100)).rows) == (50 if path[0] == "billingAccount" and kind == RATE else 1)
        sql, values = query.count_statement()
        plan = "\n".join(
            str(row) for row in fetch_all(connection, f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{sql}", values)
        )
    assert "ix_reference_target" in plan, plan
    assert re.search(r"SCAN [tre]\b|Seq Scan", plan) is None, plan


# -- who needs whom -----------------------------------------------------------------------------------
def test_a_customer_goes_only_when_all_is_paid(served: Served) -> None:
    client = served.client
    customers = "/tmf-api/customerManagement/v5/customer"
    party = {"@type": "PartyRef", "id": "p", "@referredType": "Individual"}
    client.post(customers, json={"id": "c", "name": "Ann", "engagedParty": party})
    load(served, BILL, bill("b", state="sent", relatedParty=[customer("c")]))
    assert read(client, BILL, "b")["relatedParty"][0]["partyOrPartyRole"]["href"].endswith(f"{customers}/c")
    answer = client.delete(f"{customers}/c")
    assert (answer.status_code, answer.json()["code"]) == (409, "inUse")
    assert "customerBill 'b' (relatedParty.partyOrPartyRole)" in answer.json()["reason"]
    assert patch(client, "b", state="settled").status_code == 200
    assert client.delete(f"{customers}/c").status_code == 204


# -- events -------------------------------------------------------------------------------------------
def test_both_versions_are_told_of_bills_and_their_states_only(served: Served) -> None:
    load(served, BILL, bill("b"))
    load(served, RATE, rate("r"))
    patch(served.client, "b", state="validated")
    patch(served.client, "b", billCycle={"@type": "BillCycleRef", "id": "bc"})
    for version in ("v4", "v5"):
        assert names(served, "TMF678", version) == ["CustomerBillCreateEvent", "CustomerBillStateChangeEvent"]
    shown = bodies(served, "TMF678", "v4")[1]["event"]["customerBill"]
    assert shown["state"] == "validated"
    assert f"{V4}/{BILL}/b" in shown["href"]
