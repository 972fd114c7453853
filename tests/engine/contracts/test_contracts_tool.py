"""The tool that writes the contracts: what it takes from a reference, and when it refuses to write."""

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.contracts.__main__ import main

HTTP_WORDS = Path(__file__).resolve().parents[3] / "openapi" / "glossary" / "http.yaml"

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

    def lay(self, path: str, content: Any) -> None:
        """A file below the openapi folder: text as it stands, or content as YAML."""
        place = self.openapi / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content if isinstance(content, str) else yaml.safe_dump(content))

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


def test_the_words_for_a_mere_reference_stand_where_readers_look(project: Project) -> None:
    reference = copy.deepcopy(REFERENCE)
    reference["definitions"]["Thing"]["properties"]["box"] = {"$ref": "#/definitions/Error"}
    (project.reference / "v4" / "TMF999.json").write_text(json.dumps(reference))
    project.say(WORDS | {"attributes": WORDS["attributes"] | {"box": "What it came in."}})
    assert project.run() == 0
    thing = project.document["components"]["schemas"]["Thing"]
    assert thing["description"] == "Something.\n\n- `box`: What it came in."
    assert thing["properties"]["box"] == {"$ref": "#/components/schemas/Error"}


def test_an_example_of_a_change_is_told_in_all_media_types(project: Project) -> None:
    change = {"summary": "Paint it", "value": {"colour": "blue"}, "beside": {"size": 3}}
    project.lay("examples/v4/TMF999.yaml", {"patchThing": {"change": change}})
    assert project.run() == 0
    content = project.document["paths"]["/thing/{id}"]["patch"]["requestBody"]["content"]
    steps = [{"op": "add", "path": "/colour", "value": "blue"}]
    assert {media: body["examples"]["change"]["value"] for media, body in content.items()} == {
        "application/json": {"size": 3, "colour": "blue"},
        "application/merge-patch+json": {"size": 3, "colour": "blue"},
        "application/json-patch+json": steps,
        "application/json-patch-query+json": steps,
    }


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


def with_more(section: str, name: str, more: dict[Any, Any]) -> dict[str, Any]:
    """The words, those of one entry among them with more beside them."""
    entries = WORDS[section]
    return WORDS | {section: entries | {name: entries.get(name, {}) | more}}


UNUSED = {
    "attributes: smell": WORDS | {"attributes": WORDS["attributes"] | {"smell": "What it smells of."}},
    "nouns: Thing.om.patch": with_more("nouns", "Thing", {"om": {"patch": "More."}}),
    "nouns: Thing.on.pacth": with_more("nouns", "Thing", {"on": {"pacth": "More."}}),
    "nouns: Thing.True.patch": with_more("nouns", "Thing", {True: {"patch": "More."}}),
    "schemas: Thing.describtion": with_more("schemas", "Thing", {"describtion": "Something."}),
    "documents: TMF999.v5": with_more("documents", "TMF999", {"v5": "More."}),
    "documents: TMF998.path": with_more("documents", "TMF998", {"path": "others"}),
}


@pytest.mark.parametrize("name", UNUSED)
def test_words_and_keys_that_nothing_uses_are_reported(
    project: Project, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    project.say(UNUSED[name])
    assert project.run("--all") == 1
    # http.yaml has words for operations that this document lacks; its `colour` is the one of Thing
    spared = ("unused: http", "unused: attributes: colour")
    reported = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(spared)]
    assert reported[:-1] == [f"unused: {name}"]


def test_what_is_special_about_an_operation_follows_its_description(project: Project) -> None:
    project.lay(
        "glossary/more.yaml", "nouns:\n  Thing:\n    one: thing\n    on:\n      patch: Blue things stay blue.\n"
    )
    project.say(without(WORDS, "nouns", "Thing"))
    assert project.run() == 0
    description = project.document["paths"]["/thing/{id}"]["patch"]["description"]
    assert description.endswith(" Blue things stay blue.")


def test_a_key_that_stands_twice_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.lay("glossary/more.yaml", "attributes:\n  size: How big.\n  size: How large.\n")
    assert project.run() == 1
    assert 'the key size is doubled\n  in "' in (told := capsys.readouterr().err)
    assert 'more.yaml", line 3' in told


def test_a_published_document_without_words_of_ours_is_left_alone(project: Project) -> None:
    (project.reference / "v4" / "TMF998.json").write_text(json.dumps(REFERENCE))
    assert project.run() == 0
    assert [path.name for path in project.openapi.glob("v4/*")] == ["TMF999.yaml"]


def test_the_same_words_in_two_files_are_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.lay("glossary/more.yaml", {"attributes": {"id": "Another."}})
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
    project.lay("corrections.yaml", [CORRECTION])
    assert project.run() == 0
    assert project.document["components"]["schemas"]["Thing"]["properties"]["id"]["type"] == "string"


CORRECTION = {"document": "v4/TMF999", "at": "/Thing/properties/id", "is": {"type": "string"}}
LOST = {
    "nothing stands at /Thing/properties/size": ("corrections.yaml", [CORRECTION | {"at": "/Thing/properties/size"}]),
    "corrections.yaml: no such documents: v5/TMF999": ("corrections.yaml", [CORRECTION | {"document": "v5/TMF999"}]),
    "a correction says document, at, is, and no more": ("corrections.yaml", [CORRECTION | {"because": "it is so"}]),
    "patchThink": ("examples/v4/TMF999.yaml", {"patchThink": {"application/json": {"one": {"value": {}}}}}),
    "a change says summary, value and perhaps beside": (
        "examples/v4/TMF999.yaml",
        {"patchThing": {"change": {"value": {}}}},
    ),
    "examples: no such documents: v4/TMF998": ("examples/v4/TMF998.yaml", {}),
}


@pytest.mark.parametrize("told", LOST)
def test_what_belongs_to_nothing_is_refused(project: Project, capsys: pytest.CaptureFixture[str], told: str) -> None:
    project.lay(*LOST[told])
    assert project.run() == 1
    assert told in capsys.readouterr().err
    assert not project.written.exists()
