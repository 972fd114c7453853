"""Lifecycles, from their tables: every legal move passes, every illegal one is 409 and changes nothing."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns
from tmf_server.errors import IllegalTransition
from tmf_server.rules.lifecycle import Lifecycle, free, moves

# What a record needs besides its state so that nothing else follows from a move.
BESIDES: dict[str, dict[str, Any]] = {"administrativeState": {"usageState": "active"}}


def cases() -> list[Any]:
    """Every lifecycle of every noun that can be patched, in the newest version that has the attribute."""
    found: dict[tuple[str, str], tuple[Noun, Lifecycle]] = {}
    for noun in [one for one in nouns("patch") if not one.exposure.types]:
        for lifecycle in noun.exposure.entity.lifecycles:
            known = noun.exposure.contract.attribute(noun.exposure.schema, (lifecycle.attribute,))
            if known is not None and (
                noun.version == "v5" or set(known.enum or lifecycle.moves) == set(lifecycle.moves)
            ):
                found[noun.exposure.entity.name, lifecycle.attribute] = (noun, lifecycle)
    return [pytest.param(*case, id="-".join(name)) for name, case in found.items()]


CASES = pytest.mark.parametrize(("noun", "lifecycle"), cases())


def make(client: httpx.Client, noun: Noun, lifecycle: Lifecycle, state: str) -> dict[str, Any]:
    return noun.make(client, **BESIDES.get(lifecycle.attribute, {}), **{lifecycle.attribute: state})


def move(client: httpx.Client, noun: Noun, lifecycle: Lifecycle, made: dict[str, Any], state: str) -> httpx.Response:
    patch = {lifecycle.attribute: state} | ({"@type": made["@type"]} if noun.version == "v5" else {})
    return client.patch(made["href"], json=patch)


@CASES
def test_every_state_can_be_created(client: httpx.Client, noun: Noun, lifecycle: Lifecycle) -> None:
    for state in lifecycle.moves:
        assert make(client, noun, lifecycle, state)[lifecycle.attribute] == state


@CASES
def test_every_legal_move_passes(client: httpx.Client, noun: Noun, lifecycle: Lifecycle) -> None:
    for old, following in lifecycle.moves.items():
        for new in sorted(following):
            made = make(client, noun, lifecycle, old)
            answer = move(client, noun, lifecycle, made, new)
            assert answer.status_code == 200, (old, new, answer.text)
            assert answer.json()[lifecycle.attribute] == new
            assert client.get(made["href"]).json() == answer.json()


@CASES
def test_every_illegal_move_is_refused_and_changes_nothing(
    client: httpx.Client, noun: Noun, lifecycle: Lifecycle
) -> None:
    for old, following in lifecycle.moves.items():
        made = make(client, noun, lifecycle, old)
        for new in [one for one in lifecycle.moves if one != old and one not in following]:
            answer = move(client, noun, lifecycle, made, new)
            assert answer.status_code == 409, (old, new, answer.text)
            assert answer.json()["code"] == "illegalTransition"
            assert f"/{lifecycle.attribute}" in answer.json()["message"]
            assert all(allowed in answer.json()["reason"] for allowed in following)
        assert client.get(made["href"]).json() == made


@CASES
def test_the_same_state_again_is_no_move(client: httpx.Client, noun: Noun, lifecycle: Lifecycle) -> None:
    for state in lifecycle.moves:
        made = make(client, noun, lifecycle, state)
        before = client.get(made["href"]).headers["etag"]
        answer = move(client, noun, lifecycle, made, state)
        assert answer.status_code == 200
        assert answer.headers["etag"] == before


@CASES
def test_a_final_state_leaves_other_attributes_open(client: httpx.Client, noun: Noun, lifecycle: Lifecycle) -> None:
    name = noun.text_attribute
    for state in (one for one in lifecycle.moves if lifecycle.final(one)):
        made = make(client, noun, lifecycle, state)
        patch = {name: "new"} | ({"@type": made["@type"]} if noun.version == "v5" else {})
        answer = client.patch(made["href"], json=patch)
        assert answer.status_code == 200, answer.text
        assert answer.json()[name] == "new"


def part_cases() -> list[Any]:
    """Every lifecycle of what is inside a record, in v5, with the attribute that holds it."""
    return [
        pytest.param(noun, path[0], lifecycle, id=f"{noun.exposure.entity.name}-{path[0]}-{lifecycle.attribute}")
        for noun in nouns("create", "patch")
        for path, lifecycle in noun.exposure.entity.machines
        if path and noun.version == "v5"
    ]


PARTS = pytest.mark.parametrize(("noun", "holder", "lifecycle"), part_cases())


def make_part(client: httpx.Client, noun: Noun, holder: str, lifecycle: Lifecycle, state: str) -> dict[str, Any]:
    element = noun.body()[holder][0] | {lifecycle.attribute: state}
    made = noun.make(client, **{holder: [element]})
    assert made[holder][0][lifecycle.attribute] == state
    return made


def move_part(
    client: httpx.Client, made: dict[str, Any], holder: str, lifecycle: Lifecycle, state: str
) -> httpx.Response:
    element = made[holder][0] | {lifecycle.attribute: state}
    return client.patch(made["href"], json={"@type": made["@type"], holder: [element]})


@PARTS
def test_every_legal_move_of_a_part_passes(client: httpx.Client, noun: Noun, holder: str, lifecycle: Lifecycle) -> None:
    for old, following in lifecycle.moves.items():
        for new in (old, *sorted(following)):
            made = make_part(client, noun, holder, lifecycle, old)
            answer = move_part(client, made, holder, lifecycle, new)
            assert answer.status_code == 200, (old, new, answer.text)
            assert answer.json()[holder][0][lifecycle.attribute] == new
            assert client.get(made["href"]).json() == answer.json()


@PARTS
def test_every_illegal_move_of_a_part_is_refused_and_changes_nothing(
    client: httpx.Client, noun: Noun, holder: str, lifecycle: Lifecycle
) -> None:
    for old, following in lifecycle.moves.items():
        made = make_part(client, noun, holder, lifecycle, old)
        for new in [one for one in lifecycle.moves if one != old and one not in following]:
            answer = move_part(client, made, holder, lifecycle, new)
            assert (answer.status_code, answer.json()["code"]) == (409, "illegalTransition"), (old, new)
            assert f"/{holder}/0/{lifecycle.attribute}" in answer.json()["message"]
            assert all(allowed in answer.json()["reason"] for allowed in following)
        assert client.get(made["href"]).json() == made


def test_parts_with_lifecycles_are_among_the_cases() -> None:
    assert [case.id for case in part_cases()] == ["productOrder-productOrderItem-state"]


def test_a_state_outside_the_table_may_be_left_to_anywhere() -> None:
    lifecycle = Lifecycle("state", moves([("on", "off"), ("off", "")]))
    lifecycle.check("elsewhere", "off")
    lifecycle.check(None, "off")
    with pytest.raises(IllegalTransition):
        lifecycle.check("on", "elsewhere")


FINAL, NEXT = "/0/state: expected off, which is final", "/0/state: expected one of low, off"


@pytest.mark.parametrize(
    ("old", "new", "reason", "message"),
    [
        ("off", "on", "state cannot go from 'off' to 'on'. 'off' is final.", FINAL),
        ("on", "up", "state cannot go from 'on' to 'up'. Allowed next: low, off.", NEXT),
    ],
)
def test_a_refused_move_is_told_in_words(old: str, new: str, reason: str, message: str) -> None:
    lifecycle = Lifecycle("state", moves([("on", "low off"), ("low", ""), ("off", "")]))
    with pytest.raises(IllegalTransition) as refused:
        lifecycle.check(old, new, "/0")
    assert (refused.value.reason, refused.value.message) == (reason, message)


def test_a_free_table_has_every_move_but_none_to_itself() -> None:
    assert free("a b c") == {"a": {"b", "c"}, "b": {"a", "c"}, "c": {"a", "b"}}


# -- states that are none -----------------------------------------------------------------------------
NO_STATES: tuple[Any, ...] = ({}, [], {"a": 1}, ["x"], 42)


def every_machine() -> list[Any]:
    """Every lifecycle of every noun that can be created, in both versions, also where a version lacks the attribute."""
    return [
        pytest.param(noun, path, lifecycle, id=f"{noun}-{'.'.join((*path, lifecycle.attribute))}")
        for noun in nouns("create")
        for path, lifecycle in noun.exposure.entity.machines
    ]


def with_state(noun: Noun, path: tuple[str, ...], lifecycle: Lifecycle, state: Any) -> dict[str, Any]:
    """What POST takes, with a state of its own or, at a path, of its first element."""
    if not path:
        return noun.body(**{lifecycle.attribute: state})
    [holder] = path
    return noun.body(**{holder: [noun.body()[holder][0] | {lifecycle.attribute: state}]})


@pytest.mark.parametrize(("noun", "path", "lifecycle"), every_machine())
def test_a_state_that_is_no_text_is_refused(
    client: httpx.Client, noun: Noun, path: tuple[str, ...], lifecycle: Lifecycle
) -> None:
    pointer = "/".join(("", *path, *("0" for _ in path), lifecycle.attribute))
    for state in NO_STATES:
        answer = client.post(noun.url, json=with_state(noun, path, lifecycle, state))
        assert answer.status_code == 400, (state, answer.text)
        assert f"{pointer}:" in answer.json()["message"]
    assert client.get(noun.url).json() == []


@pytest.mark.parametrize(
    ("noun", "path", "lifecycle"), [case for case in every_machine() if case.values[0].operation("patch")]
)
def test_a_patch_to_a_state_that_is_no_text_is_refused(
    client: httpx.Client, noun: Noun, path: tuple[str, ...], lifecycle: Lifecycle
) -> None:
    made = noun.make(client)
    for state in NO_STATES:
        name = path[0] if path else lifecycle.attribute
        value = with_state(noun, path, lifecycle, state)[name]
        operations = [{"op": "add", "path": f"/{name}", "value": value}]
        headers = {"content-type": "application/json-patch+json"}
        answers = [
            client.patch(made["href"], json={name: value} | ({"@type": made["@type"]} if "@type" in made else {})),
            client.patch(made["href"], json=operations, headers=headers),
        ]
        assert [answer.status_code for answer in answers] == [400, 400], (state, [one.text for one in answers])
    assert client.get(made["href"]).json() == made
