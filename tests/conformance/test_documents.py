"""Documents as facts: both formats, nouns, events, schemas by @type, and what is refused in one line."""

from pathlib import Path

import pytest

from tests.conformance.conftest import ROOT
from tmf_conformance.documents.document import Document, load
from tmf_conformance.errors import CannotRun

OURS = sorted((ROOT / "openapi").glob("v*/TMF*.yaml"))
PUBLISHED = sorted((ROOT.parent / "shared" / "reference").glob("v*/TMF*"))
SWAGGER = """{"swagger": "2.0", "info": {"title": "Thing", "version": "4.1.0"}, "basePath": "/x/v4",
"consumes": ["application/json;charset=utf-8"], "produces": ["application/json;charset=utf-8"],
"paths": {"/thing": {"get": {"operationId": "listThing",
"parameters": [{"name": "limit", "in": "query", "type": "integer"}],
"responses": {"200": {"description": "ok", "headers": {"X-Total-Count": {"type": "integer"}},
"schema": {"type": "array", "items": {"$ref": "#/definitions/Thing"}}}}},
"post": {"operationId": "createThing", "parameters": [{"name": "thing", "in": "body", "required": true,
"schema": {"$ref": "#/definitions/Thing_Create"}}], "responses": {"201": {"description": "ok",
"schema": {"$ref": "#/definitions/Thing"}}}}}},
"definitions": {"Thing": {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
"Thing_Create": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}}"""


def test_swagger_and_openapi_give_the_same_facts(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    path.write_text(SWAGGER)
    document = load(path)
    (noun,) = document.nouns
    assert (document.api, document.version) == ("Thing", "v4")
    assert set(noun.operations) == {"list", "create"}
    assert document.schemas.required(noun.body_schema("create")) == {"name"}
    assert noun.operations["list"].answers["200"].headers == ("X-Total-Count",)
    assert noun.operations["list"].parameters[0]["schema"] == {"type": "integer"}
    assert list(noun.operations["create"].bodies) == ["application/json"]


def test_nouns_events_and_hub_of_an_unknown_api(widget: Document) -> None:
    assert [noun.name for noun in widget.nouns] == ["widget", "widgetModel", "inspectWidget"]
    by_name = {noun.name: noun for noun in widget.nouns}
    assert by_name["inspectWidget"].is_task
    assert not by_name["widget"].is_task
    assert not by_name["widgetModel"].has("create")
    assert widget.event_type(by_name["widget"], "StateChange") == "WidgetStateChangeEvent"
    assert widget.event_type(by_name["widgetModel"], "Create") is None
    assert widget.hub is not None
    assert not widget.hub.has("retrieve")


def test_attributes_are_typed_through_objects_arrays_and_subtypes(widget: Document) -> None:
    record = {
        "@type": "SmartWidget",
        "firmware": "1",
        "wheels": 4,
        "builtOn": "2030-01-01T00:00:00Z",
        "maker": {"id": "m", "@type": "MakerRef"},
        "note": [{"text": "a"}, {"text": "b"}],
        "characteristic": [{"@type": "IntegerCharacteristic", "value": 3}],
        "unknown": 1,
    }
    found = {a.path: (a.kind, a.arrays) for a in widget.schemas.attributes(widget.nouns[0].schema, record)}
    assert found["firmware"] == ("string", 0)
    assert found["wheels"] == ("integer", 0)
    assert found["builtOn"] == ("instant", 0)
    assert found["maker.id"] == ("string", 0)
    assert found["note.text"] == ("string", 1)
    assert found["characteristic.value"] == ("integer", 1)
    assert "unknown" not in found


@pytest.mark.parametrize("path", [*OURS, *PUBLISHED], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_document_of_the_seven_apis_is_understood(path: Path) -> None:
    document = load(path)
    assert document.api == path.stem
    assert document.version == path.parent.name
    assert document.hub is not None
    assert all(noun.schema for noun in document.nouns)
    creatable = [noun for noun in document.nouns if noun.has("create")]
    assert creatable
    assert all(document.schemas.properties(noun.body_schema("create")) for noun in creatable)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{broken", "does not parse"),
        ("a: [1", "does not parse"),
        ("just words", "is not an OpenAPI document"),
        ("[]", "is not an OpenAPI document"),
        ('{"paths": {}}', "names neither"),
        ('{"openapi": "3.0.1", "paths": {}}', "declares no collection"),
        ('{"openapi": "3.0.1", "paths": {"/x": 5}}', "not a usable"),
    ],
)
def test_a_file_that_is_no_document_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    with pytest.raises(CannotRun) as refusal:
        load(path)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="cannot be read"):
        load(tmp_path / "nothing.yaml")
