"""PATCH as JSON Patch and JSON Patch Query. RFC 6902, TMF630 P5."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from typing import Any
from urllib.parse import quote

from tmf_conformance.checks.writing.changeable import arrays, optional, text
from tmf_conformance.checks.writing.patching import PATCH, unchanged
from tmf_conformance.documents.schemas import Node
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

CLAUSE = "RFC 6902, TMF630 P5"
JSON_PATCH = "application/json-patch+json"
QUERY_PATCH = "application/json-patch-query+json"


async def _record(t: Trial) -> tuple[Node, str]:
    record = await t.read(await t.create())
    return record, text(t, record)


@check("json-patch.replace", "`replace` changes one attribute", CLAUSE, needs=PATCH, writes=True)
async def replace(t: Trial) -> None:
    record, name = await _record(t)
    if not name:
        return
    t.status(
        await t.patch(record, [{"op": "replace", "path": f"/{name}", "value": "changed"}], JSON_PATCH),
        200,
        what="JSON Patch",
    )
    found = await t.read(record)
    t.expect(found.get(name) == "changed", f"{name} is {found.get(name)!r}: the patch changed nothing", "changed")


@check("json-patch.add-remove", "`add` sets and `remove` takes away", CLAUSE, needs=PATCH, writes=True)
async def add_remove(t: Trial) -> None:
    record = await t.read(await t.create())
    name = optional(t, record)
    if not name:
        t.note = "no text attribute of this noun may be taken away"
        return
    t.status(await t.patch(record, [{"op": "remove", "path": f"/{name}"}], JSON_PATCH), 200, what="remove")
    t.expect(name not in await t.read(record), f"{name} is still there after remove", "gone")
    t.status(await t.patch(record, [{"op": "add", "path": f"/{name}", "value": "added"}], JSON_PATCH), 200, what="add")
    t.expect((await t.read(record)).get(name) == "added", f"{name} is not there after add", "added")


@check("json-patch.array", "`add` with `-` appends and an index removes one element", CLAUSE, needs=PATCH, writes=True)
async def array(t: Trial) -> None:
    record = await t.read(await t.create())
    found = arrays(t, record)
    if not found:
        t.note = "the records have no array of two objects that can be patched"
        return
    name, before = found[0], record[found[0]]
    t.status(
        await t.patch(record, [{"op": "remove", "path": f"/{name}/0"}], JSON_PATCH), 200, what="remove of an element"
    )
    now = (await t.read(record)).get(name, [])
    t.expect(
        len(now) == len(before) - 1 and now[0] == before[1],
        f"{name} has {len(now)} elements, the first is not the second of before",
        "the first one gone",
    )
    t.status(
        await t.patch(record, [{"op": "add", "path": f"/{name}/-", "value": before[0]}], JSON_PATCH),
        200,
        what="add of an element",
    )
    now = (await t.read(record)).get(name, [])
    t.expect(
        len(now) == len(before) and now[-1] == before[0], f"{name} does not end with the added element", "appended"
    )


@check("json-patch.copy-move", "`copy` and `move` carry a value over", CLAUSE, needs=PATCH, writes=True)
async def copy_move(t: Trial) -> None:
    record = await t.read(await t.create({"conformanceOne": "first"}))
    operations = [
        {"op": "copy", "from": "/conformanceOne", "path": "/conformanceTwo"},
        {"op": "move", "from": "/conformanceOne", "path": "/conformanceThree"},
    ]
    t.status(await t.patch(record, operations, JSON_PATCH), 200, what="copy and move")
    found = await t.read(record)
    t.expect(found.get("conformanceTwo") == "first", "the copied value is not there", "first")
    t.expect(
        found.get("conformanceThree") == "first" and "conformanceOne" not in found, "the value was not moved", "moved"
    )


@check("json-patch.test", "A `test` that does not hold stops the whole patch", CLAUSE, needs=PATCH, writes=True)
async def failing_test(t: Trial) -> None:
    record, name = await _record(t)
    if not name:
        return
    operations = [
        {"op": "replace", "path": f"/{name}", "value": "changed"},
        {"op": "test", "path": f"/{name}", "value": "conformance: never this"},
    ]
    t.is_error(await t.patch(record, operations, JSON_PATCH), 400, 409, 412, 422, what="a JSON Patch whose test fails")
    await unchanged(t, record, "the test did not hold")


@check("json-patch.test-holds", "A `test` that holds lets the patch through", CLAUSE, needs=PATCH, writes=True)
async def holding_test(t: Trial) -> None:
    record, name = await _record(t)
    if not name or name not in record:
        return
    operations = [
        {"op": "test", "path": f"/{name}", "value": record[name]},
        {"op": "replace", "path": f"/{name}", "value": "changed"},
    ]
    t.status(await t.patch(record, operations, JSON_PATCH), 200, what="a JSON Patch whose test holds")
    t.expect((await t.read(record)).get(name) == "changed", f"{name} was not changed", "changed")


@check("json-patch.atomic", "A JSON Patch whose last operation fails changes nothing", CLAUSE, needs=PATCH, writes=True)
async def atomic(t: Trial) -> None:
    record, name = await _record(t)
    if not name:
        return
    operations = [
        {"op": "replace", "path": f"/{name}", "value": "changed"},
        {"op": "remove", "path": "/conformanceNoSuchAttribute/deep"},
    ]
    t.is_error(await t.patch(record, operations, JSON_PATCH), 400, 409, 422, what="a JSON Patch with a wrong operation")
    await unchanged(t, record, "one operation failed")


@check("json-patch.malformed", "A JSON Patch that is none answers 400", CLAUSE, needs=PATCH, writes=True)
async def malformed(t: Trial) -> None:
    record, _ = await _record(t)
    wrong: list[Any] = [
        {"op": "replace"},
        [{"op": "explode", "path": "/name"}],
        [{"path": "/name"}],
        ["replace"],
        [{"op": "add", "path": "/name"}],
    ]
    for operations in wrong:
        t.is_error(await t.patch(record, operations, JSON_PATCH), 400, 422, what=f"JSON Patch {operations}")
    await unchanged(t, record, "the patches were refused")


@check("json-patch.read-only", "A JSON Patch cannot change the id either", CLAUSE, needs=PATCH, writes=True)
async def read_only(t: Trial) -> None:
    record, _ = await _record(t)
    operations = [{"op": "replace", "path": "/id", "value": "conformance-other-id"}]
    t.is_error(await t.patch(record, operations, JSON_PATCH), 400, 409, what="JSON Patch of the id")
    await unchanged(t, record, "the id is read-only")


def _element(record: Node, names: list[str]) -> tuple[str, str, str, str]:
    """An array, a text that tells its second element from the others, and another text of it to change."""
    for name in names:
        elements = record[name]
        keys = [
            k
            for k, v in elements[1].items()
            if isinstance(v, str) and k[0] != "@" and all(e.get(k) != v for e in elements if e is not elements[1])
        ]
        free = [k for k in keys if k in ("text", "name", "description", "author", "role", "comment")]
        if keys and free:
            key = next((k for k in keys if k != free[0]), "")
            if key and key != "href":
                return name, key, str(elements[1][key]), free[0]
    return "", "", "", ""


@check("json-patch-query.replace", "A path may pick array elements by a query", CLAUSE, needs=PATCH, writes=True)
async def query_replace(t: Trial) -> None:
    record = await t.read(await t.create())
    name, key, wanted, leaf = _element(record, arrays(t, record))
    if not name:
        t.note = "the records have no array whose elements a text tells apart"
        return
    path = f"/{name}/{leaf}?{name}.{key}={quote(wanted, safe='')}"
    t.status(
        await t.patch(record, [{"op": "replace", "path": path, "value": "changed"}], QUERY_PATCH),
        200,
        what=f"replace at {path}",
    )
    now = (await t.read(record)).get(name, [])
    changed = [e.get(leaf) == "changed" for e in now]
    wanted_flags = [e.get(key) == wanted for e in record[name]]
    t.expect(
        changed == wanted_flags,
        f"the change reached {sum(changed)} elements, not the one with {key}={wanted}",
        "the picked element",
    )


@check(
    "json-patch-query.remove", "`remove` takes away the element that the query picks", CLAUSE, needs=PATCH, writes=True
)
async def query_remove(t: Trial) -> None:
    record = await t.read(await t.create())
    name, key, wanted, _ = _element(record, arrays(t, record))
    if not name:
        t.note = "the records have no array whose elements a text tells apart"
        return
    path = f"/{name}?{key}={quote(wanted, safe='')}"
    t.status(await t.patch(record, [{"op": "remove", "path": path}], QUERY_PATCH), 200, what=f"remove at {path}")
    now = (await t.read(record)).get(name, [])
    t.expect(
        now == [e for e in record[name] if e.get(key) != wanted],
        f"{name} has {len(now)} elements after it",
        "all but the picked one",
    )


@check(
    "json-patch-query.jsonpath",
    "A path may pick array elements by JSONPath",
    CLAUSE,
    needs=PATCH,
    level=RECOMMENDED,
    writes=True,
)
async def query_jsonpath(t: Trial) -> None:
    record = await t.read(await t.create())
    name, key, wanted, _ = _element(record, arrays(t, record))
    if not name:
        t.note = "the records have no array whose elements a text tells apart"
        return
    path = f"{name}[?(@.{key}=='{wanted}')]"
    t.status(await t.patch(record, [{"op": "remove", "path": path}], QUERY_PATCH), 200, what=f"remove at {path}")
    now = (await t.read(record)).get(name, [])
    t.expect(
        now == [e for e in record[name] if e.get(key) != wanted],
        f"{name} has {len(now)} elements after it",
        "all but the picked one",
    )
