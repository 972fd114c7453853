"""Child tables: their rows are those that the document has, whatever is created, patched, loaded and deleted."""

import copy
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.nouns.ordering import CATALOG, V5, Body, item, order, patch
from tests.support.servers.served import Served
from tmf_server.apis.ordering.tables import product_order_item, product_order_price
from tmf_server.model import core
from tmf_server.registry.entity import Document
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.storage.write.records import Records

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Row = tuple[Any, ...]


def rows(served: Served, id_: str) -> tuple[list[Row], list[Row]]:
    """The rows of the items and of the prices of one order, with the ids of what they refer to."""
    with served.services.database.read() as connection:
        names = {row.key: row.id for row in connection.execute(core.entity.select())}
        owner = connection.execute(select(core.entity.c.key).where(core.entity.c.id == id_)).scalar_one()
        found = []
        for table, keys in ((product_order_item, ("offering", "product")), (product_order_price, ("offering_price",))):
            query = table.select().where(table.c.owner == owner)
            held = [row._asdict() for row in connection.execute(query)]
            found.append(sorted(_plain({**row, **{key: names.get(row[key]) for key in keys}}) for row in held))
        return found[0], found[1]


def _plain(row: dict[str, Any]) -> Row:
    return tuple(
        "" if value is None else float(value) if isinstance(value, Decimal) else value
        for name, value in row.items()
        if name != "owner"
    )


def expected(document: Document) -> tuple[list[Row], list[Row]]:
    """The same rows, read from the document by another way."""
    items: list[Row] = []
    prices: list[Row] = []
    for number, (parent, one) in enumerate(walked(document)):
        offering, named = one.get("productOffering", {}).get("id", ""), one.get("product", {}).get("id", "")
        above = "" if parent is None else parent
        said = (one.get("id", ""), one.get("action", ""), one.get("state", ""), one.get("quantity", ""))
        items.append((number, above, *said, offering, named))
        for place, price in enumerate(one.get("itemPrice", ())):
            amounts = price["price"]
            net, gross = amounts.get("dutyFreeAmount", {}), amounts.get("taxIncludedAmount", {})
            prices.append(
                (
                    number,
                    place,
                    price["priceType"],
                    price.get("recurringChargePeriod", ""),
                    gross.get("unit") or net.get("unit", ""),
                    net.get("value", ""),
                    gross.get("value", ""),
                    amounts.get("taxRate", ""),
                    price.get("productOfferingPrice", {}).get("id", ""),
                )
            )
    return sorted(items), sorted(prices)


def walked(document: Document) -> Iterator[tuple[int | None, Document]]:
    """Every item in document order, with the number of the one that it is part of."""
    count = iter(range(1_000_000))

    def below(holder: Document, parent: int | None) -> Iterator[tuple[int | None, Document]]:
        for one in holder.get("productOrderItem", ()):
            number = next(count)
            yield parent, one
            yield from below(one, number)

    yield from below(document, None)


MONEY = st.sampled_from([0, 1, 34.99, 0.1, 1234567.89, -5, 20.005])
UNITS = st.sampled_from(["EUR", "JPY"])
AMOUNT = st.fixed_dictionaries({"unit": UNITS, "value": MONEY})
ONE_AMOUNT = st.sampled_from(["dutyFreeAmount", "taxIncludedAmount"]).flatmap(
    lambda name: st.fixed_dictionaries({"@type": st.just("Price"), name: AMOUNT})
)
PRICE = st.fixed_dictionaries(
    {"@type": st.just("OrderPrice"), "priceType": st.sampled_from(["recurring", "oneTime"]), "price": ONE_AMOUNT},
    optional={
        "recurringChargePeriod": st.just("month"),
        "productOfferingPrice": st.sampled_from("pq").map(lambda id_: {"@type": "ProductOfferingPriceRef", "id": id_}),
    },
)


