"""`expand=` and `depth=`: records in the place of the references that point to them. TMF630 P2 3."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from typing import Any

from tmf_conformance.documents.compare import PROCESS_SET, SERVER_SET
from tmf_conformance.documents.document import Noun
from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Blocked, Inapplicable
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.session import refers_to
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P2 3"
NEEDS = ("create", "retrieve")


def referring(t: Trial) -> tuple[str, Noun]:
    """An attribute of the noun that refers to another noun of the document, single references first."""
    schemas = t.document.schemas
    properties = schemas.properties(schemas.dispatch(t.noun.body_schema("create"), {"@type": t.noun.type_name}))
    others = [n for n in t.document.nouns if n.has("create", "retrieve") and n.path != t.noun.path]
    found = [
        (schemas.kind(node) == "array", name, other)
        for name, node in properties.items()
        for other in others
        if refers_to(name, other) and name not in PROCESS_SET and schemas.kind(node) in ("object", "array")
    ]
    if not found:
        raise Inapplicable("no attribute of the noun refers to another noun of the document")
    _, name, other = min(found, key=lambda one: (one[0], one[1]))
    return name, other


async def linked(t: Trial) -> tuple[Node, str, Node]:
    """A record, the attribute of it that refers to another record, and that other record."""
    name, noun = referring(t)
    made = await t.send("POST", noun.path, body=await t.session.body(t, noun))
    if made.status >= 300 or not isinstance(made.json, dict) or "id" not in made.json:
        raise Blocked(f"POST {noun.path} answers {made.status}")
    body = await t.session.body(t)
    reference = first(body.get(name))
    if not isinstance(reference, dict):
        raise Inapplicable(f"the server takes no body with {name}")
    reference = {key: value for key, value in reference.items() if key != "href"} | {"id": made.json["id"]}
    record = await t.create({name: [reference] if isinstance(body[name], list) else reference})
    return record, name, made.json


def first(value: Any) -> Any:
    """The element of an array, or the value itself."""
    return value[0] if isinstance(value, list) and value else value


async def expanded(t: Trial, parameter: str, value: str) -> None:
    """With the parameter the reference must show what the record has, without it only the reference."""
    if parameter not in {found["name"] for found in t.noun.operations["retrieve"].parameters}:
        raise Inapplicable(f"the document declares no `{parameter}` here")
    record, name, target = await linked(t)
    plain = first((await t.read(record)).get(name))
    plain = plain if isinstance(plain, dict) else {}
    wanted = next((n for n, v in target.items() if isinstance(v, str) and n not in {*plain, *SERVER_SET}), "")
    if not wanted:
        raise Inapplicable(f"{name} shows all of the record already")
    exchange = await t.get(t.at(record), **{parameter: value or name})
    t.require(exchange.status == 200, f"GET with {parameter}={value or name} answers {exchange.status}", "200")
    shown = first(exchange.json.get(name))
    shown = shown if isinstance(shown, dict) else {}
    t.expect(shown.get("id") == target["id"], f"{name} is another record", str(target["id"]))
    t.expect(
        shown.get(wanted) == target[wanted],
        f"{name} does not show {wanted} of the record that it refers to",
        str(target[wanted]),
    )


@check("expand.path", "`expand=a` puts the record in the place of the reference", CLAUSE, needs=NEEDS,
       level=RECOMMENDED, writes=True, tasks=True)  # fmt: skip
async def by_path(t: Trial) -> None:
    await expanded(t, "expand", "")


@check("expand.depth", "`depth=1` puts the records in the place of the references", CLAUSE, needs=NEEDS,
       level=RECOMMENDED, writes=True, tasks=True)  # fmt: skip
async def by_depth(t: Trial) -> None:
    await expanded(t, "depth", "1")
