"""Documents of an operator (`--openapi DIR`): faults are told with file and place, and so is what is not served."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from tmf_server.apis.families import APIS
from tmf_server.cli import main
from tmf_server.contracts.loading import load_contracts, read_document, unserved
from tmf_server.resources import openapi_dir

DANGLING = "{$ref: '#/components/schemas/Gone'}"
DOCUMENT = """
openapi: 3.0.1
info: {{title: Trial, version: '2026-02-31'}}
paths:
  /category:
    get:
      operationId: listCategory
      responses:
        {code}:
          description: the categories
          content: {{application/json: {{schema: {schema}}}}}
components: {{schemas: {{Category: {{type: object, example: {{$ref: 'of a client'}}}}}}}}
"""


def written(folder: Path, code: str = "'200'", schema: str = "{$ref: '#/components/schemas/Category'}") -> Path:
    (folder / "v5").mkdir()
    path = folder / "v5" / "TMF620.yaml"
    path.write_text(DOCUMENT.format(code=code, schema=schema))
    return path


def test_a_date_that_there_is_not_and_examples_are_texts_like_any(tmp_path: Path) -> None:
    document = read_document(written(tmp_path))
    assert document["info"]["version"] == "2026-02-31"


@pytest.mark.parametrize(
    ("parts", "place", "fault"),
    [
        ({"code": "200"}, "#/paths/~1category/get/responses: the key 200", "write it in quotes, '200'"),
        (
            {"schema": DANGLING},
            "#/paths/~1category/get/responses/200/content/application~1json/schema/$ref",
            "#/components/schemas/Gone leads nowhere",
        ),
        ({"schema": "{$ref: 'other.yaml#/Category'}"}, "schema/$ref", "other.yaml#/Category leads nowhere"),
        ({"schema": "{a: 1, a: 2}"}, "line 11, column", "the key a is doubled"),
        ({"schema": "{"}, "line ", "cannot be read"),
    ],
    ids=["code", "dangling", "external", "doubled", "broken"],
)
def test_a_fault_is_told_with_its_file_and_place(parts: dict[str, str], place: str, fault: str, tmp_path: Path) -> None:
    path = written(tmp_path, **parts)
    with pytest.raises(ValueError, match="TMF620") as told:
        read_document(path)
    assert str(path) in str(told.value)
    assert place in str(told.value)
    assert fault in str(told.value)


def test_broken_json_is_told_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "TMF620.json"
    path.write_text('{"openapi": ')
    with pytest.raises(ValueError, match=r"TMF620\.json cannot be read: .*line 1"):
        read_document(path)


def test_what_is_not_served_is_named_with_the_reason(tmp_path: Path) -> None:
    for name in ("v4/TMF620.yaml", "v5/TMF620.yaml", "v5/TMF629.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(openapi_dir() / name, tmp_path / name)
    for name in ("v5/TMF999.json", "v5/TMF620-draft.yaml", "TMF638.yaml"):
        (tmp_path / name).write_text("{}")
    loaded = load_contracts(tmp_path, APIS, ("TMF620",))
    found = unserved(tmp_path, APIS, {one.name for one in loaded})
    assert [(one.split()[0], "TMF_APIS" in one, "no API" in one, "v4/ and v5/" in one) for one in found] == [
        ("TMF638.yaml", False, False, True),
        ("v5/TMF620-draft.yaml", False, True, False),
        ("v5/TMF629.yaml", True, False, False),
        ("v5/TMF999.json", False, True, False),
    ]


def test_a_start_with_a_faulty_document_ends_in_one_message(tmp_path: Path) -> None:
    path = written(tmp_path, schema=DANGLING)
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--openapi", str(tmp_path)])
    assert result.exit_code != 0
    assert str(path) in result.output
    assert "Traceback" not in result.output
