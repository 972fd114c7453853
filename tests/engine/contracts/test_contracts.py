"""The OpenAPI documents: valid, complete in words, equal to their references, and as the tool writes them."""

import copy
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from connexion.spec import Specification

from tmf_server.apis.families import APIS
from tools.contracts.rules import broken

ROOT = Path(__file__).resolve().parents[3]
OPENAPI = ROOT / "openapi"
SHARED = ROOT.parent / "shared"
NAMES = [f"{version}/{api}" for version in ("v4", "v5") for api in sorted(APIS)]
PATCH_MEDIA = {
    "application/json",
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/json-patch-query+json",
}
NO_CONTENT = {
    *("a", "an", "and", "any", "as", "for", "from", "in", "is", "it", "its", "of", "or", "that", "the", "this", "to"),
    *(
        "array",
        "attribute",
        "boolean",
        "description",
        "field",
        "list",
        "number",
        "object",
        "property",
        "string",
        "text",
    ),
}

LISTED = re.compile(r"^- `([^`]+)`: (.+)$", re.MULTILINE)

every_document = pytest.mark.parametrize("name", NAMES)
needs_shared = pytest.mark.skipif(
    not (SHARED / "reference").is_dir(), reason="../shared, which holds the reference documents, is missing"
)


@cache
def document(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load((OPENAPI / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document(name)["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def deref(name: str, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document(name)
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def run(*arguments: str | Path) -> int:
    """The exit code of a Python program run from the root of the project; what it prints is shown when a test fails."""
    return subprocess.run([sys.executable, *arguments], check=False, cwd=ROOT).returncode


# -- facts -------------------------------------------------------------------------------------


@every_document
def test_it_is_valid_openapi_3_0(name: str) -> None:
    assert Specification.from_dict(copy.deepcopy(document(name))).version == (3, 0, 3)


@every_document
def test_every_reference_leads_somewhere_inside(name: str) -> None:
    for ref in set(refs(document(name)["paths"])) | set(refs(document(name)["components"])):
        assert deref(name, {"$ref": ref}) is not None


@every_document
def test_it_is_served_at_its_default_path(name: str) -> None:
    version, api = name.split("/")
    assert [server["url"] for server in document(name)["servers"]] == [f"{APIS[api].base_path}/{version}"]


@every_document
def test_every_patch_takes_four_media_types(name: str) -> None:
    taken = {path: set(o["requestBody"]["content"]) for path, method, o in operations(name) if method == "patch"}
    assert taken
    assert {path: media for path, media in taken.items() if media != PATCH_MEDIA} == {}


@every_document
def test_lists_declare_how_they_are_read_and_counted(name: str) -> None:
    lists = [o for path, method, o in operations(name) if method == "get" and "{" not in path]
    assert lists
    for operation in lists:
        parameters = {p["name"]: p for p in (deref(name, one) for one in operation["parameters"])}
        assert {"fields", "offset", "limit", "sort", "filter", "depth", "expand"} <= parameters.keys()
        assert [parameters[paging]["schema"]["minimum"] for paging in ("offset", "limit")] == [0, 0]
        assert set(operation["responses"]["200"]["headers"]) == {"X-Total-Count", "X-Result-Count", "Link"}


@needs_shared
@every_document
def test_its_facts_are_the_references_and_its_words_are_not(name: str) -> None:
    (reference,) = (SHARED / "reference").glob(f"{name}.*")
    script = SHARED / "checks" / "contract_diff.py"
    accepted = OPENAPI / "accepted-differences.txt"
    assert run(script, reference, OPENAPI / f"{name}.yaml", "--accept", accepted, "--prose") == 0


# -- words -------------------------------------------------------------------------------------


def described(name: str) -> Iterator[tuple[str, str]]:
    """Every place of a document that has to be described, by the name it has, with its description."""
    content = document(name)
    yield content["info"]["title"], content["info"]["description"]
    yield from ((tag["name"], tag["description"]) for tag in content["tags"])
    for _, _, operation in operations(name):
        yield operation["operationId"], operation.get("description", "")
        if "requestBody" in operation:
            yield operation["operationId"], operation["requestBody"].get("description", "")
        for response in operation["responses"].values():
            yield operation["operationId"], deref(name, response)["description"]
    for kind in ("parameters", "headers", "responses", "schemas"):
        yield from ((key, node.get("description", "")) for key, node in content["components"][kind].items())
    for schema in content["components"]["schemas"].values():
        yield from attributes(schema)


def attributes(schema: dict[str, Any], listed: dict[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """The attributes with their words; `listed` are those of a mere $ref, at the end of the object's description."""
    listed = dict(LISTED.findall(schema.get("description", ""))) if listed is None else listed
    for key, node in schema.get("properties", {}).items():
        yield key, listed.get(key, "") if "$ref" in node else node.get("description", "")
        yield from attributes(node)
    for part in [*schema.get("allOf", ()), *([schema["items"]] if "items" in schema else ())]:
        yield from attributes(part, listed)


def stems(text: str) -> set[str]:
    """`productOfferingPrices` → product, offering, price."""
    return {word.lower().rstrip("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}


def says_nothing(name: str, text: str) -> bool:
    """Tell whether a description only repeats the name: `The name of the category` for `categoryName`."""
    return stems(text) <= stems(name) | {word.rstrip("s") for word in NO_CONTENT}


@pytest.mark.parametrize(
    ("name", "text"),
    [("id", ""), ("id", "A string. id"), ("productOffering", "List of product offerings"), ("name", "The name.")],
)
def test_a_description_that_repeats_the_name_is_found(name: str, text: str) -> None:
    assert says_nothing(name, text)


@every_document
def test_every_description_says_something(name: str) -> None:
    assert [(key, text) for key, text in described(name) if says_nothing(key, text)] == []


@every_document
def test_descriptions_are_sentences(name: str) -> None:
    assert [text for _, text in described(name) if not text.endswith(".")] == []


@every_document
def test_summaries_are_headings(name: str) -> None:
    summaries = [operation["summary"] for _, _, operation in operations(name)]
    assert [text for text in summaries if not text or text.endswith(".") or len(text) > 60] == []


def test_one_attribute_of_one_schema_reads_the_same_in_all_forms() -> None:
    for name in NAMES:
        schemas = document(name)["components"]["schemas"]
        for form, schema in schemas.items():
            base = schemas.get(re.sub("_(FVO|MVO|Create|Update)$", "", form))
            if base is not None:
                words = dict(attributes(base))
                assert {key: text for key, text in attributes(schema) if words.get(key, text) != text} == {}, form


# -- examples ----------------------------------------------------------------------------------


def examples(name: str) -> Iterator[tuple[str, Any]]:
    for _, _, operation in operations(name):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            for example in body.get("examples", {}).values():
                yield body["schema"]["$ref"], example["value"]


def faults(name: str, ref: str, value: Any) -> Iterator[str]:
    """Attributes that the schema of the value's `@type` does not declare, and required ones that are missing."""
    schema = deref(name, {"$ref": ref})
    if schema.get("type") == "array":
        for item in value:
            yield from faults(name, schema["items"]["$ref"], item)
        return
    target = schema.get("discriminator", {}).get("mapping", {}).get(value.get("@type"), ref)
    properties, needed = declared(name, deref(name, {"$ref": target}))
    yield from (f"{target}: {key} is not declared" for key in value.keys() - properties.keys())
    yield from (f"{target}: {key} is missing" for key in needed - value.keys())
    for key in value.keys() & properties.keys():
        node = properties[key].get("items", properties[key])
        for item in value[key] if isinstance(value[key], list) else [value[key]]:
            if "$ref" in node and isinstance(item, dict):
                yield from faults(name, node["$ref"], item)


def declared(name: str, schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    properties, needed = dict(schema.get("properties", {})), set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        inner, inner_needed = declared(name, deref(name, part))
        properties, needed = inner | properties, needed | inner_needed
    return properties, needed


@every_document
def test_examples_have_what_is_required_and_nothing_unknown(name: str) -> None:
    shown = list(examples(name))
    assert len(shown) >= 3
    assert [fault for ref, value in shown for fault in faults(name, ref, value)] == []


@every_document
def test_every_body_that_can_be_tried_has_an_example(name: str) -> None:
    bodies = [
        (path, media, body)
        for path, _, operation in operations(name)
        for media, body in operation.get("requestBody", {}).get("content", {}).items()
        if not path.startswith("/listener/")
    ]
    assert [(path, media) for path, media, body in bodies if not body.get("examples")] == []


@every_document
def test_readers_of_all_kinds_get_along_with_it(name: str) -> None:
    assert list(broken(document(name))) == []


# -- the tool ----------------------------------------------------------------------------------


@needs_shared
def test_the_documents_are_what_the_tool_writes() -> None:
    assert run("-m", "tools.contracts", SHARED / "reference", "--check") == 0
