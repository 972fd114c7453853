"""Generated bodies fit their schemas at every level, are the same for the same seed, and differ by number."""

from pathlib import Path

import pytest

from tests.conformance.conftest import ROOT
from tests.conformance.test_documents import OURS, PUBLISHED
from tmf_conformance import lifecycles
from tmf_conformance.documents.document import Document, load
from tmf_conformance.documents.validation import Validator
from tmf_conformance.generating.bodies import REQUIRED, RICH, Bodies
from tmf_conformance.running.stock import LEVELS


def states(document: Document) -> dict[tuple[str, str], list[str]]:
    table = lifecycles.read()
    return {(n.name, m.attribute): m.known for n in document.nouns if (m := table.find(document, n))}


@pytest.mark.parametrize("path", [*OURS, *PUBLISHED], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_bodies_of_every_level_fit_every_document(path: Path) -> None:
    document = load(path)
    bodies, validator = Bodies(document, "test", states(document)), Validator(document.schemas)
    for noun in document.nouns:
        if noun.has("create"):
            for number in range(4):
                for level in LEVELS:
                    body = bodies.create(noun, number, level)
                    assert validator.problems(noun.body_schema("create"), body) == [], (noun.name, level, body)


def test_the_same_seed_gives_the_same_body_and_another_seed_another(widget: Document) -> None:
    noun = widget.nouns[0]
    assert Bodies(widget, "a").create(noun, 3) == Bodies(widget, "a").create(noun, 3)
    assert Bodies(widget, "a").create(noun, 3) != Bodies(widget, "b").create(noun, 3)


def test_bodies_differ_by_number_in_every_kind_of_attribute(widget: Document) -> None:
    noun = widget.nouns[0]
    one, other = (Bodies(widget, "a").create(noun, number) for number in (2, 3))
    for name in ("name", "isHeated", "wheels", "weight", "builtOn", "colour"):
        assert one[name] != other[name]
    assert len(one["note"]) == 2
    assert one["note"][0] != one["note"][1]


def test_numbers_cross_a_digit_so_that_an_order_by_text_shows(widget: Document) -> None:
    noun = widget.nouns[0]
    values = [Bodies(widget, "a").create(noun, number)["wheels"] for number in range(8)]
    assert sorted(values) != sorted(values, key=str)
    assert max(values) <= 90


def test_the_smallest_body_has_only_what_is_required(widget: Document) -> None:
    noun = widget.nouns[0]
    assert set(Bodies(widget, "a").create(noun, 1, REQUIRED)) == {"@type", "name"}
    assert len(Bodies(widget, "a").create(noun, 1, RICH)) > 10


def test_a_task_pattern_never_selects_everything() -> None:
    for version in ("v4", "v5"):
        path = ROOT / "openapi" / version / "TMF642.yaml"
        document = load(path)
        for noun in document.nouns:
            if noun.is_task and noun.has("create"):
                for level in LEVELS:
                    body = Bodies(document, "a").create(noun, 1, level)
                    for pattern in body.get("alarmPattern", []):
                        assert pattern["externalAlarmId"].startswith("conformance-none-")
