"""Filters over HTTP: operators on each type, paths through arrays, OR, JSONPath, types (TMF630 part 1, 4.4)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, registry

ALL = pytest.mark.parametrize("noun", nouns("list", tasks=False), ids=str)
BASE = "/tmf-api/productCatalogManagement"
VALUE = "productSpecCharacteristicValue.value"
Find = Callable[[str], list[str]]


def offering(id_: str, **attributes: Any) -> dict[str, Any]:
    return {"@type": "ProductOffering", "id": id_, "name": id_, "lifecycleStatus": "Active"} | attributes


def category(id_: str, name: str = "c") -> dict[str, Any]:
    return {"@type": "CategoryRef", "id": id_, "name": name}


def characteristic(name: str, *values: Any) -> dict[str, Any]:
    kinds = {str: "String", bool: "Boolean", int: "Number", float: "Number"}
    return {
        "@type": "ProductSpecificationCharacteristicValueUse",
        "name": name,
        "productSpecCharacteristicValue": [
            {"@type": f"{kinds[type(value)]}CharacteristicValueSpecification", "value": value} for value in values
        ],
    }


OFFERINGS = [
    offering(
        "a",
        version="1.0",
        isBundle=True,
        validFor={"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"},
        category=[category("c1", "one"), category("c2", "two")],
        prodSpecCharValueUse=[characteristic("speed", 100), characteristic("colour", "red")],
    ),
    offering(
        "b",
        version="1.5",
        lifecycleStatus="Launched",
        isBundle=False,
        validFor={"startDateTime": "2026-01-01T02:00:00.0000010+02:00"},
        category=[category("c2", "one")],
        prodSpecCharValueUse=[characteristic("speed", 250), characteristic("colour", "blue", "red")],
    ),
    offering(
        "c",
        version="2.0",
        lifecycleStatus="Launched",
        description="with, a comma; and more",
        prodSpecCharValueUse=[characteristic("colour", "100"), characteristic("fast", True)],
    ),
    offering("d", name="ä'", category=[category("c1", "two")], prodSpecCharValueUse=[characteristic("speed", 50, 300)]),
]


@pytest.fixture
def find(client: httpx.Client) -> Find:
    """Ids of the offerings that a query finds, over v5; the counts in the headers agree with what is there."""
    for body in OFFERINGS:
        answer = client.post(f"{BASE}/v5/productOffering", json=body)
        assert answer.status_code == 201, answer.text

    def found(query: str) -> list[str]:
        answer = client.get(f"{BASE}/v5/productOffering?{query}")
        assert answer.status_code == 200, answer.text
        ids = [one["id"] for one in answer.json()]
        assert answer.headers["x-result-count"] == answer.headers["x-total-count"] == str(len(ids))
        return ids

    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # text
        ("version=1.5", "b"),
        ("version.ne=1.5", "acd"),
        ("version.gt=1.0", "bc"),
        ("version.gte=1.0", "abc"),
        ("version.lt=1.5", "a"),
        ("version.lte=1.5", "ab"),
        ("version.regex=^1", "ab"),
        ("version%3D~0$", "ac"),
        ("version*=5", "b"),
        ("version%3E1.0", "bc"),
        ("version%3C%3D1.5", "ab"),
        ("name=%C3%A4%27", "d"),
        ("name='a'", "a"),
        ("lifecycleStatus=active", ""),
        ("description=with%2C+a+comma%3B+and+more", "c"),
        # truth values
        ("isBundle=true", "a"),
        ("isBundle=false", "b"),
        ("isBundle.ne=true", "bcd"),
        # instants, to the microsecond, in any offset
        ("validFor.startDateTime=2026-01-01T01:00:00%2B01:00", "a"),
        ("validFor.startDateTime=2025-12-31T23:00:00-01:00", "a"),
        ("validFor.startDateTime=2026-01-01T00:00:00.000001Z", "b"),
        ("validFor.startDateTime.gt=2026-01-01T00:00:00Z", "b"),
        ("validFor.startDateTime.lte=2026-01-01T00:00:00.000001Z", "ab"),
        ("validFor.endDateTime.gt=2026-06-01", "a"),
        ("validFor.endDateTime.ne=2027-01-01", "bcd"),
        # references, and other paths through arrays: some element each
        ("category.id=c1", "ad"),
        ("category.id=c1,c2", "abd"),
        ("category.id.ne=c1", "bc"),
        ("category.id=c1&category.id.ne=c2", "d"),
        ("category.id=nowhere", ""),
        ("category.name=two", "ad"),
        ("category.id=c1&category.name=two", "ad"),
        ("category.id=c2&category.name=two", "a"),
        # characteristics
        ("prodSpecCharValueUse.name=colour", "abc"),
        ("prodSpecCharValueUse.productSpecCharacteristicValue.value=red", "ab"),
        ("prodSpecCharValueUse.productSpecCharacteristicValue.value=100", "ac"),
        ("prodSpecCharValueUse.productSpecCharacteristicValue.value.gt=100", "bd"),
        ("prodSpecCharValueUse.productSpecCharacteristicValue.value=true", "c"),
        # alternatives
        ("version=1.0,2.0", "ac"),
        ("version=1.0&version=2.0", "ac"),
        ("version=1.0;isBundle=false", "ab"),
        ("version=1.0;isBundle=false&category.id=c1", "a"),
        ("version.ne=1.0,2.0", "bd"),
        # the record's own attributes
        ("id=a", "a"),
        ("id=a,z", "a"),
        ("id.gt=b", "cd"),
        ("@type=ProductOffering", "abcd"),
        ("%40type=Other", ""),
        ("@type.ne=ProductOffering", ""),
    ],
)
def test_a_filter_finds_what_it_says(find: Find, query: str, expected: str) -> None:
    assert find(query) == list(expected)


@pytest.mark.parametrize(
    ("jsonpath", "expected"),
    [
        ("$[?(@.lifecycleStatus=='Launched')]", "bc"),
        ("$[?(@.lifecycleStatus=='Launched' && @.isBundle==false)]", "b"),
        ("$[?(@.version=='1.0' || @.version=='2.0')]", "ac"),
        ("$[?(!(@.version=='1.0'))]", "bcd"),
        ("$[?(@.version!='1.0')]", "bcd"),
        ("$[?(@.version=~/^1/)]", "ab"),
        ("$[?(@.description)]", "c"),
        ("$[?(!@.category)]", "c"),
        ("category[?()]", "abd"),
        # the same element
        ("category[?(@.id=='c1' && @.name=='two')]", "d"),
        ("category[?(@.id=='c2' && @.name=='one')]", "b"),
        ("category[?(@.id!='c1')]", "ab"),
        ("prodSpecCharValueUse[?(@.name=='speed' && @.productSpecCharacteristicValue.value>100)]", "bd"),
        ("prodSpecCharValueUse[?(@.name=='speed' && @.productSpecCharacteristicValue.value>=100)]", "abd"),
        ("prodSpecCharValueUse[?(@.name=='speed' && @.productSpecCharacteristicValue.value==100)]", "a"),
        ("prodSpecCharValueUse[?(@.name=='colour' && @.productSpecCharacteristicValue.value=='100')]", "c"),
        ("prodSpecCharValueUse[?(@.name=='colour' && @.productSpecCharacteristicValue.value==100)]", ""),
        ("prodSpecCharValueUse[?(@.name=='fast' && @.productSpecCharacteristicValue.value==true)]", "c"),
        ("prodSpecCharValueUse[?(@.name=='fast' && @.productSpecCharacteristicValue.value=='true')]", ""),
        ("prodSpecCharValueUse[?(@.name=='colour')].productSpecCharacteristicValue[?(@.value=='red')]", "ab"),
        # a range is of one value: 50 and 300 are around it
        (f"prodSpecCharValueUse[?(@.name=='speed' && @.{VALUE}>100 && @.{VALUE}<280)]", "b"),
    ],
)
def test_a_jsonpath_filter_finds_what_it_says(find: Find, jsonpath: str, expected: str) -> None:
    assert find(f"filter={quote(jsonpath, safe='')}") == list(expected)


HUNDRED = {
    "alternatives": ("@.version=='{0}'", "1.0", "a"),
    "elements": ("@.category[?(@.id=='{0}')]", "c1", "ad"),
    "denials": ("!!!(@.version!='{0}')", "1.0", "a"),
    "values": ("@.prodSpecCharValueUse[?(@.name=='colour')].productSpecCharacteristicValue.value=='{0}'", "100", "c"),
}


@pytest.mark.parametrize("shape", HUNDRED)
@pytest.mark.usefixtures("find")
def test_a_hundred_conditions_are_answered(client: httpx.Client, shape: str) -> None:
    condition, wanted, expected = HUNDRED[shape]
    most = 50 if "name==" in condition else 100
    written = [condition.format(value) for value in (wanted, *range(1, most))]
    flat, nested = f"$[?({' || '.join(written)})]", f"$[?({'||('.join(written)}{')' * most}]"
    for jsonpath, found in ((flat, expected), (nested, expected), (nested.replace("||", "&&"), "")):
        for version in ("v4", "v5"):
            answer = client.get(f"{BASE}/{version}/productOffering?filter={quote(jsonpath, safe='')}")
            assert [one["id"] for one in answer.json()] == list(found)


@pytest.mark.parametrize("denials", [2, 75, 76])
def test_a_run_of_denials_is_answered(find: Find, denials: int) -> None:
    assert find(f"filter=$[?({'!' * denials}@.description)]") == list("abd" if denials % 2 else "c")


def test_conditions_nested_in_each_other_are_answered(find: Find) -> None:
    jsonpath = "@.version=='1.0'"
    for number in range(40):
        jsonpath = f"(@.category.id{'!=' if number % 2 else '=='}'z') {'&&' if number % 2 else '||'} !({jsonpath})"
    assert find(f"filter={quote(f'$[?({jsonpath})]', safe='')}") == ["a"]


def test_a_jsonpath_filter_is_anded_with_the_others(find: Find) -> None:
    jsonpath = quote("category[?(@.id=='c1')]", safe="")
    assert find(f"version=1.0&filter={jsonpath}") == ["a"]


def test_v4_finds_the_same_by_its_own_names(client: httpx.Client, find: Find) -> None:
    for query in ("lifecycleStatus=Launched", "category.id=c1", "prodSpecCharValueUse.name=speed"):
        answer = client.get(f"{BASE}/v4/productOffering?{query}")
        assert [one["id"] for one in answer.json()] == find(query)


def test_v4_asks_for_related_parties_as_it_shows_them(client: httpx.Client) -> None:
    party = {"@type": "RelatedParty", "@referredType": "Individual", "id": "p1", "name": "Ada", "role": "owner"}
    made = client.post(f"{BASE}/v4/catalog", json={"name": "x", "relatedParty": [party]})
    assert made.status_code == 201, made.text
    for base, query in (
        (f"{BASE}/v4/catalog", "relatedParty.id=p1"),
        (f"{BASE}/v4/catalog", "relatedParty.name=Ada&relatedParty.role=owner"),
        (f"{BASE}/v4/catalog", "@type=Catalog"),
        (f"{BASE}/v5/productCatalog", "relatedParty.partyOrPartyRole.id=p1"),
        (f"{BASE}/v5/productCatalog", "relatedParty.id=p1"),
        (f"{BASE}/v5/productCatalog", "@type=ProductCatalog"),
    ):
        assert [one["id"] for one in client.get(f"{base}?{query}").json()] == [made.json()["id"]], query
        assert client.get(f"{base}?{query.replace('=', '=no')}").json() == []


def test_money_is_compared_exactly(client: httpx.Client) -> None:
    for id_, value in (("a", 0.1), ("b", 0.30000000000000004), ("c", 12.5), ("d", 9007199254740993)):
        price = {"@type": "Money", "unit": "EUR", "value": value}
        body = {"@type": "ProductOfferingPrice", "id": id_, "name": id_, "price": price, "priceType": "recurring"}
        body["lifecycleStatus"] = "Active"
        assert client.post(f"{BASE}/v5/productOfferingPrice", json=body).status_code == 201
    for query, expected in (
        ("price.value=0.1", "a"),
        ("price.value=0.10000000000000000001", ""),
        ("price.value=0.3", ""),
        ("price.value=0.30000000000000004", "b"),
        ("price.value.lt=0.30000000000000004", "a"),
        ("price.value=12.50", "c"),
        ("price.value.gt=12.5&price.value.lt=1e99", "d"),
        ("price.value=9007199254740992", ""),
        ("price.value=9007199254740993", "d"),
        ("price.value.gt=9007199254740992", "d"),
        ("price.unit=EUR", "abcd"),
    ):
        answer = client.get(f"{BASE}/v5/productOfferingPrice?{query}")
        assert "".join(one["id"] for one in answer.json()) == expected, query


@ALL
def test_every_noun_is_found_by_id_and_type(client: httpx.Client, noun: Noun) -> None:
    first, second, _ = (noun.make(client, id=id_) for id_ in ("one", "two", "three"))
    assert client.get(f"{noun.url}?id=one").json() == [first]
    assert client.get(f"{noun.url}?id=one,two").json() == [first, second]
    assert client.get(f"{noun.url}?id.ne=three").json() == [first, second]
    assert client.get(f"{noun.url}?href={quote(first['href'], safe='')}").json() == [first]
    if "@type" in first:
        assert len(client.get(f"{noun.url}?@type={first['@type']}").json()) == 3


@ALL
@pytest.mark.parametrize("query", ["colour=red", "fields.gt=1", "name.gt.lt=1", "limit=-1", "offset=x", "filter=$[?("])
def test_every_noun_refuses_what_it_does_not_know(client: httpx.Client, noun: Noun, query: str) -> None:
    answer = client.get(f"{noun.url}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0].partition(".")[0] in answer.json()["reason"]


@ALL
def test_what_is_not_built_is_501(client: httpx.Client, noun: Noun) -> None:
    assert client.get(f"{noun.url}?filter=$..id").status_code == 501


def test_every_attribute_of_every_noun_can_be_asked_for(client: httpx.Client) -> None:
    values = {"text": "x", "number": "1.5", "integer": "1", "boolean": "true", "instant": "2026-01-01", "any": "x"}
    for exposure in registry().exposures:
        contract, url = exposure.contract, f"{exposure.contract.base_path}/{exposure.noun}"
        for name in contract.all_properties(exposure.schema):
            kind = contract.attribute(exposure.schema, (name,)).kind  # type: ignore[union-attr]
            answer = client.get(f"{url}?{quote(name)}={values.get(kind, 'x')}")
            assert answer.status_code == (200 if kind in values else 400), (url, name, answer.text)


def test_a_query_that_takes_too_long_is_refused_as_too_costly(client: httpx.Client, find: Find) -> None:
    pattern = quote("^(x+x+)+y$", safe="")
    assert find(f"description.regex={pattern}") == []
