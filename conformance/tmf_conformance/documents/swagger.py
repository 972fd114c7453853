"""Swagger 2.0 documents rewritten as OpenAPI 3.0, so that everything else reads one format. No network, no files."""

from typing import Any

Node = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
_MOVED = {"#/definitions/": "#/components/schemas/", "#/responses/": "#/components/responses/"}
_PARAMETER_KEYS = ("name", "in", "required", "description")


def bare(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.split(";", maxsplit=1)[0].strip().lower()


def upgrade(content: Node) -> Node:
    """The OpenAPI 3.0 form of a Swagger 2.0 document; an OpenAPI document comes back as it is."""
    if "swagger" not in content:
        return content
    moved: Node = _move_references(content)
    consumes = moved.get("consumes") or ["application/json"]
    produces = moved.get("produces") or ["application/json"]
    shared = moved.get("parameters", {})
    paths = {path: _item(item, consumes, produces, shared) for path, item in moved.get("paths", {}).items()}
    responses = {name: _response(answer, produces) for name, answer in moved.get("responses", {}).items()}
    return {
        "openapi": "3.0.1",
        "info": moved.get("info", {}),
        "servers": [{"url": moved.get("basePath", "/")}],
        "paths": paths,
        "components": {"schemas": moved.get("definitions", {}), "responses": responses},
    }


def _move_references(node: Any) -> Any:
    if isinstance(node, list):
        return [_move_references(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _move_references(value) for key, value in node.items()}
    reference = result.get("$ref")
    if isinstance(reference, str):
        for old, new in _MOVED.items():
            reference = reference.replace(old, new)
        result["$ref"] = reference
    return result


def _item(item: Node, consumes: list[str], produces: list[str], shared: Node) -> Node:
    common = item.get("parameters", [])
    return {
        method: _operation(operation, common, consumes, produces, shared)
        for method, operation in item.items()
        if method in METHODS
    }


def _operation(operation: Node, common: list[Node], consumes: list[str], produces: list[str], shared: Node) -> Node:
    result: Node = {key: value for key, value in operation.items() if key in ("operationId", "tags", "deprecated")}
    result["parameters"] = []
    for raw in [*common, *operation.get("parameters", [])]:
        parameter = shared[raw["$ref"].rsplit("/", 1)[-1]] if "$ref" in raw else raw
        if parameter.get("in") == "body":
            media = dict.fromkeys(bare(m) for m in operation.get("consumes", consumes))
            content = {name: {"schema": parameter.get("schema", {})} for name in media}
            result["requestBody"] = {"required": bool(parameter.get("required")), "content": content}
        else:
            result["parameters"].append(_parameter(parameter))
    made = operation.get("produces", produces)
    result["responses"] = {str(status): _response(a, made) for status, a in operation.get("responses", {}).items()}
    return result


def _parameter(parameter: Node) -> Node:
    result = {key: parameter[key] for key in _PARAMETER_KEYS if key in parameter}
    skipped = {*_PARAMETER_KEYS, "collectionFormat", "allowEmptyValue"}
    result["schema"] = {key: value for key, value in parameter.items() if key not in skipped}
    return result


def _response(answer: Node, produces: list[str]) -> Node:
    if "$ref" in answer:
        return answer
    result: Node = {"description": answer.get("description", "")}
    if "schema" in answer:
        media = dict.fromkeys(bare(m) for m in produces)
        result["content"] = {name: {"schema": answer["schema"]} for name in media}
    if "headers" in answer:
        result["headers"] = {name: {"schema": header} for name, header in answer["headers"].items()}
    return result
