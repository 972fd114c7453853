"""The demo's customers, orders and bills: complete and valid in both versions, and in keeping with each other."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.support.servers.served import Served
from tests.support.views import RECORDS, Record, contract, view
from tmf_server.apis.billing.rules.bills import BILL_LIFECYCLE
from tmf_server.apis.ordering.rules.states import ORDER_LIFECYCLE
from tmf_server.config import Settings
from tmf_server.demo.documents import DOCUMENTS as EVERYTHING
from tmf_server.demo.operator import bills, customers, network, orders
from tmf_server.registry.entity import Document
from tmf_server.rest.schema.validation import Validators

DOCUMENTS = [*customers.DOCUMENTS, *orders.DOCUMENTS, *bills.DOCUMENTS]
ALL = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
VERSIONS = [(api, version) for api in ("TMF622", "TMF629", "TMF678") for version in ("v4", "v5")]
VALIDATORS = Validators([contract(*one) for one in VERSIONS], strict=True)
APIS = {
    **dict.fromkeys(("Customer",), "TMF629"),
    **dict.fromkeys(("ProductOrder", "CancelProductOrder"), "TMF622"),
    **dict.fromkeys(("CustomerBill", "AppliedCustomerBillingRate", "BillCycle", "CustomerBillOnDemand"), "TMF678"),
}
# What the documents or TM Forum's conformance kits want, by type.
COMMON = {"id", "@type"}
MANDATORY = {
    "Customer": COMMON
    | {"name", "description", "role", "status", "statusReason", "validFor", "engagedParty", "account", "agreement"}
    | {"contactMedium", "creditProfile", "characteristic", "paymentMethod", "relatedParty", "partyRoleSpecification"},
    "ProductOrder": COMMON
    | {"externalId", "category", "description", "priority", "state", "creationDate", "requestedStartDate"}
    | {"requestedCompletionDate", "expectedCompletionDate", "notificationContact", "agreement", "billingAccount"}
    | {"channel", "note", "orderTotalPrice", "payment", "relatedParty", "productOrderItem"},
    "CancelProductOrder": COMMON
    | {"cancellationReason", "requestedCancellationDate", "effectiveCancellationDate", "creationDate", "state"}
    | {"productOrder"},
    "CustomerBill": COMMON
    | {"billNo", "category", "state", "runType", "billDate", "nextBillDate", "paymentDueDate", "lastUpdate"}
    | {"billingPeriod", "billCycle", "billingAccount", "financialAccount", "paymentMethod", "relatedParty"}
    | {"taxExcludedAmount", "taxItem", "taxIncludedAmount", "amountDue", "remainingAmount", "billDocument"},
    "AppliedCustomerBillingRate": COMMON
    | {"name", "description", "date", "appliedBillingRateType", "isBilled", "billingAccount", "product", "appliedTax"}
    | {"periodCoverage", "taxExcludedAmount", "taxIncludedAmount", "characteristic"},
    "BillCycle": COMMON
    | {"name", "description", "billingPeriod", "chargeDate", "billingDate", "creditDate", "mailingDate"}
    | {"paymentDueDate", "BillCycleSpecification", "validFor"},
    "CustomerBillOnDemand": COMMON
    | {"name", "description", "state", "lastUpdate", "billingAccount", "customerBill", "relatedParty"},
}


def record(document: Document) -> Record | None:
    """How both versions show the document; None where v4 has nothing of the kind."""
    api = APIS[document["@type"]]
    return next((one for one in RECORDS if (one.api, one.v5) == (api, document["@type"])), None)


def check(document: Document, version: str, *schemas: str) -> None:
    found = contract(APIS[document["@type"]] if version == "v5" else _api(document), version)
    for schema in schemas:
        if schema in found.schemas:
            VALIDATORS.check(found, schema, document)


def _api(shown: Document) -> str:
    return APIS[shown["@type"]]


# -- each record ----------------------------------------------------------------------------------
@ALL
def test_a_record_is_valid_as_an_answer_and_as_a_request_in_both_versions(document: Document) -> None:
    stored = copy.deepcopy(document) | {"href": "https://host/x"}
    type_name = document["@type"]
    check(stored, "v5", type_name, f"{type_name}_FVO")
    found = record(document)
    if found is not None:
        shown = view(found).show(stored)
        check(shown, "v4", found.v4, f"{found.v4}_Create")
        assert view(found).accept(shown, stored) == stored


@ALL
def test_a_record_has_what_is_mandatory(document: Document) -> None:
    wanted = MANDATORY[document["@type"]]
    assert wanted <= document.keys(), wanted - document.keys()
    assert all(document[name] not in (None, "", [], {}) for name in document)


def test_no_two_records_have_the_same_id() -> None:
    ids = [(one["@type"], one["id"]) for one in EVERYTHING]
    assert len(set(ids)) == len(ids)


def references(node: Any) -> Iterator[Document]:
    if isinstance(node, list):
        for element in node:
            yield from references(element)
    elif isinstance(node, dict):
        if "@referredType" in node and "id" in node:
            yield node
        for value in node.values():
            yield from references(value)


def test_references_lead_to_records_of_the_demo() -> None:
    here: dict[str, set[str]] = defaultdict(set)
    for one in EVERYTHING:
        here["Resource" if one["@type"].endswith("Resource") else one["@type"]].add(one["id"])
    led = [one for one in references(DOCUMENTS) if one["@referredType"] in here]
    assert all(one["id"] in here[one["@referredType"]] for one in led)
    kinds = {one["@referredType"] for one in led}
    assert kinds >= {"Customer", "ProductOffering", "Service", "CustomerBill", "BillCycle", "ProductOrder"}
    assert len(led) > 150


# -- orders ---------------------------------------------------------------------------------------
RESTING = {"draft", "acknowledged", "rejected", "pending", "held", "inProgress", "cancelled", "completed", "failed"}


def test_orders_are_in_the_states_that_a_visitor_looks_for() -> None:
    states = {one["state"] for one in orders.ORDERS}
    assert states == {*RESTING, "partial"}
    assert states <= set(ORDER_LIFECYCLE.moves)


def test_an_order_in_an_end_says_when_and_why() -> None:
    for order in orders.ORDERS:
        state = order["state"]
        assert ("completionDate" in order) is (state in {"completed", "partial", "failed"})
        assert ("cancellationDate" in order) is (state == "cancelled")
        assert ("productOrderErrorMessage" in order) is (state in {"rejected", "partial", "failed"})
        for message in order.get("productOrderErrorMessage", ()):
            [named] = message["productOrderItem"]
            item = next(one for one in order["productOrderItem"] if one["id"] == named["productOrderItemId"])
            assert item["state"] in {"rejected", "failed"}
            assert message["code"]
            assert message["reason"]


def items(order: Document) -> Iterator[Document]:
    for item in order["productOrderItem"]:
        yield item
        yield from items(item) if "productOrderItem" in item else ()


def test_items_have_ids_of_their_own_and_rely_on_items_of_their_order() -> None:
    for order in orders.ORDERS:
        ids = [item["id"] for item in items(order)]
        assert len(set(ids)) == len(ids)
        for item in items(order):
            assert {one["id"] for one in item.get("productOrderItemRelationship", ())} <= set(ids) - {item["id"]}


def amount(money: Document) -> Decimal:
    assert money["unit"] == "EUR"
    found = Decimal(str(money["value"]))
    assert found == found.quantize(Decimal("0.01"))
    return found


def test_an_order_costs_what_its_items_cost() -> None:
    for order in orders.ORDERS:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for item in order["productOrderItem"]:
            for price in item["itemPrice"] if item["action"] == "add" else ():
                if price["priceType"] != "usage":
                    sums[price["priceType"]] += amount(price["price"]["dutyFreeAmount"])
        told = {one["priceType"]: amount(one["price"]["dutyFreeAmount"]) for one in order["orderTotalPrice"]}
        assert told == sums, order["id"]


def test_services_of_products_belong_to_who_ordered_them() -> None:
    owners = {one["id"]: one["relatedParty"][0]["partyOrPartyRole"]["id"] for one in network.SERVICES}
    count = 0
    for order in orders.ORDERS:
        [party] = order["relatedParty"]
        for item in items(order):
            for service in item["product"].get("realizingService", ()):
                assert owners[service["id"]] == party["partyOrPartyRole"]["id"]
                count += 1
    assert count >= 9


# -- bills ----------------------------------------------------------------------------------------
def test_bills_are_the_sums_of_their_rates_to_the_cent() -> None:
    by_bill: dict[str, list[Document]] = defaultdict(list)
    for rate in bills.BILLED:
        by_bill[rate["bill"]["id"]].append(rate)
    assert set(by_bill) == {one["id"] for one in bills.BILLS}
    for bill in bills.BILLS:
        rates = by_bill[bill["id"]]
        for name in ("taxExcludedAmount", "taxIncludedAmount"):
            assert amount(bill[name]) == sum(amount(rate[name]) for rate in rates), bill["id"]
        assert len({rate["billingAccount"]["id"] for rate in (bill, *rates)}) == 1
        assert {str(rate["periodCoverage"]) for rate in rates} == {str(bill["billingPeriod"])}


@pytest.mark.parametrize(("documents", "taxes"), [(bills.BILLS, "taxItem"), (bills.RATES, "appliedTax")])
def test_the_tax_adds_up(documents: list[Document], taxes: str) -> None:
    for one in documents:
        excluded, included = amount(one["taxExcludedAmount"]), amount(one["taxIncludedAmount"])
        [tax] = one[taxes]
        assert excluded + amount(tax["taxAmount"]) == included
        assert amount(tax["taxAmount"]) == (excluded * tax["taxRate"] / 100).quantize(Decimal("0.01"))


def test_what_is_paid_and_what_remains_is_what_is_due() -> None:
    for bill in bills.BILLS:
        paid = sum(amount(one["appliedAmount"]) for one in bill.get("appliedPayment", ()))
        remaining = amount(bill["remainingAmount"])
        assert paid + remaining == amount(bill["amountDue"]) == amount(bill["taxIncludedAmount"])
        assert (remaining == 0) is (bill["state"] == "settled")
        assert (paid > 0) is (bill["state"] in {"settled", "partiallyPaid"})


def test_bills_are_in_every_state_and_the_last_of_the_first_page_is_new() -> None:
    assert {one["state"] for one in bills.BILLS} == set(BILL_LIFECYCLE.moves)
    # records that are created at once are created in the order of their ids
    page = sorted(bills.BILLS, key=lambda one: str(one["id"]))[: Settings().limits.default_limit]
    assert page[-1]["state"] == "new"


def test_an_account_has_one_bill_a_period_and_rates_that_wait_for_the_next() -> None:
    periods = [(one["billingAccount"]["id"], one["billingPeriod"]["startDateTime"]) for one in bills.BILLS]
    assert len(set(periods)) == len(periods)
    assert len({start for _, start in periods}) == 3
    accounts = {one["account"][0]["id"] for one in customers.DOCUMENTS}
    waiting = {one["billingAccount"]["id"] for one in bills.UNBILLED}
    assert waiting == {account for account, _ in periods} <= accounts
    assert not any("bill" in one or one["isBilled"] for one in bills.UNBILLED)


# -- on a server ----------------------------------------------------------------------------------
BILLING = "/tmf-api/customerBillManagement"


def ids(served: Served, path: str) -> list[str]:
    answer = served.client.get(f"/tmf-api/{path}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_the_last_bill_of_the_default_page_is_new_and_every_bill_has_a_document(filled: Served, version: str) -> None:
    page = filled.client.get(f"{BILLING}/{version}/customerBill").json()
    assert len(page) == filled.services.settings.limits.default_limit
    assert page[-1]["state"] == "new"
    assert all(bill["billDocument"] for bill in page)


def test_a_bill_leads_to_what_is_broken_through_every_document(filled: Served) -> None:
    bill = filled.client.get(f"{BILLING}/v5/customerBill/bill-2605-02").json()
    account = bill["billingAccount"]["id"]
    assert bill["id"] in ids(filled, f"customerBillManagement/v5/customerBill?billingAccount.id={account}")
    [customer] = ids(filled, f"customerManagement/v5/customer?account.id={account}")
    party = f"relatedParty.partyOrPartyRole.id={customer}"
    order, _ = ids(filled, f"productOrderingManagement/v5/productOrder?{party}")
    line, internet = ids(filled, f"serviceInventory/v5/service?{party}")
    assert ids(filled, f"productOrderingManagement/v4/productOrder?relatedParty.id={customer}")[0] == order
    assert ids(filled, f"serviceInventory/v4/service?relatedParty.id={customer}") == [line, internet]
    items = filled.client.get(f"/tmf-api/productOrderingManagement/v5/productOrder/{order}").json()["productOrderItem"]
    assert items[0]["product"]["realizingService"][0]["id"] == internet
    found = filled.client.get(f"/tmf-api/serviceInventory/v5/service/{line}").json()
    for resource in found["supportingResource"]:
        assert filled.client.get(resource["href"]).status_code == 200
        assert line in ids(filled, f"serviceInventory/v5/service?supportingResource.id={resource['id']}")
    alarms = ids(filled, f"alarmManagement/v5/alarm?affectedService.id={line}")
    assert alarms == ["alarm-card-south-2", "alarm-port-south-2-1"]


def test_a_customer_is_needed_by_its_services_and_open_orders(filled: Served) -> None:
    refused = filled.client.delete("/tmf-api/customerManagement/v5/customer/customer-tanaka")
    assert refused.status_code == 409
    assert "line-tanaka" in refused.text
    assert "order-1014" in refused.text


def test_what_waits_is_billed_on_demand(filled: Served) -> None:
    account = {"id": "account-okafor", "@type": "BillingAccountRef"}
    body = {"@type": "CustomerBillOnDemand", "name": "Now", "billingAccount": account}
    made = filled.client.post(f"{BILLING}/v5/customerBillOnDemand", json=body)
    assert made.status_code == 201, made.text
    asked = filled.client.get(made.json()["href"]).json()
    assert asked["state"] == "done"
    bill = filled.client.get(asked["customerBill"]["href"]).json()
    waiting = [one for one in bills.UNBILLED if one["billingAccount"]["id"] == account["id"]]
    assert amount(bill["taxIncludedAmount"]) == sum(amount(one["taxIncludedAmount"]) for one in waiting)
    rates = "customerBillManagement/v5/appliedCustomerBillingRate?isBilled=false&billingAccount.id=account-okafor"
    assert ids(filled, rates) == []
