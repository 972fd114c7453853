"""How a query string is read: operators, values, OR forms, paging, sorting (TMF630 part 1, 4.3 to 4.7). No server."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.nouns.every import registry
from tmf_server.config import Settings
from tmf_server.contracts import contract as contracts
from tmf_server.errors import InvalidInput, Problem
from tmf_server.rest.query.query import Query, parse_query
from tmf_server.rest.query.tokens import split_query
from tmf_server.rules.canonical import V4_EXTRAS
from tmf_server.storage.query.conditions import And, Compare, Condition, Not, Or, Selection, Sort, TypeIs

SETTINGS = Settings()


def exposure(noun: str, document: str = "TMF620/v5") -> Any:
    return registry().exposure(document, noun)


OFFERING = exposure("productOffering")
PRICE = exposure("productOfferingPrice")
SPECIFICATION = exposure("productSpecification")


def where(query: str, noun: Any = OFFERING) -> Condition | None:
    return parse_query(query, noun, SETTINGS).selection.where


def name(operator: str, value: str) -> Compare:
    return Compare(("name",), operator, value, "text")


def refusal(query: str, noun: Any = OFFERING, settings: Settings = SETTINGS) -> Problem:
    with pytest.raises(InvalidInput) as caught:
        parse_query(query, noun, settings)
    return caught.value


@pytest.mark.parametrize(
    ("query", "operator", "value"),
    [
        ("name=a", "eq", "a"),
        ("name.eq=a", "eq", "a"),
        ("name%3D%3Da", "eq", "a"),
        ("name==a", "eq", "a"),
        ("name.gt=a", "gt", "a"),
        ("name%3Ea", "gt", "a"),
        ("name>a", "gt", "a"),
        ("name.gte=a", "gte", "a"),
        ("name%3E%3Da", "gte", "a"),
        ("name%3E=a", "gte", "a"),
        ("name>=a", "gte", "a"),
        ("name.lt=a", "lt", "a"),
        ("name%3Ca", "lt", "a"),
        ("name.lte=a", "lte", "a"),
        ("name%3C%3Da", "lte", "a"),
        ("name%3c%3da", "lte", "a"),
        ("name.regex=^a.*", "regex", "^a.*"),
        ("name%3D~^a.*", "regex", "^a.*"),
        ("name%3D%7E^a.*", "regex", "^a.*"),
        ("name*=^a.*", "regex", "^a.*"),
        ("name%2A=^a.*", "regex", "^a.*"),
        ("name.regex=a{1,3}", "regex", "a{1,3}"),
        ("name=~a", "eq", "~a"),
        ("name=%3Da", "eq", "=a"),
        ("name=", "eq", ""),
        ("name='a'", "eq", "a"),
        ("name=%27a%2Cb%27", "eq", "a,b"),
        ("name='", "eq", "'"),
        ("name=a%2Cb", "eq", "a,b"),
        ("name=a%3Bb%26c", "eq", "a;b&c"),
        ("name=a+b%20c%2B", "eq", "a b c+"),
        ("n%61me=%C3%A4", "eq", "ä"),
    ],
)
def test_every_form_of_every_operator(query: str, operator: str, value: str) -> None:
    assert where(query) == name(operator, value)


@pytest.mark.parametrize("query", ["name.ne=a", "name!=a", "name%21%3Da"])
def test_ne_denies_eq(query: str) -> None:
    assert where(query) == Not(name("eq", "a"))


@pytest.mark.parametrize(
    "query", ["name=a,b", "name=a&name=b", "name=a;name=b", "name.eq=a&name=b", "name=%27a%27,%27b%27"]
)
def test_the_forms_of_or(query: str) -> None:
    assert where(query) == Or((name("eq", "a"), name("eq", "b")))


def test_ne_of_a_list_is_none_of_it() -> None:
    assert where("name.ne=a,b") == where("name.ne=a&name.ne=b") == Not(Or((name("eq", "a"), name("eq", "b"))))


def test_a_comma_of_a_regular_expression_separates_outside_of_a_quantifier() -> None:
    assert where("name.regex=a{1,3}b,c") == Or((name("regex", "a{1,3}b"), name("regex", "c")))


def test_different_attributes_and_operators_are_anded() -> None:
    assert where("name.gt=a&name.lt=c") == And((name("gt", "a"), name("lt", "c")))


def test_comma_and_semicolon_bind_tighter_than_ampersand() -> None:
    bundle = Compare(("isBundle",), "eq", True, "boolean")
    assert where("name=a,b&isBundle=true") == And((Or((name("eq", "a"), name("eq", "b"))), bundle))
    status = Compare(("lifecycleStatus",), "eq", "Active", "text")
    both = where("isBundle=true&name=a;lifecycleStatus=Active")
    assert isinstance(both, And)
    assert set(both.parts) == {bundle, Or((name("eq", "a"), status))}


@pytest.mark.parametrize(
    ("query", "noun", "value", "kind"),
    [
        ("isBundle=true", OFFERING, True, "boolean"),
        ("lastUpdate=2026-01-01T00:00:00Z", OFFERING, 1767225600000000, "instant"),
        ("lastUpdate=2026-01-01T02:00:00.000001%2B02:00", OFFERING, 1767225600000001, "instant"),
        ("lastUpdate=2026-01-01T02:00:00+02:00", OFFERING, 1767225600000000, "instant"),
        ("lastUpdate=2026-01-01", OFFERING, 1767225600000000, "instant"),
        ("price.value=12.10", PRICE, Decimal("12.10"), "number"),
        ("price.value=-1e3", PRICE, Decimal(-1000), "number"),
        ("price.value=1e9999", PRICE, Decimal("1e310"), "number"),
        ("price.value=123456789012345678901234567890.5", PRICE, Decimal("123456789012345678901234567890.5"), "number"),
    ],
)
def test_values_are_of_the_type_of_the_attribute(query: str, noun: Any, value: Any, kind: str) -> None:
    found = where(query, noun)
    assert isinstance(found, Compare)
    assert (found.value, found.kind) == (value, kind)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("isBundle=yes", "isBundle"),
        ("isBundle=", "isBundle"),
        ("isBundle.gt=true", "isBundle"),
        ("isBundle.regex=t", "isBundle"),
        ("lastUpdate=yesterday", "lastUpdate"),
        ("lastUpdate.gt=", "lastUpdate"),
        ("price.value=cheap", "price.value"),
        ("price.value=NaN", "price.value"),
        ("price.value=Infinity", "price.value"),
        ("price.value=0x10", "price.value"),
        ("price.value=1_000", "price.value"),
        (f"price.value={'9' * 10_000}", "price.value"),
        ("price=12", "price"),
        ("href.gt=x", "href"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(query: str, named: str) -> None:
    problem = refusal(query, PRICE)
    assert problem.message.startswith(f"{named}: expected ")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("nmae=a", ("nmae", "Did you mean name?")),
        ("ofset=1", ("ofset", "Did you mean offset?")),
        ("validFor.startTime=2026", ("validFor.startTime", "startDateTime")),
        ("name.first=a", ("name.first", "has no attributes")),
        ("nothing=1", ("nothing", "There are: ")),
        ("nothing.gt=1", ("nothing",)),
        ("=a", ("has no name",)),
        ("name", ("name=value",)),
        ("name=a;b", ("%3B",)),
        ("name.gt>a", ("two operators",)),
        ("name=%FF", ("UTF-8",)),
        ("%FF=a", ("UTF-8",)),
        ("name=a%00", ("NUL",)),
        ("name.regex=(", ("missing )",)),
        ("name.regex=(?<=a)b", ("(?<",)),
        ("name.regex=\\bx", ("\\b",)),
        (f"name.regex={'a' * 201}", ("200",)),
        ("limit=-1", ("limit",)),
        ("limit=ten", ("limit",)),
        ("limit=", ("limit",)),
        ("limit=1.5", ("limit",)),
        ("limit=%D9%A1", ("limit",)),
        ("limit=1&limit=2", ("limit", "2 times")),
        ("offset=-1", ("offset",)),
        ("offset=x", ("offset",)),
        ("offset=1&after=x", ("exclude",)),
        ("after=x&before=y", ("exclude",)),
        ("depth=4", ("depth", "3")),
        ("depth=-1", ("depth",)),
        ("expand=name", ("name",)),
        ("expand=nothing", ("nothing",)),
        ("sort=", ("",)),
        ("sort=nothing", ("nothing",)),
        ("sort=category.name", ("category.name",)),
        ("sort=validFor", ("validFor",)),
        ("fields=nothing", ("fields",)),
        ("filter=$[?(", ("JSONPath",)),
        ("filter=$[?(@.name=='a')]&filter=$[?(@.name=='b')]", ("filter", "2 times")),
        ("name=" + "," * 100, ("100",)),
        ("&".join(f"name.gt={number}" for number in range(101)), ("100",)),
        ("name=" + "x" * 16_000, ("16000",)),
    ],
)
def test_what_cannot_be_meant_is_refused_and_named(query: str, words: tuple[str, ...]) -> None:
    problem = refusal(query)
    assert problem.code != "problem"
    for word in words:
        assert word in problem.reason + problem.message


def test_limits_are_those_of_the_settings() -> None:
    settings = Settings.of(max_conditions=2, max_regex_length=3, max_query_bytes=50)
    assert "2" in refusal("name=a,b,c", settings=settings).reason
    assert "3" in refusal("name.regex=abcd", settings=settings).reason
    assert "50" in refusal("name=" + "a" * 50, settings=settings).reason


def test_nothing_asked_is_the_first_page() -> None:
    assert parse_query("", OFFERING, SETTINGS) == Query(Selection(limit=20))


@pytest.mark.parametrize(
    ("query", "limit", "offset"),
    [
        ("limit=5&offset=10", 5, 10),
        ("limit=0", 0, 0),
        ("limit=1000", 1000, 0),
        ("limit=1001", 1000, 0),
        ("limit=99999999999999999999999", 1000, 0),
        ("limit=007", 7, 0),
        (f"offset={10**40}", 20, 2**63 - 1),
    ],
)
def test_pages(query: str, limit: int, offset: int) -> None:
    selection = parse_query(query, OFFERING, SETTINGS).selection
    assert (selection.limit, selection.offset) == (limit, offset)


@pytest.mark.parametrize("query", ["sort=-name,lastUpdate", "sort=-name,+lastUpdate", "sort=-name&sort=%2BlastUpdate"])
def test_sort(query: str) -> None:
    expected = (Sort(("name",), True, "text"), Sort(("lastUpdate",), False, "instant"))
    assert parse_query(query, OFFERING, SETTINGS).selection.sort == expected


def test_the_first_of_two_sorts_by_one_attribute_counts() -> None:
    assert parse_query("sort=name,-name", OFFERING, SETTINGS).selection.sort == (Sort(("name",), False, "text"),)


def test_fields_depth_and_expand() -> None:
    query = parse_query("fields=name,validFor.startDateTime&depth=2&expand=category", OFFERING, SETTINGS)
    assert query.fields == {"name": None, "validFor": {"startDateTime": None}}
    assert (query.depth, query.expand) == (2, ("category",))


def test_parameters_are_told_from_attributes_by_a_bare_equals_sign() -> None:
    assert "limit" in refusal("limit.gt=1").reason


@pytest.mark.parametrize("query", ["@type=ProductOffering", "%40type=ProductOffering", "@type.eq=ProductOffering"])
def test_a_type_is_asked_for_with_its_subtypes(query: str) -> None:
    assert where(query) == TypeIs(frozenset({"ProductOffering"}))
    assert where(query.replace("ProductOffering", "Extensible")) != TypeIs(frozenset({"Extensible"}))


def test_the_wrapper_of_a_reference_may_be_left_out() -> None:
    full = where("relatedParty.partyOrPartyRole.id=7", SPECIFICATION)
    assert (
        where("relatedParty.id=7", SPECIFICATION)
        == full
        == Compare(("relatedParty", "partyOrPartyRole", "id"), "eq", "7", "text")
    )


def test_v4_names_are_those_of_v4() -> None:
    v4 = exposure("catalog", "TMF620/v4")
    assert where("relatedParty.id=7", v4) == Compare(("relatedParty", "partyOrPartyRole", "id"), "eq", "7", "text")
    assert "partyOrPartyRole" in refusal("relatedParty.partyOrPartyRole.id=7", v4).reason
    assert where("@type=Catalog", v4) == TypeIs(frozenset({"ProductCatalog"}))


@pytest.mark.parametrize(
    ("document", "noun", "query", "expected"),
    [
        ("TMF638/v4", "service", "state=active", [("state", "active")]),
        ("TMF638/v4", "service", "state=inactive", [("state", "inactive"), ("state", "suspended")]),
        ("TMF639/v4", "resource", "operationalState=enable", [("operationalState", "enabled")]),
        ("TMF642/v4", "alarm", "perceivedSeverity=critical", [("perceivedSeverity", "critical")]),
    ],
)
def test_a_value_that_v5_has_is_asked_for_where_v5_has_it(
    document: str, noun: str, query: str, expected: list[tuple[str, str]]
) -> None:
    """There an index finds it; aside lie only values that v5 would not take."""
    found = [Compare((name,), "eq", value, "text") for name, value in expected]
    assert where(query, exposure(noun, document)) == (found[0] if len(found) == 1 else Or(tuple(found)))


def test_a_value_that_v5_has_not_is_asked_for_aside_as_well() -> None:
    aside = Compare((V4_EXTRAS, "state"), "eq", "odd", "text")
    assert where("state=odd", exposure("service", "TMF638/v4")) == Or((Compare(("state",), "eq", "odd", "text"), aside))


def test_an_attribute_without_a_type_takes_a_value_as_what_it_can_be() -> None:
    path = ("productSpecCharacteristic", "characteristicValueSpecification", "value")
    dotted = ".".join(path)
    assert where(f"{dotted}=100", SPECIFICATION) == Or(
        (Compare(path, "eq", "100", "text"), Compare(path, "eq", Decimal(100), "number"))
    )
    assert where(f"{dotted}.gt=100", SPECIFICATION) == Compare(path, "gt", Decimal(100), "number")
    assert where(f"{dotted}.gt=blue", SPECIFICATION) == Compare(path, "gt", "blue", "text")
    assert where(f"{dotted}=true", SPECIFICATION) == Or(
        (Compare(path, "eq", "true", "text"), Compare(path, "eq", True, "boolean"))
    )


def test_the_href_of_a_record_that_is_here_is_found_by_any_url_of_it() -> None:
    url = "https://a.example/tmf-api/productCatalogManagement/v5/category/7"
    path = ("category", "href")
    assert where(f"category.href={url}") == Or(
        (Compare(path, "eq", url, "text"), Compare(path, "eq", "\u0001category/7", "text"))
    )


@given(st.text(max_size=60))
def test_any_query_is_read_or_refused(query: str) -> None:
    try:
        parse_query(query, OFFERING, SETTINGS)
    except Problem as problem:
        assert problem.reason  # noqa: PT017 - whether it is raised depends on the text


@given(st.lists(st.sampled_from(["name", "=", "%3D", "~", ">", ";", ",", "&", ".gt", "*", "a", "%", "filter", "$[?("])))
def test_any_mixture_of_signs_is_read_or_refused(parts: list[str]) -> None:
    try:
        split_query("".join(parts), 1000)
        parse_query("".join(parts), OFFERING, SETTINGS)
    except Problem as problem:
        assert problem.reason  # noqa: PT017 - whether it is raised depends on the text


@pytest.mark.parametrize("parameter", ["{0}=1", "sort={0}", "fields={0}", "filter=$[?(@.{0}==1)]"])
def test_a_path_has_at_most_thirty_two_names(parameter: str) -> None:
    specification = exposure("productSpecification", "TMF620/v4")
    value = "productSpecCharacteristic.productSpecCharacteristicValue.value"
    if parameter.startswith(("{", "filter")):
        assert parse_query(parameter.format(value + ".a" * 29), specification, SETTINGS).selection.where
    for path in (value + ".a" * 30, value + ".a" * 7000, "a" + ".a" * 7000):
        refusal(parameter.format(path), specification)


def test_what_was_asked_for_once_is_not_remembered_for_ever() -> None:
    attributes = OFFERING.contract._attributes
    for number in range(contracts.MOST_KEPT + 10):
        OFFERING.contract.attribute("ProductOffering", (f"x{number}",))
    OFFERING.contract.attribute("ProductOffering", ("y" * 201,))
    assert len(attributes) <= contracts.MOST_KEPT
    assert ("ProductOffering", ("y" * 201,)) not in attributes
