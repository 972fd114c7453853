"""What our documents keep beyond OpenAPI, so that every reader of them gets along: a $ref alone, examples that fit."""

from collections.abc import Iterator
from typing import Any

from jsonschema_rs import Draft4Validator

from tmf_server.contracts.pointers import escape
from tools.contracts.reference import METHODS, Node


def broken(document: Node) -> Iterator[str]:
    """Each breach of the rules in a document, with its place as a JSON pointer."""
    yield from beside_refs(document)
    yield from refused_examples(document)
    yield from uneven_examples(document)


def beside_refs(node: Any, place: str = "#") -> Iterator[str]:
    """What stands beside a $ref, where OpenAPI 3.0 has readers ignore it."""
    for key, value in _parts(node):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str) and key != "$ref":
            yield f"{_below(place, key)}: stands beside a $ref"
        if key not in ("example", "examples"):
            yield from beside_refs(value, _below(place, key))


def refused_examples(document: Node) -> Iterator[str]:
    """Examples that their schema refuses as it is written, without the subclasses that a discriminator would find."""
    schemas = {"components": {"schemas": _without_choice(document["components"]["schemas"])}}
    for place, holder in _with_schema(document):
        validator = Draft4Validator(holder["schema"] | schemas, validate_formats=True)
        for name, value in _examples(holder):
            for error in validator.iter_errors(value):
                pointer = "".join(f"/{step}" for step in error.instance_path)
                yield f"{place}: the schema refuses the example {name} at {pointer or '/'}: {error.message[:200]}"


def uneven_examples(document: Node) -> Iterator[str]:
    """Operations that have an example in some media types and none, or several, in others."""
    for path, item in document["paths"].items():
        for method in METHODS:
            content = item.get(method, {}).get("requestBody", {}).get("content", {})
            counts = {len(list(_examples(holder))) for holder in content.values()}
            if len(content) > 1 and counts not in ({0}, {1}):
                yield f"{method} {path}: one example in each media type, or none in any"


def _without_choice(node: Any) -> Any:
    """The schemas with anyOf where a discriminator chooses: by their form alone two references are often the same."""
    if isinstance(node, list):
        return [_without_choice(one) for one in node]
    if not isinstance(node, dict):
        return node
    chosen = {"oneOf": "anyOf"} if "discriminator" in node else {}
    return {chosen.get(key, key): _without_choice(value) for key, value in node.items()}


def _with_schema(node: Any, place: str = "#") -> Iterator[tuple[str, Node]]:
    """Every parameter, header and media type of a document."""
    if isinstance(node, dict) and isinstance(node.get("schema"), dict) and "example" not in place:
        yield place, node
    for key, value in _parts(node):
        yield from _with_schema(value, _below(place, key))


def _examples(holder: Node) -> Iterator[tuple[str, Any]]:
    if "example" in holder:
        yield "example", holder["example"]
    yield from ((name, example["value"]) for name, example in holder.get("examples", {}).items())


def _parts(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from ((str(key), value) for key, value in node.items())
    elif isinstance(node, list):
        yield from ((str(index), value) for index, value in enumerate(node))


def _below(place: str, key: str) -> str:
    return f"{place}/{escape(key)}"
