"""The tool that writes the contracts: what it takes from a reference, and when it refuses to write."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.contracts.__main__ import main

HTTP_WORDS = Path(__file__).resolve().parents[1] / "openapi" / "glossary" / "http.yaml"

STRING = {"type": "string", "description": "a sentence of the reference"}
REFERENCE: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Things", "version": "4.0.0", "description": "a sentence of the reference"},
    "basePath": "/tmf-api/things/v4/",
    "consumes": ["application/json;charset=utf-8"],
    "produces": ["application/json;charset=utf-8"],
    "tags": [{"name": "thing"}],
    "paths": {
        "/thing/{id}": {
            "patch": {
                "operationId": "patchThing",
                "tags": ["thing"],
                "description": "a sentence of the reference",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "string"},
                    {"name": "thing", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Thing_Update"}},
                ],
                "responses": {"200": {"description": "Success", "schema": {"$ref": "#/definitions/Thing"}}},
            }
        }
    },
    "definitions": {
        "Thing": {"type": "object", "properties": {"id": {"type": "integer"}, "colour": STRING}},
        "Thing_Update": {"type": "object", "properties": {"colour": STRING}},
        "Error": {"type": "object", "properties": {"code": STRING}},
    },
}
WORDS: dict[str, Any] = {
    "documents": {"TMF999": {"path": "things", "description": "All about things."}},
    "nouns": {"Thing": {"one": "thing", "about": "What there is."}},
    "attributes": {"id": "Identifier.", "colour": "Colour, in the light of day."},
    "schemas": {
        "Thing": {"description": "Something.", "attributes": {"colour@v4": "Colour, as a word."}},
        "Error": {"description": "What went wrong.", "attributes": {"code": "Short name."}},
        "JsonPatch": {
            "description": "One step.",
            "attributes": {"op": "What to do.", "path": "Where.", "value": "With what.", "from": "From where."},
        },
        "JsonPatchOperations": {"description": "All steps."},
    },
}


class Project:
    """A reference folder and an openapi folder with a small document in each."""

    def __init__(self, root: Path) -> None:
        self.reference, self.openapi = root / "reference", root / "openapi"
        self.written = self.openapi / "v4" / "TMF999.yaml"
        (self.reference / "v4").mkdir(parents=True)
        (self.reference / "v4" / "TMF999.json").write_text(json.dumps(REFERENCE))
        (self.openapi / "glossary").mkdir(parents=True)
        shutil.copy(HTTP_WORDS, self.openapi / "glossary")
        self.say(WORDS)

    def say(self, words: dict[str, Any]) -> None:
        (self.openapi / "glossary" / "things.yaml").write_text(yaml.safe_dump(words))

    def run(self, *options: str) -> int:
        # one document uses few of the words in http.yaml: --only leaves out the search for unused ones
        options = options if "--all" in options else ("--only", "v4/TMF999", *options)
        rest = [option for option in options if option != "--all"]
        return main([str(self.reference), "--openapi", str(self.openapi), *rest])

    @property
    def document(self) -> dict[str, Any]:
        content: dict[str, Any] = yaml.safe_load(self.written.read_text())
        return content


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def without(words: dict[str, Any], section: str, name: str) -> dict[str, Any]:
    return words | {section: {key: value for key, value in words[section].items() if key != name}}


def test_facts_come_from_the_reference_and_words_from_the_glossary(project: Project) -> None:
    assert project.run() == 0
    thing = project.document["components"]["schemas"]["Thing"]
    assert thing["properties"]["id"] == {"type": "integer", "description": "Identifier."}
    assert thing["properties"]["colour"] == {"type": "string", "description": "Colour, as a word."}
    assert "a sentence of the reference" not in project.written.read_text()


def test_the_form_for_an_update_reads_as_the_schema_it_updates(project: Project) -> None:
    project.run()
    update = project.document["components"]["schemas"]["Thing_Update"]
    assert update["description"].startswith("Something. ")
    assert update["properties"]["colour"]["description"] == "Colour, as a word."


def test_a_patch_gains_the_media_types_and_schemas_that_the_reference_lacks(project: Project) -> None:
    project.run()
    patch = project.document["paths"]["/thing/{id}"]["patch"]
    content = {media: body["schema"]["$ref"].split("/")[-1] for media, body in patch["requestBody"]["content"].items()}
    assert content == {
        "application/json": "Thing_Update",
        "application/merge-patch+json": "Thing_Update",
        "application/json-patch+json": "JsonPatchOperations",
        "application/json-patch-query+json": "JsonPatchOperations",
    }
    assert "JsonPatch" in project.document["components"]["schemas"]


@pytest.mark.parametrize(
    ("section", "name", "report"),
    [
        ("attributes", "id", "no words for attribute Thing.id (v4/TMF999)"),
        ("schemas", "Error", "no words for schema Error (v4/TMF999)"),
        ("nouns", "Thing", "no words for noun Thing"),
    ],
)
def test_a_name_without_words_is_reported_and_nothing_is_written(
    project: Project, capsys: pytest.CaptureFixture[str], section: str, name: str, report: str
) -> None:
    project.say(without(WORDS, section, name))
    assert project.run() == 1
    assert report in capsys.readouterr().out.splitlines()
    assert not project.written.exists()


def test_words_that_nothing_uses_are_reported(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.say(WORDS | {"attributes": WORDS["attributes"] | {"smell": "What it smells of."}})
    assert project.run("--all") == 1
    unused = {line for line in capsys.readouterr().out.splitlines() if not line.startswith("unused: http")}
    assert "unused: attributes: smell" in unused
    assert "unused: attributes: id" not in unused


def test_the_same_words_in_two_files_are_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.openapi / "glossary" / "more.yaml").write_text(yaml.safe_dump({"attributes": {"id": "Another."}}))
    assert project.run() == 1
    assert "things.yaml: attributes: id" in capsys.readouterr().err


def test_check_tells_whether_the_files_are_up_to_date(project: Project) -> None:
    assert project.run("--check") == 1
    assert project.run() == 0
    before = project.written.read_bytes()
    assert project.run("--check") == 0
    assert project.run() == 0
    assert project.written.read_bytes() == before
    project.say(WORDS | {"attributes": WORDS["attributes"] | {"id": "Which one."}})
    assert project.run("--check") == 1


def test_a_correction_replaces_what_the_reference_has_wrong(project: Project) -> None:
    corrections = [{"document": "v4/TMF999", "at": "/Thing/properties/id", "is": {"type": "string"}}]
    (project.openapi / "corrections.yaml").write_text(yaml.safe_dump(corrections))
    assert project.run() == 0
    assert project.document["components"]["schemas"]["Thing"]["properties"]["id"]["type"] == "string"


def test_a_correction_of_what_is_not_there_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    corrections = [{"document": "v4/TMF999", "at": "/Thing/properties/size", "is": {"type": "string"}}]
    (project.openapi / "corrections.yaml").write_text(yaml.safe_dump(corrections))
    assert project.run() == 1
    assert "nothing stands at /Thing/properties/size" in capsys.readouterr().err


def test_an_example_of_an_unknown_operation_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.openapi / "examples" / "v4").mkdir(parents=True)
    lost: dict[str, Any] = {"patchThink": {"application/json": {"one": {"value": {}}}}}
    (project.openapi / "examples" / "v4" / "TMF999.yaml").write_text(yaml.safe_dump(lost))
    assert project.run() == 1
    assert "patchThink" in capsys.readouterr().err
