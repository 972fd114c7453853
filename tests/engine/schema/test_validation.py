"""Documents against their schemas: dispatch by `@type`, formats, missing types, faults in plain words."""

import json
from typing import Any

import pytest

from tests.support.nouns.every import registry
from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.rest.schema.validation import Validators
from tmf_server.rest.schema.validation_errors import Sample

INSTANT = "an instant with its offset, such as 2026-01-31T12:00:00Z"


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def discriminator(**mapping: str) -> dict[str, Any]:
    return {"propertyName": "@type", "mapping": {kind: ref(name)["$ref"] for kind, name in mapping.items()}}


def text(**more: Any) -> dict[str, Any]:
    return {"type": "string", **more}


SCHEMAS: dict[str, Any] = {
    "Extensible": {
        "type": "object",
        "properties": {"@type": text(), "@baseType": text()},
        "required": ["@type"],
    },
    "Box_FVO": {
        "allOf": [
            ref("Extensible"),
            {
                "type": "object",
                "properties": {
                    "name": text(minLength=2, maxLength=5),
                    "lastUpdate": text(format="date-time"),
                    "size": {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 10},
                    "count": {"type": "integer", "multipleOf": 2},
                    "score": {"type": "integer", "format": "int32"},
                    "priority": {"type": "integer", "format": "int64", "minimum": 1},
                    "state": text(enum=["open", "closed"]),
                    "code": text(pattern="^[A-Z]+$"),
                    "link": text(format="uri"),
                    "file": text(format="base64"),
                    "day": text(format="date"),
                    "tags": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": True, "items": text()},
                    "content": {"type": "array", "items": ref("Thing")},
                    "main": {"allOf": [ref("Thing")], "description": "one of them"},
                    "owner": ref("OwnerRefOrValue"),
                    "shape": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["edges"]}]},
                    "twice": {"oneOf": [{"type": "object"}, {"type": "object"}]},
                    "closed": {"type": "object", "additionalProperties": False, "properties": {"a": {}}},
                    "any": {},
                },
                "required": ["name", "lastUpdate"],
            },
        ],
        "discriminator": discriminator(Box="Box_FVO"),
    },
    "Thing": {
        "allOf": [ref("Extensible"), {"type": "object", "properties": {"name": text()}}],
        "discriminator": discriminator(Thing="Thing", Lamp="Lamp", Book="Book"),
    },
    "Lamp": {
        "allOf": [ref("Thing"), {"properties": {"watts": {"type": "integer"}}, "required": ["watts"]}],
        "discriminator": discriminator(Lamp="Lamp", LedLamp="LedLamp"),
    },
    "LedLamp": {
        "allOf": [ref("Lamp"), {"properties": {"colour": text()}}],
        "discriminator": discriminator(LedLamp="LedLamp"),
    },
    "Book": {
        "allOf": [ref("Thing"), {"properties": {"sequel": ref("Thing"), "pages": {"type": "integer"}}}],
        "discriminator": discriminator(Book="Book"),
    },
    "Person": {"allOf": [ref("Extensible"), {"properties": {"familyName": text()}, "required": ["familyName"]}]},
    "PersonRef": {"allOf": [ref("Extensible"), {"properties": {"id": text()}, "required": ["id"]}]},
    "OwnerRefOrValue": {
        "oneOf": [ref("Person"), ref("PersonRef")],
        "discriminator": discriminator(Person="Person", PersonRef="PersonRef"),
    },
    "Plain_Create": {"type": "object", "properties": {"@type": text(), "name": text()}, "required": ["name"]},
    "Untyped": {"type": "object", "properties": {"callback": text()}, "required": ["callback"]},
}


def contract(version: str = "v5", schemas: dict[str, Any] | None = None) -> Contract:
    document = {"openapi": "3.0.1", "paths": {}, "components": {"schemas": schemas or SCHEMAS}}
    return Contract("TMF000", version, "/things", document)


CONTRACT = contract()
LENIENT = Validators([CONTRACT])
STRICT = Validators([CONTRACT], strict=True)


def faults(document: Any, schema: str = "Box_FVO", validators: Validators = LENIENT) -> list[tuple[str, str]]:
    try:
        validators.check(CONTRACT, schema, document)
    except InvalidInput as error:
        return [(fault.pointer, fault.expected) for fault in error.faults]
    return []


def box(**attributes: Any) -> dict[str, Any]:
    return {"@type": "Box", "name": "box", **attributes}


