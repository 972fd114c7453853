"""The rules that our documents keep beyond OpenAPI, each broken once, and the command that looks for breaches."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.contracts.rules import broken

ROOT = Path(__file__).resolve().parents[3]
NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "at": {"format": "uri"}}}
PETS: dict[str, Any] = {
    "Cat": NAMED,
    "Dog": NAMED,
    "Pet": {"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]},
    "Told": {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "@type"},
    },
}
MEDIA = ("application/json", "application/merge-patch+json")


def document(schema: str, *bodies: Any, schemas: dict[str, Any] | None = None) -> dict[str, Any]:
    """A document with one PATCH, whose media types have the examples given, one each; None means no example."""
    content = {
        media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}
        | ({} if body is None else {"examples": {"one": {"value": body}}})
        for media, body in zip(MEDIA, bodies, strict=False)
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pet/{id}": {"patch": {"requestBody": {"content": content}, "responses": {}}}},
        "components": {"schemas": PETS | (schemas or {})},
    }


CAT = {"name": "Minka"}
BODY = "#/paths/~1pet~1{id}/patch/requestBody/content/application~1json: "
BESIDE = {"Owner": {"properties": {"pet": {"$ref": "#/components/schemas/Cat", "description": "The cat."}}}}
BROKEN = {
    "#/components/schemas/Owner/properties/pet/description: stands beside": document("Cat", CAT, schemas=BESIDE),
    f"{BODY}the schema refuses the example one at /: ": document("Cat", {}),
    f"{BODY}the schema refuses the example one at /name: ": document("Cat", {"name": None}),
    f"{BODY}the schema refuses the example one at /at: ": document("Cat", CAT | {"at": "files/minka"}),
    f"{BODY}the schema refuses the example one at /: {CAT!r}"[:90]: document("Pet", CAT),
    "patch /pet/{id}: one example in each media type, or none": document("Cat", CAT, None),
}
SOUND = {
    "one": document("Cat", CAT),
    "one in each": document("Cat", CAT, CAT),
    "none": document("Cat", None, None),
    "what a discriminator tells apart": document("Told", CAT),
    "a $ref in an example": document("Cat", CAT | {"copy": {"$ref": "x", "y": 1}}),
}


@pytest.mark.parametrize("told", BROKEN)
def test_a_breach_names_its_place(told: str) -> None:
    [fault] = broken(BROKEN[told])
    assert fault.replace('"', "'").replace("':'", "': '").startswith(told)


@pytest.mark.parametrize("name", SOUND)
def test_what_keeps_the_rules_is_left_alone(name: str) -> None:
    assert list(broken(SOUND[name])) == []


def test_the_command_tells_breaches_of_openapi_and_of_the_rules(tmp_path: Path) -> None:
    path = tmp_path / "v4" / "pets.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(document("Cat", {})))
    command = [sys.executable, "-m", "tools.contracts.lint", str(tmp_path)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert any("Path parameter 'id'" in line for line in lines)
    assert any("refuses the example one" in line for line in lines)
    assert all(line.startswith(str(path)) for line in lines[:-1])
