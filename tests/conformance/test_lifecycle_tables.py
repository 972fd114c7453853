"""Lifecycle tables: the built-in one hangs together, one of one's own replaces it, a wrong one is refused."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conformance.conftest import ROOT
from tmf_conformance import known, lifecycles
from tmf_conformance.cli import main
from tmf_conformance.documents.document import load
from tmf_conformance.errors import CannotRun
from tmf_conformance.files import read_bodies, read_tables


def test_every_built_in_state_is_one_that_the_documents_know() -> None:
    table = lifecycles.read()
    seen = 0
    for api in known.PATHS:
        for version in known.VERSIONS:
            document = load(ROOT / "openapi" / version / f"{api}.yaml")
            for noun in document.nouns:
                machine = table.find(document, noun)
                if machine is None:
                    continue
                seen += 1
                node = document.schemas.properties(noun.schema)[machine.attribute]
                declared = document.schemas.enum(node)
                assert len(machine.moves) > 1, (document.title, noun.name)
                assert not declared or set(machine.moves) <= set(declared), (document.title, noun.name)
                assert set(machine.known) <= set(machine.moves)
    assert seen > 20


def test_legal_and_illegal_moves_share_nothing(widget: object) -> None:
    table = lifecycles.read(ROOT / "conformance" / "tmf_double" / "widget-lifecycles.yaml")
    machine = table.find(widget, widget.nouns[0])  # type: ignore[arg-type,attr-defined]
    assert machine is not None
    assert ("planned", "active") in machine.legal()
    assert ("retired", "active") in machine.illegal()
    assert not set(machine.legal()) & set(machine.illegal())
    assert all(old != new for old, new in machine.illegal())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("TMF620: {thing: {moves: {a: []}}}", "attribute"),
        ("TMF620: {thing: {attribute: state, moves: {a: [b]}}}", "TMF620 thing moves a names b, which is no state of"),
        ("TMF620: {thing: {attribute: state, moves: {a: []}, make: [b]}}", "make names b, which is no state of"),
        (
            "TMF620: {thing: {attribute: state, moves: {a: [], true: [a]}}}",
            "thing moves True must be a text, in quotes",
        ),
        ("TMF620: {thing: {attribute: state, moves: {a: [true]}}}", "moves a 0 must be a text, in quotes"),
        ("TMF620: {thing: {attribute: state, moves: [a]}}", "thing moves"),
        ("TMF620: {thing: {attribute: state, moves: {a: []}, versions: [v6]}}", "thing versions 0"),
        ("TMF620: {thing: {attribute: state, moves: {a: []}, tested: maybe}}", "thing tested"),
        ("TMF620: {thing: {attribute: state, moves: {a: []}, also: [x]}}", "thing also"),
        ("TMF620: {thing: {attribute: state, moves: {a: []}, make_: [a]}}", "thing make_ Unknown field"),
        ("TMF620: {thing: state}", "TMF620 thing"),
        ("TMF620: [thing]", "TMF620"),
        ("[1]", "must map"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "lifecycles.yaml"
    path.write_text(text)
    with pytest.raises(CannotRun, match=re.escape(said)) as caught:
        lifecycles.read(path)
    assert len(str(caught.value).splitlines()) == 1


def test_on_and_off_are_states(tmp_path: Path) -> None:
    file = tmp_path / "tables.yaml"
    file.write_text("TMF639: {thing: {attribute: state, moves: {on: [off], off: [on]}}}")
    assert set(read_tables(file)["TMF639"]["thing"]["moves"]) == {"on", "off"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "must hold one JSON object or a list of them"),
        ("3", "0 must be a JSON object"),
        ('[{"a": 1}, []]', "1 must be a JSON object"),
    ],
)
def test_wrong_bodies_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "widget.json"
    path.write_text(text)
    with pytest.raises(CannotRun, match=re.escape(said)):
        read_bodies(path)


def test_bodies_are_one_object_or_a_list(tmp_path: Path) -> None:
    path = tmp_path / "widget.json"
    for text in ('{"a": [1, null]}', '[{"a": [1, null]}]'):
        path.write_text(text)
        assert read_bodies(path) == [{"a": [1, None]}]


@pytest.mark.parametrize("option", ["--timeout", "--event-timeout", "--retry-timeout", "--time-limit"])
@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "soon"])
def test_seconds_that_cannot_be_waited_for_are_refused(option: str, text: str) -> None:
    told = CliRunner().invoke(main, ["run", "--url", "http://127.0.0.1:1", option, text])
    assert told.exit_code == 2
    assert f"'{option}': must be a number of seconds from" in told.output