def some_items(depth: int) -> st.SearchStrategy[list[Body]]:
    """Items without ids; `numbered` gives them some."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "quantity": st.sampled_from([1, 2, 2**40]),
        "productOffering": st.sampled_from("fg").map(lambda id_: {"@type": "ProductOfferingRef", "id": id_}),
        "product": st.sampled_from(["x", "y"]).map(lambda id_: {"@type": "ProductRef", "id": id_}),
        "itemPrice": st.lists(PRICE, max_size=3),
        "state": st.just("held"),  # a legal move for every item
    }
    if depth:
        optional["productOrderItem"] = some_items(depth - 1)
    fixed = {"@type": st.just("ProductOrderItem"), "action": st.sampled_from(["add", "noChange"])}
    return st.lists(st.fixed_dictionaries(fixed, optional=optional), min_size=1, max_size=3)


def numbered(items: list[Body], order_of_ids: list[str]) -> list[Body]:
    """The items with ids, the same ones in another order for another list."""
    left = iter(order_of_ids)

    def named(one: Body) -> Body:
        one["id"] = next(left)
        for part in one.get("productOrderItem", ()):
            named(part)
        return one

    return [named(one) for one in copy.deepcopy(items)]


IDS = st.permutations([f"i{number}" for number in range(40)])
ORDERS = st.builds(numbered, some_items(2), IDS)


@QUICK
@given(first=ORDERS, second=ORDERS)
def test_rows_are_the_document_s_after_any_patch(served: Served, first: list[Body], second: list[Body]) -> None:
    served.empty()
    placed = order(served.client, *first)
    assert rows(served, placed["id"]) == expected(placed)
    for items in (second, first):
        changed = patch(served.client, placed, productOrderItem=items)
        assert changed.status_code == 200, changed.text
        assert rows(served, placed["id"]) == expected(changed.json())
    assert served.client.delete(placed["href"]).status_code == 204
    assert rows(served, placed["id"]) == ([], [])


@QUICK
@given(orders=st.lists(ORDERS, min_size=1, max_size=4))
def test_many_at_once_get_the_same_rows_as_one_by_one(served: Served, orders: list[list[Body]]) -> None:
    services = served.services
    entity = services.registry.entities["productOrder"]
    documents: list[Body] = [
        {"@type": "ProductOrder", "id": f"o{n}", "productOrderItem": one} for n, one in enumerate(orders)
    ]
    found = []
    for records in (services.records, BulkRecords(services.registry, services.settings, services.database.dialect)):
        served.empty()
        store(served, records, entity, copy.deepcopy(documents))
        found.append([rows(served, one["id"]) for one in documents])
        stored = [served.client.get(f"{V5}/productOrder/{one['id']}").json() for one in documents]
        assert found[-1] == [expected(one) for one in stored]
    assert found[0] == found[1]


def store(served: Served, records: Records, entity: Any, documents: list[Document]) -> None:
    served.services.database.transact(lambda connection: records.create(connection, entity, documents))


def written(served: Served, work: Any) -> list[str]:
    """The names of the child tables that the work writes to, once per statement."""
    found: list[str] = []
    original = served.services.records.rows.__class__

    def spy(name: str) -> Any:
        method = getattr(original, name)

        def told(self: Any, connection: Any, table: Any, columns: Any, *rest: Any) -> Any:
            if rest[-1]:
                found.append(f"{name} {table.name} {len(rest[-1])}")
            return method(self, connection, table, columns, *rest)

        return told

    with pytest.MonkeyPatch.context() as patched:
        for name in ("fill", "clear"):
            patched.setattr(original, name, spy(name))
        work()
    return found


def test_a_patch_writes_the_difference_only(served: Served) -> None:
    price = {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price"}}
    items = [item(str(number), itemPrice=[price]) for number in range(20)]
    placed = order(served.client, *items)
    changed = placed["productOrderItem"]
    assert written(served, lambda: patch(served.client, placed, description="new")) == []
    changed[7]["quantity"] = 3
    assert written(served, lambda: patch(served.client, placed, productOrderItem=changed)) == [
        "clear product_order_item 1", "fill product_order_item 1"
    ]  # fmt: skip
    changed[3]["itemPrice"] = []
    assert written(served, lambda: patch(served.client, placed, productOrderItem=changed)) == [
        "clear product_order_price 1"
    ]
    changed.append(item("20"))
    assert written(served, lambda: patch(served.client, placed, productOrderItem=changed)) == [
        "fill product_order_item 1"
    ]


def test_the_rows_of_many_records_go_in_by_one_statement_a_table(served: Served) -> None:
    price = {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price"}}
    documents = [
        {"@type": "ProductOrder", "productOrderItem": [item("1", itemPrice=[price]), item("2")]} for _ in range(9)
    ]
    entity = served.services.registry.entities["productOrder"]
    assert written(served, lambda: store(served, served.services.records, entity, documents)) == [
        "fill product_order_item 18", "fill product_order_price 9"
    ]  # fmt: skip


def test_amounts_are_kept_to_the_last_digit(served: Served) -> None:
    amounts = {"dutyFreeAmount": {"unit": "EUR", "value": 1234567890.12}}
    price = {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price"} | amounts}
    order(served.client, item("1", itemPrice=[price]))
    with served.services.database.read() as connection:
        kept = connection.execute(select(product_order_price.c.duty_free)).scalar_one()
    assert round(kept, 4) == Decimal("1234567890.12")


def test_an_offering_that_comes_later_is_the_one_that_was_named(served: Served) -> None:
    placed = order(served.client, item("1", "later"))
    body = {"@type": "ProductOffering", "id": "later", "name": "later", "lifecycleStatus": "Active"}
    assert served.client.post(f"{CATALOG}/productOffering", json=body).status_code == 201
    [[(_, _, _, _, _, _, offering, _)], _] = rows(served, placed["id"])
    assert offering == "later"
    assert served.client.delete(f"{CATALOG}/productOffering/later").status_code == 409
