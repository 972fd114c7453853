"""Lifecycle tables: the built-in one hangs together, one of one's own replaces it, a wrong one is refused."""

from pathlib import Path

import pytest

from tests.conformance.conftest import ROOT
from tmf_conformance import known, lifecycles
from tmf_conformance.documents.document import load
from tmf_conformance.errors import CannotRun


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
        ("TMF620: {thing: {attribute: state, moves: {a: [b]}}}", "no state of the table"),
        ("[1]", "must map"),
        ("{", "cannot be read"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "lifecycles.yaml"
    path.write_text(text)
    with pytest.raises(CannotRun, match=said):
        lifecycles.read(path)
