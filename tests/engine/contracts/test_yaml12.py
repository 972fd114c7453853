"""What YAML text means to those who read documents and words: as OpenAPI has it, not as YAML 1.1 does."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tmf_server.contracts import yaml12

PLAIN: dict[str, Any] = {
    **{text: text for text in ("on", "off", "yes", "no", "y", "n", "2027-01-31", "2027-02-31", "12:30", "1_000")},
    "true": True,
    "False": False,
    "null": None,
    "~": None,
    "": None,
    "12": 12,
    "-3": -3,
    "010": 10,
    "0o17": 15,
    "0x1F": 31,
    "1.5": 1.5,
    "1e3": 1000.0,
    ".5": 0.5,
}


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_word_is_what_yaml_1_2_says(text: str) -> None:
    read = yaml12.parse(f"key: {text}")["key"]
    assert (read, type(read)) == (PLAIN[text], type(PLAIN[text]))


def test_a_quoted_word_is_a_text() -> None:
    assert yaml12.parse("['12', \"true\", '~']") == ["12", "true", "~"]


def test_a_key_may_be_any_word() -> None:
    assert yaml12.parse("{on: 1, no: 2}") == {"on": 1, "no": 2}


def test_merged_keys_may_be_said_anew() -> None:
    assert yaml12.parse("base: &base {a: 1, b: 2}\nmade: {<<: *base, b: 3}")["made"] == {"a": 1, "b": 3}


@pytest.mark.parametrize("text", ["a: 1\nb:\n  c: 1\n  c: 2\n", "a: 1\nb:\n  - [\n"])
def test_what_cannot_be_read_names_file_and_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(text)
    with pytest.raises(yaml.YAMLError, match=r'words\.yaml", line 4, column'):
        yaml12.load(path)