def test_the_type_picks_the_schema() -> None:
    assert faults(box(content=[{"@type": "Thing"}, {"@type": "Book", "pages": 3}, {"@type": "Lamp", "watts": 5}])) == []
    assert faults(box(content=[{"@type": "Thing", "watts": "x"}])) == []
    assert faults(box(content=[{"@type": "Book", "pages": "x"}])) == [
        ("/content/0/pages", "a whole number, not a string")
    ]
    assert faults(box(content=[{"@type": "Lamp"}])) == [("/content/0/watts", "a value; the attribute is mandatory")]


def test_a_type_that_only_a_subtype_declares_is_known() -> None:
    assert faults(box(content=[{"@type": "LedLamp", "watts": 5, "colour": 1}])) == [
        ("/content/0/colour", "a string, not a number")
    ]


def test_an_object_deep_inside_is_checked_by_its_own_type() -> None:
    book = {"@type": "Book", "sequel": {"@type": "Book", "sequel": {"@type": "Lamp", "watts": "many"}}}
    assert faults(box(content=[book])) == [("/content/0/sequel/sequel/watts", "a whole number, not a string")]


def test_a_reference_wrapped_in_all_of_is_checked_by_its_type_too() -> None:
    assert faults(box(main={"@type": "Book", "pages": "x"})) == [("/main/pages", "a whole number, not a string")]


def test_an_unknown_type_is_taken_as_its_base_type_then_as_the_schema_in_place() -> None:
    torch = {"@type": "Torch", "@baseType": "Lamp"}
    assert faults(box(content=[torch])) == [("/content/0/watts", "a value; the attribute is mandatory")]
    assert faults(box(content=[torch | {"watts": 1, "battery": True}])) == []
    assert faults(box(content=[{"@type": "Torch", "@baseType": "Tool", "name": 1}])) == [
        ("/content/0/name", "a string, not a number")
    ]
    assert faults(box() | {"@type": "Crate"}) == []


def test_the_base_type_does_not_overrule_a_known_type() -> None:
    assert faults(box(content=[{"@type": "Thing", "@baseType": "Lamp"}])) == []


def test_a_nested_object_without_a_type_is_refused() -> None:
    assert faults(box(content=[{"name": "x"}])) == [("/content/0/@type", "a value; the attribute is mandatory")]
    assert faults(box(owner={"id": "1"})) == [("/owner/@type", "a value; the attribute is mandatory")]
    assert faults(box(owner={"@type": "", "id": "1"})) == [("/owner/@type", "1 characters or more")]
    assert faults(box(owner={"@type": 1, "id": "1"})) == [("/owner/@type", "a string, not a number")]


@pytest.mark.parametrize("name", ["@type", "@baseType", "@referredType", "@schemaLocation"])
def test_what_picks_schemas_is_a_string_also_where_no_schema_says_so(name: str) -> None:
    assert faults({"callback": "x", name: {}}, "Untyped") == [(f"/{name}", "a string, not an object")]
    assert faults(box(extra=[{"deep": [{name: []}]}])) == [(f"/extra/0/deep/0/{name}", "a string, not an array")]
    assert faults(box(owner={"@type": "Company", "x": {name: 1}})) == [(f"/owner/x/{name}", "a string, not a number")]
    assert faults(box(extra={name: "Any"})) == []


def test_a_reference_or_value_is_told_apart_by_its_type_and_not_by_trial() -> None:
    both = {"id": "1", "familyName": "Kay"}
    assert faults(box(owner={"@type": "PersonRef", **both})) == []
    assert faults(box(owner={"@type": "Person", **both})) == []
    assert faults(box(owner={"@type": "Person", "id": "1"})) == [
        ("/owner/familyName", "a value; the attribute is mandatory")
    ]
    assert faults(box(owner={"@type": "Company", "@baseType": "PersonRef"})) == [
        ("/owner/id", "a value; the attribute is mandatory")
    ]
    assert faults(box(owner={"@type": "Company"})) == []


def test_strict_refuses_unknown_types_of_nested_objects() -> None:
    told = [("/content/0/@type", "one of Book, Lamp, LedLamp, Thing")]
    assert faults(box(content=[{"@type": "Torch"}]), validators=STRICT) == told
    assert faults(box(content=[{"@type": "Torch", "@baseType": "Book"}]), validators=STRICT) == told
    assert faults(box(owner={"@type": "Company"}), validators=STRICT) == [("/owner/@type", "one of Person, PersonRef")]
    assert faults(box(content=[{"@type": "Book"}]), validators=STRICT) == []


