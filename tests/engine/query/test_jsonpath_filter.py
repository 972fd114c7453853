"""How JSONPath filters are read (TMF630 part 6). No server."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.nouns.every import registry
from tmf_server.config import Settings
from tmf_server.errors import InvalidInput, NotSupported, Problem
from tmf_server.rest.query.query import parse_query
from tmf_server.storage.query.conditions import And, Compare, Condition, Exists, Not, Or, Some

SETTINGS = Settings()
OFFERING: Any = registry().exposure("TMF620/v5", "productOffering")
SPECIFICATION: Any = registry().exposure("TMF620/v5", "productSpecification")
VALUE = ("characteristicValueSpecification", "value")


def read(jsonpath: str, exposure: Any = OFFERING) -> Condition | None:
    encoded = jsonpath.replace("%", "%25").replace("&", "%26").replace("+", "%2B")
    return parse_query(f"filter={encoded}", exposure, SETTINGS).selection.where


def name(operator: str, value: str) -> Compare:
    return Compare(("name",), operator, value, "text")


@pytest.mark.parametrize(
    "jsonpath",
    ["$[?(@.name=='a')]", "$[?@.name=='a']", '$[?(@["name"]=="a")]', "$[*][?('a'==@.name)]", " $[?( @.name == 'a' )]"],
)
def test_a_filter_behind_the_root_is_about_records(jsonpath: str) -> None:
    assert read(jsonpath) == name("eq", "a")


@pytest.mark.parametrize(
    "jsonpath", ["category[?(@.name=='a')]", "$.category[?(@.name=='a')]", "$['category'][?@.name=='a']"]
)
def test_a_filter_behind_a_name_is_about_its_elements(jsonpath: str) -> None:
    assert read(jsonpath) == Some(("category",), name("eq", "a"))


@pytest.mark.parametrize("jsonpath", ["$.category[?()]", "category[?()]", "category[*]", "$.category"])
def test_a_path_alone_asks_whether_there_is_anything(jsonpath: str) -> None:
    assert read(jsonpath) == Exists(("category",))


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("==", "eq"), (">", "gt"), (">=", "gte"), ("<", "lt"), ("<=", "lte")],
)
def test_operators(operator: str, expected: str) -> None:
    assert read(f"$[?(@.name{operator}'a')]") == name(expected, "a")


def test_a_literal_on_the_left_turns_the_operator() -> None:
    assert read("$[?('a'<@.name)]") == name("gt", "a")


def test_ne_denies_eq() -> None:
    assert read("$[?(@.name!='a')]") == read("$[?(!(@.name=='a'))]") == Not(name("eq", "a"))


def test_logic() -> None:
    a, b, c = name("eq", "a"), name("eq", "b"), name("eq", "c")
    assert read("$[?(@.name=='a' && @.name=='b' || @.name=='c')]") == Or((And((a, b)), c))
    assert read("$[?(@.name=='a' && (@.name=='b' || !(@.name=='c')))]") == And((a, Or((b, Not(c)))))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("/^a/", "^a"), ("/^a/i", "(?i)^a"), ("/a.b/s", "(?s)a.b"), (r"/a\/b/", "a/b"), ("'^a'", "^a"), ("/a/a", "a")],
)
def test_regular_expressions(pattern: str, expected: str) -> None:
    assert read(f"$[?(@.name=~{pattern})]") == name("regex", expected)


def test_existence_and_null() -> None:
    there = Exists(("description",))
    assert read("$[?(@.description)]") == read("$[?(@.description!=null)]") == there
    assert read("$[?(!@.description)]") == read("$[?(@.description==null)]") == Not(there)


def test_names_with_an_at_sign() -> None:
    expected = Compare(("@type",), "eq", "X", "text")
    assert read("$[?(@.@type=='X')]") == read("$[?(@['@type']=='X')]") == expected


def test_what_follows_a_filter_belongs_to_the_element() -> None:
    assert read("category[?(@.id=='1')].name") == Some(
        ("category",), And((Compare(("id",), "eq", "1", "text"), Exists(("name",))))
    )
    nested = "prodSpecCharValueUse[?(@.name=='a')].productSpecCharacteristicValue[?(@.isDefault==true)]"
    assert read(nested) == Some(
        ("prodSpecCharValueUse",),
        And(
            (
                name("eq", "a"),
                Some(("productSpecCharacteristicValue",), Compare(("isDefault",), "eq", True, "boolean")),
            )
        ),
    )


def test_a_filter_inside_of_a_filter() -> None:
    assert read("$[?(@.category[?(@.id=='1')])]") == Some(("category",), Compare(("id",), "eq", "1", "text"))
    assert read("$[?(@.category[?(@.id=='1')].name=='a')]") == Some(
        ("category",), And((Compare(("id",), "eq", "1", "text"), name("eq", "a")))
    )


def test_a_path_of_the_element_goes_through_arrays() -> None:
    assert (
        read("$[?(@.category[*].name=='a')]")
        == read("$[?(@.category.name=='a')]")
        == Compare(("category", "name"), "eq", "a", "text")
    )


def test_the_literal_says_what_an_attribute_without_a_type_is() -> None:
    jsonpath = "productSpecCharacteristic[?(@.characteristicValueSpecification.value%s)]"

    def value(operator: str, value: Any, kind: str) -> Condition:
        return Some(("productSpecCharacteristic",), Compare(VALUE, operator, value, kind))

    assert read(jsonpath % "=='100'", SPECIFICATION) == value("eq", "100", "text")
    assert read(jsonpath % "==100", SPECIFICATION) == value("eq", Decimal(100), "number")
    assert read(jsonpath % "==true", SPECIFICATION) == value("eq", True, "boolean")
    assert read(jsonpath % "=='true'", SPECIFICATION) == value("eq", "true", "text")
    assert read(jsonpath % ">'2026-01-01'", SPECIFICATION) == value("gt", 1767225600000000, "instant")
    assert read(jsonpath % ">'blue'", SPECIFICATION) == value("gt", "blue", "text")
    assert read(jsonpath % "!='100'", SPECIFICATION) == Some(
        ("productSpecCharacteristic",), Not(Compare(VALUE, "eq", "100", "text"))
    )


def test_numbers_keep_their_digits() -> None:
    jsonpath = "productSpecCharacteristic[?(@.characteristicValueSpecification.value==%s)]"
    for text in ("9007199254740993", "0.1", "-1.50", "12345678901234567890.123", "1e3"):
        assert read(jsonpath % text, SPECIFICATION) == Some(
            ("productSpecCharacteristic",), Compare(VALUE, "eq", Decimal(text), "number")
        )


def test_two_bounds_of_one_attribute_are_a_range_of_one_value() -> None:
    jsonpath = "productSpecCharacteristic[?(@.name=='speed' && @.{0}>100 && @.{0}<=200)]"
    bounds = And((Compare((), "gt", Decimal(100), "number"), Compare((), "lte", Decimal(200), "number")))
    assert read(jsonpath.format(".".join(VALUE)), SPECIFICATION) == Some(
        ("productSpecCharacteristic",), And((name("eq", "speed"), Some(VALUE, bounds)))
    )


def test_bounds_of_an_attribute_with_one_value_stay_apart() -> None:
    assert read("$[?(@.name>'a' && @.name<'c')]") == And((name("gt", "a"), name("lt", "c")))


def test_instants_are_compared_as_instants() -> None:
    assert read("$[?(@.validFor.startDateTime>='2026-01-01T02:00:00+02:00')]") == Compare(
        ("validFor", "startDateTime"), "gte", 1767225600000000, "instant"
    )


def test_a_filter_is_anded_with_the_plain_ones() -> None:
    query = parse_query("name=a&filter=category[?(@.id=='1')]", OFFERING, SETTINGS)
    assert query.selection.where == And((name("eq", "a"), Some(("category",), Compare(("id",), "eq", "1", "text"))))


def test_v4_elements_are_asked_where_they_are_stored() -> None:
    catalog: Any = registry().exposure("TMF620/v4", "catalog")
    assert read("relatedParty[?(@.id=='1' && @.role=='owner')]", catalog) == Some(
        ("relatedParty",),
        And((Compare(("partyOrPartyRole", "id"), "eq", "1", "text"), Compare(("role",), "eq", "owner", "text"))),
    )


@pytest.mark.parametrize(
    "jsonpath",
    [
        "",
        "$[?(",
        "$[?(@.name=='a'",
        "$[?(@.name=='a)]",
        "$[?(@.name='a')]",
        "$[?(@.name==)]",
        "$[",
        "$.",
        "][",
        "@.name=='a'",
        "name=='a'",
        "$[?(@.nothing=='a')]",
        "nothing[?(@.name=='a')]",
        "category[?(@.nothing=='a')]",
        "$[?(@.name==5)]",
        "$[?(@.isBundle=='maybe')]",
        "$[?(@.isBundle>true)]",
        "$[?(@.category=='a')]",
        "$[?(@.lastUpdate>5)]",
        "$[?(@.name=~/(/)]",
        "$[?(@.name=~/a{1000}/)]",
        f"$[?(@.name=~/{'a' * 201}/)]",
        f"$[?({'(' * 3000}@.name{')' * 3000})]",
        f"$[?({'!' * 3000}@.name)]",
        f"$[?(@.version=={'9' * 101})]",
        "$[?(@.name=='a')] ||",
        # what python-jsonpath adds to the language
        "~a",
        "|a",
        "&a",
        "^a",
        "_.a",
        "$.name | $.id",
        "$.name & $.id",
        "$.~name",
        "$[~'name']",
        "$[~?(@.name)]",
        "category[name]",
        "category[$.name]",
        "$[?(#=='a')]",
        "$[?(@.name in ['a','b'])]",
        "$[?(@.name contains 'a')]",
        "$[?(@.name <> 'a')]",
        "$[?(@.name==undefined)]",
        "$[?(@.name==missing)]",
        "$[?(not @.name)]",
        "$[?(@.name and @.id)]",
        "$[?(@.name or @.id)]",
        *(f"$[?(@.name=={word})]" for word in ("nil", "none", "None", "Null", "True", "False")),
        "$[?(nothing(@.name))]",
        "$[?(typeof(@.name)=='string')]",
        # what no text of a record can be
        r"$[?(@.name=='\ud800')]",
        r"$[?(@.name=='a\udfffb')]",
        r"$[?(@.name=='\u0000')]",
        r"$[?(@['na\u0000me']=='a')]",
        r"$[?(@['\ud800'])]",
        r"$['\ud800']",
        "$[?(" + " || ".join(["@.name=='a'"] * 101) + ")]",
    ],
)
def test_bad_syntax_and_unknown_names_are_400(jsonpath: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(jsonpath)
    assert not isinstance(caught.value, NotSupported)


@pytest.mark.parametrize(
    "jsonpath",
    [
        "$..name",
        "$[0]",
        "category[0]",
        "category[-1].id",
        "category[0:2]",
        "$['name','id']",
        "$.validFor.*",
        "$[?(length(@.name)>2)]",
        "$[?(count(@.category)>2)]",
        "$[?(match(@.name,'a'))]",
        "$[?(@.name==@.id)]",
        "$[?(@.name==$.name)]",
        "$[?($.name)]",
        "$[?('a'=='a')]",
        "$[?(@.name > null)]",
    ],
)
def test_what_is_right_and_not_built_is_501(jsonpath: str) -> None:
    with pytest.raises(NotSupported):
        read(jsonpath)


SIGNS = ("$", "[?(", ")]", "@", ".name", ".category", "==", "'a'", "5", "&&", "||", "!", "(", ")", "=~", "/a/i", "[*]")
MORE = ("[?()]", "[0]", "..", " ", "null", "true", "-", "1e99999999", ".@type", "'", "/", "[")


@given(st.lists(st.sampled_from(SIGNS + MORE), max_size=14))
def test_any_mixture_of_signs_is_read_or_refused(parts: list[str]) -> None:
    try:
        read("".join(parts))
    except Problem as problem:
        assert problem.reason  # noqa: PT017 - whether it is raised depends on the text
