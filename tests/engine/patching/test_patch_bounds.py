"""How much a JSON Patch Query may have and may look at."""

from typing import Any

import pytest

from tmf_server.errors import InvalidInput
from tmf_server.rest.patching import places
from tmf_server.rest.patching.patch import JSON_PATCH, JSON_PATCH_QUERY, apply_patch, read_patch

MANY: dict[str, Any] = {
    "a": [{"b": [{"c": n}]} for n in range(500)],
    "e": [{"f": [{"g": 1}] * 500}],
    "n": [[1]] * 500,
    "t": [{"text": "x" * 50_000}],
}


@pytest.mark.parametrize(
    "path",
    [
        "/a/b/c?a.b.c=1",
        "/a/b/c?z=1&y=1&x=1&w=1&v=1&u=1",
        "/n/x?n.y=1",
        "/e/f/g?a.b.c=1",
        "a[*].z",
        "n[*].x.y",
        "a[?(@.b.c==1 || @.z==2)].z",
        "e[?(@.f.g==2 || @.f.h==2)]",
        "e[?(@.f[?(@.g==2)])]",
        "e[?(!@.f.h)]",
        "t[?(@.text =~ /y$/)]",
    ],
)
def test_queries_that_look_at_too_much_are_refused(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    patch = [{"op": "test", "path": path, "value": 1}]
    monkeypatch.setattr(places, "MOST_VISITS", 400)
    with pytest.raises(InvalidInput) as caught:
        apply_patch(JSON_PATCH_QUERY, MANY, patch)
    assert "too many values" in caught.value.faults[0].expected


def test_all_operations_of_a_patch_look_at_a_bounded_number_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MOST_VISITS", 30_000)
    patch = [{"op": "replace", "path": "/a/b/c?a.b.c=1", "value": 1}]
    assert apply_patch(JSON_PATCH_QUERY, MANY, patch)
    with pytest.raises(InvalidInput) as caught:
        apply_patch(JSON_PATCH_QUERY, MANY, patch * 20)
    assert "too many values" in caught.value.faults[0].expected


def test_long_queries_are_refused_before_there_is_a_record() -> None:
    names = " || ".join(f"@.id=='{number}'" for number in range(90))
    patch = [{"op": "remove", "path": f"note[?({names} || @.id=='x{number}')]"} for number in range(1000)]
    with pytest.raises(InvalidInput, match="at most 64000 characters in all"):
        read_patch(JSON_PATCH_QUERY, patch)
    with pytest.raises(InvalidInput, match="Operation 0"):
        read_patch(JSON_PATCH_QUERY, [{"op": "remove", "path": "note[?("}])


def test_a_plain_json_patch_may_have_long_pointers() -> None:
    patch = [{"op": "add", "path": "/" + "a" * 1900, "value": number} for number in range(50)]
    assert apply_patch(JSON_PATCH, {}, patch)
