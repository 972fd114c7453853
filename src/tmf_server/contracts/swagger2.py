"""Swagger 2.0 documents rewritten as OpenAPI 3.0. Pure: reads no file, changes no input, knows no noun."""

from typing import Any

Node = dict[str, Any]

JSON = "application/json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
FORMS = {"multipart/form-data", "application/x-www-form-urlencoded"}
MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
# Attributes of a Swagger 2.0 parameter or header kept outside of the schema by OpenAPI 3.0.
BESIDE_SCHEMA = ("name", "in", "description", "required", "allowEmptyValue")
STYLES: dict[str, Node] = {
    "csv": {"explode": False},
    "multi": {"explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}
# The conversion of a schema keyword's value; further values stay unchanged.
ONE, NAMED, LISTED = "one schema", "schemas by name", "a list of schemas"
HOLDS_SCHEMAS = {
    "properties": NAMED,
    "items": ONE,
    "additionalProperties": ONE,
    "not": ONE,
    "allOf": LISTED,
    "anyOf": LISTED,
    "oneOf": LISTED,
}
OAUTH_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}


def convert_swagger2(document: Node) -> Node:
    """Return a Swagger 2.0 document as OpenAPI 3.0.3; paths, operationIds and schema names stay unchanged.

    Media types lose their parameters (`application/json;charset=utf-8` is `application/json`), since a client sending
    plain JSON must match. Raises ValueError for a document in a different format.
    """
    if document.get("swagger") != "2.0":
        raise ValueError(f"not a Swagger 2.0 document: it says swagger: {document.get('swagger')!r}")
    consumes, produces = _media(document.get("consumes")), _media(document.get("produces"))
    shared = document.get("parameters", {})
    bodies = {name: one for name, one in shared.items() if one["in"] in ("body", "formData")}
    components = {
        "schemas": _schemas(document.get("definitions", {})),
        "parameters": {name: _parameter(one) for name, one in shared.items() if name not in bodies},
        "responses": {name: _response(one, produces) for name, one in document.get("responses", {}).items()},
        "securitySchemes": {n: _security(s) for n, s in document.get("securityDefinitions", {}).items()},
    }
    paths = {
        path: _path_item(item, bodies, consumes, produces)
        for path, item in document["paths"].items()
        if not path.startswith("x-")
    }
    return {
        "openapi": "3.0.3",
        "servers": _servers(document),
        "paths": paths,
        "components": {name: content for name, content in components.items() if content},
    } | _only(document, "info", "tags", "security", "externalDocs")


def _media(given: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.split(";")[0].strip() for one in given or (JSON,)))


def _servers(document: Node) -> list[Node]:
    base = "/" + document.get("basePath", "/").strip("/")
    if "host" not in document:
        return [{"url": base}]
    return [{"url": f"{scheme}://{document['host']}{base}"} for scheme in document.get("schemes", ("https",))]


def _ref(reference: str) -> str:
    for old, new in MOVED.items():
        if reference.startswith(old):
            return new + reference.removeprefix(old)
    return reference


def _schemas(schemas: Node) -> Node:
    return {name: _schema(schema) for name, schema in schemas.items()}