def test_strict_refuses_an_unknown_type_of_a_record() -> None:
    STRICT.check_type(CONTRACT, "Box_FVO", box())
    LENIENT.check_type(CONTRACT, "Box_FVO", box() | {"@type": "Crate"})
    for validators, wrong in ((STRICT, "Crate"), (STRICT, "Lamp"), (LENIENT, "Lamp"), (LENIENT, "")):
        with pytest.raises(InvalidInput) as caught:
            validators.check_type(CONTRACT, "Box_FVO", box() | {"@type": wrong})
        assert caught.value.code == "wrongType"


def test_what_a_request_leaves_out_is_checked_like_in_an_answer() -> None:
    schemas = {
        "Base": {"properties": {"id": {"type": "integer"}, "day": text(format="date")}},
        "Shelf": {"allOf": [ref("Base"), {"properties": {"name": text(), "state": text(enum=["open"])}}]},
        "Shelf_Create": {"properties": {"name": text(), "board": ref("Board_Create")}},
        "Board": {"properties": {"rank": {"type": "integer"}}},
        "Board_Create": {"type": "object"},
    }
    shelves = contract(schemas=schemas)
    validators = Validators([shelves])
    validators.check(shelves, "Shelf_Create", {"id": "a", "name": "x", "day": "2026-01-31", "state": "open"})
    wrong = {"id": 1, "day": "x", "state": {}, "board": {"rank": "x"}}
    with pytest.raises(InvalidInput) as caught:
        validators.check(shelves, "Shelf_Create", wrong)
    assert {fault.pointer for fault in caught.value.faults} == {"/id", "/day", "/state", "/board/rank"}


def test_what_the_server_sets_is_not_missed_at_the_top() -> None:
    assert faults(box()) == []
    assert faults({"@type": "Box"}) == [("/name", "a value; the attribute is mandatory")]
    assert faults(box(owner={"@type": "PersonRef"})) == [("/owner/id", "a value; the attribute is mandatory")]
    assert faults(box(lastUpdate="yesterday")) == [("/lastUpdate", INSTANT)]


@pytest.mark.parametrize(
    ("attribute", "value", "told"),
    [
        ("name", "x", "2 characters or more"),
        ("name", "x" * 6, "5 characters or fewer"),
        ("name", ["x"], "a string, not an array"),
        ("name", True, "a string, not true or false"),
        ("size", 0, "a number above 0"),
        ("size", 11, "a number of 10 or less"),
        ("size", "1", "a number, not a string"),
        ("count", 3, "a multiple of 2"),
        ("score", 2**31, "a number of 2147483647 or less"),
        ("score", -(2**31) - 1, "a number of -2147483648 or more"),
        ("priority", 0, "a number of 1 or more"),
        ("priority", 2**63, "a number of 9223372036854775807 or less"),
        ("count", 2.5, "a whole number, not a number"),
        ("state", "ajar", "one of open, closed"),
        ("code", "abc", "text that matches ^[A-Z]+$"),
        ("link", "not a url", "a URL, without white space"),
        ("file", "?", "text in Base64"),
        ("day", "2026-02-30", "a date, such as 2026-01-31"),
        ("tags", [], "1 elements or more"),
        ("tags", ["a", "b", "c", "d"], "3 elements or fewer"),
        ("tags", ["a", "a"], "no element twice"),
        ("tags", {"a": 1}, "an array, not an object"),
        ("shape", {}, "a value of one of the allowed forms; for the nearest: a string, not an object"),
        ("shape", 1, "a value of one of the allowed forms; for the nearest: a string, not a number"),
        ("twice", {}, "a value of exactly one of the allowed forms"),
        ("closed", {"b": 1}, "no attributes beyond the schema, such as b"),
    ],
)
def test_a_fault_says_in_plain_words_what_was_expected(attribute: str, value: Any, told: str) -> None:
    found = faults(box(**{attribute: value}))
    assert (f"/{attribute}", told) in [(pointer.removesuffix("/b"), words) for pointer, words in found]


def test_whole_numbers_are_taken_up_to_the_ends_of_their_format() -> None:
    for end in (2**31 - 1, -(2**31)):
        assert faults(box(score=end)) == []
    assert faults(box(priority=2**63 - 1)) == []
    assert faults(box(count=2**40)) == [], "a bound holds where a document declares it only"


