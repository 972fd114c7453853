"""The measure of the house's prose and sizes counts what its page says."""

from pathlib import Path

import pytest

from tools.sizes import complaints, measure, rows

SAMPLE = '''"""Say which noun it is."""


class Door:
    """A door."""

    def open(self) -> None:
        """Open the door."""
        self._turn()  # `that` in code does not count, that does

    def close(self) -> None:
        self._turn()

    def _turn(self) -> None:
        _push()


def _push() -> None:
    pass
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "door.py").write_text(SAMPLE)
    return tmp_path


def test_pointing_words_are_counted_in_docstrings_and_comments(folder: Path) -> None:
    sizes = measure(folder)
    assert sizes.words.total() == 5 + 2 + 3 + 7
    assert sizes.pointing.total() == 2 + 1


def test_helpers_are_counted_by_the_places_that_call_them(folder: Path) -> None:
    sizes = measure(folder)
    assert [name.split()[-1] for name in sizes.single] == ["_push"]
    assert sizes.single_share == 25


def test_what_is_above_its_bound_is_named_with_its_places(folder: Path) -> None:
    assert list(complaints(folder, 20, 30)) == []
    found = "\n".join(complaints(folder, 10, 10))
    assert "17.65 % of the words" in found
    assert "door.py" in found
    assert "_push" in found


def test_the_table_has_a_row_for_each_folder(folder: Path) -> None:
    assert list(rows([folder]))[-1].endswith("| 19 | 2 | 3 | 3 | 17.6 % | 25.0 % |")