def _schema(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": _ref(schema["$ref"])}
    converted: Node = {}
    for key, value in schema.items():
        converted.update(_keyword(key, value))
    return converted


def _keyword(key: str, value: Any) -> Node:
    if key == "discriminator" and isinstance(value, str):
        return {key: {"propertyName": value}}
    if key == "x-nullable":
        return {"nullable": value}
    if key == "type" and value == "file":
        return {"type": "string", "format": "binary"}
    holds = HOLDS_SCHEMAS.get(key)
    if holds == NAMED:
        return {key: _schemas(value)}
    if holds == LISTED:
        return {key: [_schema(one) for one in value]}
    return {key: _schema(value) if holds == ONE else value}


def _only(node: Node, *keys: str) -> Node:
    return {key: node[key] for key in keys if key in node}


def _path_item(item: Node, bodies: Node, consumes: tuple[str, ...], produces: tuple[str, ...]) -> Node:
    shared = [_known(one, bodies) for one in item.get("parameters", ())]
    kept = {key: value for key, value in item.items() if key not in METHODS and key != "parameters"}
    operations = {
        method: _operation(item[method], shared, bodies, (consumes, produces)) for method in METHODS if method in item
    }
    return kept | operations


def _known(parameter: Node, bodies: Node) -> Node:
    """Return the parameter; a reference to a shared body or form field, unknown to 3.0, is replaced by its target."""
    name = parameter.get("$ref", "").removeprefix("#/parameters/")
    known: Node = bodies.get(name, parameter)
    return known


def _operation(
    operation: Node, shared: list[Node], bodies: Node, media: tuple[tuple[str, ...], tuple[str, ...]]
) -> Node:
    consumes = _media(operation["consumes"]) if "consumes" in operation else media[0]
    produces = _media(operation["produces"]) if "produces" in operation else media[1]
    own = [_known(one, bodies) for one in operation.get("parameters", ())]
    named = {_identity(one): one for one in [*shared, *own]}.values()
    dropped = ("consumes", "produces", "parameters", "responses", "schemes")
    converted = {key: value for key, value in operation.items() if key not in dropped}
    parameters = [_parameter(one) for one in named if one.get("in") not in ("body", "formData")]
    if parameters:
        converted["parameters"] = parameters
    body = _request_body(list(named), consumes)
    if body:
        converted["requestBody"] = body
    converted["responses"] = {code: _response(one, produces) for code, one in operation["responses"].items()}
    return converted


def _identity(parameter: Node) -> tuple[str, str]:
    """Return the identity of a parameter, by which an operation replaces its path's one: name and place, or $ref."""
    if "$ref" in parameter:
        return ("$ref", parameter["$ref"])
    return (parameter["in"], "" if parameter["in"] == "body" else parameter["name"])


def _parameter(parameter: Node) -> Node:
    if "$ref" in parameter:
        return {"$ref": _ref(parameter["$ref"])}
    return _only(parameter, *BESIDE_SCHEMA) | _style(parameter) | {"schema": _value_schema(parameter)}


def _style(parameter: Node) -> Node:
    # In headers and paths lists are always comma-separated; 3.0 allows no further style.
    if parameter.get("type") != "array" or parameter["in"] != "query":
        return {}
    return STYLES.get(parameter.get("collectionFormat", "csv"), {})


def _value_schema(value: Node) -> Node:
    outside = (*BESIDE_SCHEMA, "collectionFormat")
    schema: Node = _schema({key: content for key, content in value.items() if key not in outside})
    return schema


def _request_body(parameters: list[Node], consumes: tuple[str, ...]) -> Node | None:
    for one in parameters:
        if one.get("in") == "body":
            return _only(one, "description", "required") | {
                "content": {media: {"schema": _schema(one["schema"])} for media in consumes}
            }
    fields = [one for one in parameters if one.get("in") == "formData"]
    return _form(fields, consumes) if fields else None


def _form(fields: list[Node], consumes: tuple[str, ...]) -> Node:
    described = {one["name"]: _value_schema(one) | _only(one, "description") for one in fields}
    required = [one["name"] for one in fields if one.get("required")]
    schema: Node = {"type": "object", "properties": described}
    if required:
        schema["required"] = required
    media = [one for one in consumes if one in FORMS] or ["multipart/form-data"]
    return {"required": bool(required), "content": {one: {"schema": schema} for one in media}}


def _response(response: Node, produces: tuple[str, ...]) -> Node:
    if "$ref" in response:
        return {"$ref": _ref(response["$ref"])}
    converted = {key: value for key, value in response.items() if key not in ("schema", "headers", "examples")}
    if "headers" in response:
        converted["headers"] = {name: _header(one) for name, one in response["headers"].items()}
    if "schema" in response:
        converted["content"] = {media: {"schema": _schema(response["schema"])} for media in produces}
    for media, example in response.get("examples", {}).items():
        converted.setdefault("content", {}).setdefault(media.split(";")[0].strip(), {})["example"] = example
    return converted


def _header(header: Node) -> Node:
    return _only(header, "description") | {"schema": _value_schema(header)}


def _security(scheme: Node) -> Node:
    described = _only(scheme, "description")
    if scheme["type"] == "basic":
        return described | {"type": "http", "scheme": "basic"}
    if scheme["type"] != "oauth2":
        return dict(scheme)
    flow = _only(scheme, "authorizationUrl", "tokenUrl") | {"scopes": scheme.get("scopes", {})}
    return described | {"type": "oauth2", "flows": {OAUTH_FLOWS.get(scheme["flow"], scheme["flow"]): flow}}