def test_the_served_documents_bound_the_rating_of_a_party() -> None:
    contract = next(one for one in registry().contracts if one.name == "TMF629/v5")
    validators = Validators([contract])
    profile = {"@type": "PartyCreditProfile", "creditAgencyName": "x", "creditAgencyType": "x", "ratingScore": 2**31}
    with pytest.raises(InvalidInput) as caught:
        validators.check(contract, "PartyCreditProfile", profile)
    assert [fault.pointer for fault in caught.value.faults] == ["/ratingScore"]
    validators.check(contract, "PartyCreditProfile", profile | {"ratingScore": 2**31 - 1})


@pytest.mark.parametrize("good", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456+02:00", "0001-01-01T00:00:00Z"])
def test_instants_as_rfc_3339_writes_them_are_taken(good: str) -> None:
    assert faults(box(lastUpdate=good)) == []


@pytest.mark.parametrize(
    "bad",
    [
        "2026-01-31",
        "2026-01-31T12:00:00",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "0000-01-01T00:00:00Z",
        "",
        "x",
    ],
)
def test_other_instants_are_refused(bad: str) -> None:
    assert faults(box(lastUpdate=bad)) == [("/lastUpdate", INSTANT)]


def test_urls_may_be_relative_and_attributes_beyond_the_schema_are_free() -> None:
    assert faults(box(link="/things/1", any=[1, {"x": "y"}], extra={"deep": [1]})) == []


def test_at_most_twenty_faults_are_told_and_none_twice() -> None:
    many = faults(box(content=[{"@type": "Lamp", "watts": "x"} for _ in range(30)], size="x"))
    assert len(many) == len(set(many)) == 20


def test_a_fault_far_down_in_a_large_document_is_found() -> None:
    things: list[Any] = [{"@type": "Thing"}] * 30_000
    assert faults(box(content=[*things, {"@type": "Lamp"}])) == [
        ("/content/30000/watts", "a value; the attribute is mandatory")
    ]
    assert faults(box(content=[1] * 30_000))[0] == ("/content/0", "an object, not a number")


def test_telling_faults_stays_cheap_however_large_the_document() -> None:
    sample = Sample()
    copied = sample.of({"a": [[1] * 1000] * 1000, "b": list(range(1000))})
    assert sample.cut
    assert len(json.dumps(copied)) < 3000
    small = {"a": list(range(20)), "b": {"c": [{}]}}
    whole = Sample()
    assert whole.of(small) == small
    assert not whole.cut


def test_an_array_is_not_called_too_short_because_it_was_cut() -> None:
    schemas = {"Long": {"properties": {"all": {"type": "array", "minItems": 30, "items": {"type": "integer"}}}}}
    long = contract(schemas=schemas)
    with pytest.raises(InvalidInput) as caught:
        Validators([long]).check(long, "Long", {"all": ["x"] * 40})
    assert {fault.expected for fault in caught.value.faults} == {"a whole number, not a string"}


def test_a_pointer_escapes_names_and_stays_short() -> None:
    schemas = {"Odd": {"type": "object", "properties": {"a/b~c": text()}, "additionalProperties": {"type": "integer"}}}
    odd = contract(schemas=schemas)
    validators = Validators([odd])
    with pytest.raises(InvalidInput) as caught:
        validators.check(odd, "Odd", {"a/b~c": 1, "x" * 5000: "y"})
    pointers = sorted(fault.pointer for fault in caught.value.faults)
    assert pointers == ["/a~1b~0c", "/" + "x" * 199 + "…"]


def test_an_unknown_schema_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        LENIENT.check(CONTRACT, "Nothing", {})


@pytest.mark.parametrize("document", [None, 1, "x", [], [{}], True])
def test_a_document_has_to_be_an_object(document: Any) -> None:
    assert all(told.startswith("an object, not ") for _, told in faults(document))
    assert faults(document)


@pytest.mark.parametrize(
    ("version", "schema", "expected"),
    [
        ("v5", "Box_FVO", "Box"),
        ("v5", "Thing", None),
        ("v5", "Person", "Person"),
        ("v5", "Untyped", None),
        ("v4", "Plain_Create", "Plain"),
        ("v4", "Thing", "Thing"),
        ("v4", "Untyped", None),
    ],
)
def test_a_missing_type_is_filled_in_where_it_can_only_be_one(version: str, schema: str, expected: str | None) -> None:
    served = contract(version)
    validators = Validators([served])
    document: dict[str, Any] = {"name": "x"}
    validators.complete(served, schema, document)
    assert document.get("@type") == expected
    named = {"@type": "Other"}
    validators.complete(served, schema, named)
    assert named == {"@type": "Other"}
