"""`fields`: first-level and dotted attributes, what always stays, unknown names (TMF630 part 1, 4.3)."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, registry
from tests.support.servers.served import Served
from tmf_server.errors import InvalidInput
from tmf_server.rest.query.fields import parse_fields, select_fields

ALL = pytest.mark.parametrize("noun", nouns("list", tasks=False), ids=str)
OFFERING: Any = registry().exposure("TMF620/v5", "productOffering")
DOCUMENT = {
    "id": "1",
    "href": "/1",
    "@type": "ProductOffering",
    "name": "a",
    "category": [{"id": "c1", "name": "one"}, {"id": "c2"}],
    "validFor": {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"},
    "prodSpecCharValueUse": [
        {"name": "speed", "productSpecCharacteristicValue": [{"value": 1, "isDefault": True}, {"isDefault": False}]}
    ],
}
ALWAYS = {"id": "1", "href": "/1", "@type": "ProductOffering"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("none", {}),
        ("", {}),
        ("id", {}),
        ("name", {"name": "a"}),
        (" name , href", {"name": "a"}),
        ("description", {}),
        ("category", {"category": DOCUMENT["category"]}),
        ("category.name", {"category": [{"name": "one"}, {}]}),
        ("validFor.endDateTime", {"validFor": {"endDateTime": "2027-01-01T00:00:00Z"}}),
        ("validFor.endDateTime,validFor.startDateTime", {"validFor": DOCUMENT["validFor"]}),
        ("validFor,validFor.endDateTime", {"validFor": DOCUMENT["validFor"]}),
        ("validFor.endDateTime,validFor", {"validFor": DOCUMENT["validFor"]}),
        (
            "prodSpecCharValueUse.productSpecCharacteristicValue.value",
            {"prodSpecCharValueUse": [{"productSpecCharacteristicValue": [{"value": 1}, {}]}]},
        ),
    ],
)
def test_fields_narrow_a_document(fields: str, expected: dict[str, Any]) -> None:
    tree = parse_fields([fields], OFFERING)
    assert select_fields(DOCUMENT, tree, "v5") == ALWAYS | expected
    plain = {name: value for name, value in ALWAYS.items() if name != "@type"}
    assert select_fields(DOCUMENT, tree, "v4") == plain | expected


def test_the_order_of_the_document_stays() -> None:
    assert list(select_fields(DOCUMENT, parse_fields(["validFor,name"], OFFERING), "v5")) == [
        *ALWAYS,
        "name",
        "validFor",
    ]


def test_narrowing_leaves_the_document_alone() -> None:
    before = repr(DOCUMENT)
    select_fields(DOCUMENT, parse_fields(["category.name"], OFFERING), "v5")
    assert repr(DOCUMENT) == before


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ("nothing", "nothing"),
        ("name,nothing,nobody", "nobody"),
        ("category.nothing", "category.nothing"),
        ("name.x", "name.x"),
    ],
)
def test_unknown_names_are_told(fields: str, named: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_fields([fields], OFFERING)
    assert named in caught.value.message


@ALL
def test_every_noun_keeps_what_identifies_a_record(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    always = {"id", "href"} | ({"@type"} if noun.version == "v5" else set())
    for query in ("fields=none", "fields=id", "fields=href&fields=id", "fields=id,href"):
        narrowed = {name: value for name, value in made.items() if name in always}
        assert client.get(f"{made['href']}?{query}").json() == narrowed
        assert client.get(f"{noun.url}?{query}").json() == [narrowed]


@ALL
def test_what_identifies_records_is_listed_without_their_documents(served: Served, noun: Noun) -> None:
    made = noun.make(served.client)
    with served.services.database.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {noun.exposure.entity.storage.table.name} SET document = '{{}}'")
    always = ALWAYS.keys() if noun.version == "v5" else {"id", "href"}
    for query in ("fields=id", "fields=none&limit=1", f"fields=href&sort=-id&id={made['id']}"):
        assert served.client.get(f"{noun.url}?{query}").json() == [{name: made[name] for name in always}]


@ALL
def test_every_attribute_of_every_noun_can_be_a_field(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    for name in made:
        shown = client.get(f"{made['href']}?fields={name}")
        assert shown.status_code == 200, shown.text
        assert shown.json()[name] == made[name]
        assert shown.json().keys() - {"id", "href", "@type"} == {name} - {"id", "href", "@type"}


@ALL
def test_every_noun_names_a_field_that_it_does_not_have(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    for url in (noun.url, made["href"]):
        answer = client.get(f"{url}?fields=id,colour")
        assert answer.status_code == 400
        assert "colour" in answer.json()["message"]


@pytest.mark.parametrize("noun", nouns("create", "list", tasks=False), ids=str)
def test_fields_apply_to_what_a_change_answers(client: httpx.Client, noun: Noun) -> None:
    made = client.post(f"{noun.url}?fields=id", json=noun.body()).json()
    assert made.keys() <= {"id", "href", "@type"}
