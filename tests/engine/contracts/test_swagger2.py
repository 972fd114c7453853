"""Swagger 2.0 documents read as OpenAPI 3.0."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from connexion.spec import Specification

from tmf_server.contracts.swagger2 import convert_swagger2

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "reference" / "v4"
PUBLISHED_FILES = sorted(PUBLISHED.glob("*.json"))

DOCUMENT: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Things", "version": "1"},
    "host": "api.example.com",
    "basePath": "/things/v4/",
    "schemes": ["https", "http"],
    "consumes": ["application/json;charset=utf-8", "application/json"],
    "produces": ["application/json;charset=utf-8"],
    "tags": [{"name": "thing"}],
    "parameters": {
        "Limit": {"name": "limit", "in": "query", "type": "integer", "minimum": 0, "description": "how many"},
        "Thing": {"name": "body", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Thing"}},
    },
    "responses": {"Bad": {"description": "wrong", "schema": {"$ref": "#/definitions/Error"}}},
    "securityDefinitions": {
        "password": {"type": "basic", "description": "name and password"},
        "key": {"type": "apiKey", "name": "X-Key", "in": "header"},
        "code": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://a.example.com",
            "tokenUrl": "https://t.example.com",
            "scopes": {"read": "to read"},
        },
    },
    "paths": {
        "x-internal": {},
        "/thing/{id}": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "type": "string"},
                {"name": "mode", "in": "query", "type": "string"},
            ],
            "get": {
                "operationId": "retrieveThing",
                "parameters": [
                    {"$ref": "#/parameters/Limit"},
                    {"name": "mode", "in": "query", "type": "integer"},
                    {"name": "a", "in": "query", "type": "array", "items": {"type": "string"}},
                    {
                        "name": "b",
                        "in": "query",
                        "type": "array",
                        "collectionFormat": "multi",
                        "items": {"type": "string"},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "it",
                        "schema": {"$ref": "#/definitions/Thing"},
                        "headers": {"X-Total-Count": {"type": "integer", "description": "how many"}},
                        "examples": {"application/json;charset=utf-8": {"id": "1"}},
                    },
                    "400": {"$ref": "#/responses/Bad"},
                },
            },
            "put": {
                "operationId": "replaceThing",
                "consumes": ["application/xml"],
                "parameters": [{"$ref": "#/parameters/Thing"}],
                "responses": {"204": {"description": "done"}},
            },
        },
        "/file": {
            "post": {
                "operationId": "sendFile",
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "file", "in": "formData", "type": "file", "required": True},
                    {"name": "note", "in": "formData", "type": "string", "description": "a note"},
                ],
                "responses": {"204": {"description": "done"}},
            }
        },
    },
    "definitions": {
        "Error": {"type": "object"},
        "Thing": {
            "type": "object",
            "discriminator": "@type",
            "required": ["@type"],
            "properties": {
                "@type": {"type": "string"},
                "discriminator": {"type": "string"},
                "items": {"type": "array", "items": {"$ref": "#/definitions/Thing"}},
                "note": {"type": "string", "x-nullable": True},
                "more": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Error"}},
                "both": {"allOf": [{"$ref": "#/definitions/Error"}]},
            },
        },
    },
}


@pytest.fixture(scope="module")
def converted() -> dict[str, Any]:
    return convert_swagger2(DOCUMENT)


def test_the_result_is_valid_openapi_3(converted: dict[str, Any]) -> None:
    assert Specification.from_dict(copy.deepcopy(converted)).version == (3, 0, 3)


def test_the_input_is_not_changed() -> None:
    before = copy.deepcopy(DOCUMENT)
    convert_swagger2(DOCUMENT)
    assert before == DOCUMENT


def test_the_servers_come_from_host_base_path_and_schemes(converted: dict[str, Any]) -> None:
    assert converted["servers"] == [
        {"url": "https://api.example.com/things/v4"},
        {"url": "http://api.example.com/things/v4"},
    ]
    alone = {key: value for key, value in DOCUMENT.items() if key != "host"}
    assert convert_swagger2(alone)["servers"] == [{"url": "/things/v4"}]


def test_definitions_become_component_schemas_with_their_references(converted: dict[str, Any]) -> None:
    thing = converted["components"]["schemas"]["Thing"]
    assert thing["discriminator"] == {"propertyName": "@type"}
    assert thing["properties"]["items"] == {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    assert thing["properties"]["more"]["additionalProperties"] == {"$ref": "#/components/schemas/Error"}
    assert thing["properties"]["both"] == {"allOf": [{"$ref": "#/components/schemas/Error"}]}
    assert thing["properties"]["note"] == {"type": "string", "nullable": True}
    assert thing["properties"]["discriminator"] == {"type": "string"}, "an attribute of that name is no keyword"


def test_a_parameter_s_type_moves_into_its_schema(converted: dict[str, Any]) -> None:
    get = converted["paths"]["/thing/{id}"]["get"]
    assert get["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "mode", "in": "query", "schema": {"type": "integer"}},
        {"$ref": "#/components/parameters/Limit"},
        {
            "name": "a",
            "in": "query",
            "explode": False,
            "schema": {"type": "array", "items": {"type": "string"}},
        },
        {"name": "b", "in": "query", "explode": True, "schema": {"type": "array", "items": {"type": "string"}}},
    ]
    assert converted["components"]["parameters"] == {
        "Limit": {
            "name": "limit",
            "in": "query",
            "description": "how many",
            "schema": {"type": "integer", "minimum": 0},
        }
    }


def test_a_body_parameter_becomes_the_request_body(converted: dict[str, Any]) -> None:
    put = converted["paths"]["/thing/{id}"]["put"]
    schema = {"schema": {"$ref": "#/components/schemas/Thing"}}
    assert put["requestBody"] == {"required": True, "content": {"application/xml": schema}}
    assert [one["name"] for one in put["parameters"]] == ["id", "mode"]


def test_form_fields_become_one_body(converted: dict[str, Any]) -> None:
    assert converted["paths"]["/file"]["post"]["requestBody"] == {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "note": {"type": "string", "description": "a note"},
                    },
                    "required": ["file"],
                }
            }
        },
    }


def test_a_response_names_its_media_type_without_charset(converted: dict[str, Any]) -> None:
    responses = converted["paths"]["/thing/{id}"]["get"]["responses"]
    assert responses["400"] == {"$ref": "#/components/responses/Bad"}
    assert responses["200"] == {
        "description": "it",
        "headers": {"X-Total-Count": {"description": "how many", "schema": {"type": "integer"}}},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {"id": "1"}}},
    }
    assert converted["components"]["responses"]["Bad"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
    }


def test_security_schemes_are_rewritten(converted: dict[str, Any]) -> None:
    assert converted["components"]["securitySchemes"] == {
        "password": {"type": "http", "scheme": "basic", "description": "name and password"},
        "key": {"type": "apiKey", "name": "X-Key", "in": "header"},
        "code": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "https://a.example.com",
                    "tokenUrl": "https://t.example.com",
                    "scopes": {"read": "to read"},
                }
            },
        },
    }


def test_other_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="not a Swagger 2"):
        convert_swagger2({"openapi": "3.0.1", "paths": {}})


@pytest.mark.skipif(not PUBLISHED_FILES, reason="the published documents lie beside a work checkout only")
@pytest.mark.parametrize("path", PUBLISHED_FILES, ids=lambda path: path.stem)
def test_published_documents_keep_every_operation_and_schema(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    result = convert_swagger2(document)
    Specification.from_dict(copy.deepcopy(result))
    assert set(result["components"]["schemas"]) == set(document["definitions"])
    assert _operations(result) == _operations(document)
    assert "#/definitions/" not in json.dumps(result)


def _operations(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (path, method, operation["operationId"])
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
