"""POST: status, Location, what comes back, types, nulls, instants. TMF630 P1 5, P3."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from typing import Any
from urllib.parse import urlsplit

from tmf_conformance.documents.compare import PROCESS_SET, SERVER_SET, difference, instant, lost, nulls
from tmf_conformance.documents.schemas import Node
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

WRITE = ("create", "retrieve")


def settles(t: Trial) -> frozenset[str]:
    """What a process of the server may have changed meanwhile."""
    machine = t.session.lifecycle(t.noun)
    return frozenset(PROCESS_SET) if t.noun.is_task or (machine and machine.moves_itself) else frozenset()


@check("create.status", "POST of a valid body answers 201", "TMF630 P1 5.1", needs=("create",), writes=True, tasks=True)
async def status(t: Trial) -> None:
    body = await t.session.body(t)
    exchange = await t.send("POST", t.noun.path, body=body)
    t.status(exchange, 201, what="POST")
    t.expect(isinstance(exchange.json, dict), "the answer carries no JSON object", "the new record")


@check("create.full-body", "POST takes every attribute that the create schema declares", "document", needs=("create",),
       level=RECOMMENDED, writes=True, tasks=True)  # fmt: skip
async def full_body(t: Trial) -> None:
    level = await t.session.level(t, t.noun)
    body = t.session.bodies.create(t.noun, t.session.number())
    if level < 3:
        exchange = await t.send("POST", t.noun.path, body=body)
        t.status(exchange, 201, what="POST of a body with every attribute")


@check(
    "create.location", "POST names the new record in Location", "TMF630 P1 5.1", needs=WRITE, writes=True, tasks=True
)
async def location(t: Trial) -> None:
    record = await t.create()
    posted = t.last
    where = posted.header("location") if posted else ""
    t.require(bool(where), "the answer has no Location", "Location: the URL of the new record")
    t.expect(urlsplit(where).path.rstrip("/").endswith(f"{t.noun.path}/{record['id']}"), f"Location is {where}",
             f"…{t.noun.path}/{record['id']}")  # fmt: skip
    found = await t.send("GET", where if "://" in where else t.at(record))
    t.require(found.status == 200, f"GET of the Location answers {found.status}", "200")
    t.expect(found.json.get("id") == record["id"], "Location leads to another record", str(record["id"]))


@check(
    "create.href",
    "Every record carries an href that leads to it",
    "TMF630 P1 3.1",
    needs=WRITE,
    writes=True,
    tasks=True,
)
async def href(t: Trial) -> None:
    record = await t.create()
    where = str(record.get("href", ""))
    t.require(
        where.rstrip("/").endswith(f"{t.noun.path}/{record['id']}"),
        f"href is {where!r}",
        f"…{t.noun.path}/{record['id']}",
    )
    found = await t.send("GET", where if "://" in where else t.at(record))
    t.expect(
        found.status == 200 and found.json.get("id") == record["id"],
        f"GET of the href answers {found.status}",
        "the record",
    )


@check("create.get-equals-post", "GET shows what POST answered", "TMF630 P1 5.1", needs=WRITE, writes=True, tasks=True)
async def get_equals_post(t: Trial) -> None:
    record = await t.create()
    found = await t.read(record)
    different = difference(record, found, ignore=settles(t))
    t.expect(not different, f"POST and GET differ at {different}", "the same representation")


@check("create.keeps-sent", "What was sent comes back", "TMF630 P1 5.1", needs=WRITE, writes=True, tasks=True)
async def keeps_sent(t: Trial) -> None:
    body = {name: value for name, value in (await t.session.body(t)).items() if name not in settles(t)}
    record = await t.create(body)
    found = lost({name: value for name, value in body.items() if name not in settles(t)}, await t.read(record))
    t.expect(not found, f"a value was lost or changed at {found}", "the value that was sent")


@check("create.extension", "An attribute that the schema does not know is kept", "TMF630 P3", needs=WRITE, writes=True)
async def extension(t: Trial) -> None:
    extra: Node = {"conformanceNote": "kept", "conformanceList": [1, {"inner": "ä€😀"}]}
    record = await t.create(extra)
    found = lost(extra, await t.read(record))
    t.expect(not found, f"an extension attribute was lost at {found}", "attributes beyond the schema are kept")


@check(
    "create.subtype",
    "A subtype of the noun is accepted as its base and keeps its @type",
    "TMF630 P3",
    needs=WRITE,
    writes=True,
)
async def subtype(t: Trial) -> None:
    sent = {"@type": f"Conformance{t.noun.type_name}", "@baseType": t.noun.type_name, "conformanceColour": "teal"}
    record = await t.create(sent)
    found = lost(sent, await t.read(record))
    t.expect(not found, f"the subtype was not kept at {found}", "@type, @baseType and its attributes as sent")


@check("create.type", "Every answered record has its @type", "TMF630 P3", needs=WRITE, writes=True, tasks=True)
async def type_shown(t: Trial) -> None:
    if "@type" not in t.document.schemas.required(t.noun.schema) and not t.v5:
        t.note = "the document does not require @type"
        return
    found = await t.read(await t.create())
    missing = _untyped(found, "") if t.v5 else []
    t.expect(isinstance(found.get("@type"), str), "the record has no @type", t.noun.type_name)
    t.expect(
        not missing or not _declared_untyped(t, found),
        f"no @type at {', '.join(missing[:3])}",
        "@type where the schema requires it",
    )


def _untyped(value: Any, path: str) -> list[str]:
    if isinstance(value, list):
        return [found for i, item in enumerate(value) for found in _untyped(item, f"{path}/{i}")]
    if not isinstance(value, dict):
        return []
    inner = [found for name, item in value.items() for found in _untyped(item, f"{path}/{name}")]
    return inner if "@type" in value else [path or "/", *inner]


def _declared_untyped(t: Trial, record: Node) -> list[str]:
    return [text for text in t.session.validator.problems(t.noun.schema, record) if "@type" in text]


@check("create.nulls", "A null in a body means absent; answers contain none", "TMF630 P1 3.3", needs=WRITE, writes=True)
async def no_nulls(t: Trial) -> None:
    record = await t.create({"conformanceNull": None})
    for shown in (record, await t.read(record)):
        found = nulls(shown)
        t.expect(not found, f"the answer contains null at {', '.join(found[:3])}", "no nulls in answers")


@check(
    "create.instants",
    "Instants are answered in UTC, with Z",
    "TMF630 P1 3.2 (RFC 3339)",
    needs=WRITE,
    writes=True,
    tasks=True,
)
async def instants(t: Trial) -> None:
    record = await t.read(await t.create())
    for attribute in t.document.schemas.attributes(t.noun.schema, record):
        if attribute.kind == "instant" and attribute.first_level:
            text = record[attribute.path]
            t.expect(
                instant(text) is not None,
                f"{attribute.path} is {text!r}, an instant without offset",
                "an instant with Z",
            )
            t.expect(
                str(text).endswith("Z"), f"{attribute.path} is {text!r}", "Z: the + of +00:00 becomes a space in a URL"
            )


@check(
    "create.server-set",
    "The server sets the time of the last change itself",
    "TMF630 P1 5.1",
    needs=WRITE,
    level=RECOMMENDED,
    writes=True,
)
async def server_set(t: Trial) -> None:
    if "lastUpdate" not in t.document.schemas.properties(t.noun.schema):
        t.note = "the noun has no lastUpdate"
        return
    record = await t.create({"lastUpdate": "2001-02-03T04:05:06Z", "href": "https://example.invalid/elsewhere"})
    t.expect(
        record.get("lastUpdate") != "2001-02-03T04:05:06Z", "the sent lastUpdate was taken", "the time of the change"
    )
    t.expect(
        record.get("href") != "https://example.invalid/elsewhere", "the sent href was taken", "the URL of the record"
    )


@check("create.unique-ids", "Two POSTs make two records", "TMF630 P1 5.1", needs=WRITE, writes=True)
async def unique_ids(t: Trial) -> None:
    one, other = await t.create(), await t.create()
    t.expect(one["id"] != other["id"], f"both got the id {one['id']}", "an id of its own for each")
    t.expect((await t.read(one))["id"] == one["id"], "the first record is gone after the second POST", "both stay")


@check(
    "create.id-conflict",
    "POST with an id that is taken answers 409",
    "TMF630 P1 5.1",
    needs=WRITE,
    level=RECOMMENDED,
    writes=True,
)
async def id_conflict(t: Trial) -> None:
    record = await t.create()
    exchange = await t.send("POST", t.noun.path, body={**await t.session.body(t), "id": record["id"]})
    if exchange.status == 201 and exchange.json.get("id") != record["id"]:
        t.note = "the server gives its own ids"
        return
    t.is_error(exchange, 409, what="POST with a taken id")


@check(
    "create.fields",
    "POST answers with the attributes that `fields` asks for",
    "TMF630 P1 4.3",
    needs=WRITE,
    level=RECOMMENDED,
    writes=True,
)
async def fields(t: Trial) -> None:
    exchange = await t.send("POST", t.noun.path, body=await t.session.body(t), params={"fields": "id"})
    t.require(exchange.status == 201, f"POST with fields answers {exchange.status}", "201")
    extra = exchange.json.keys() - {"id", "href", "@type"}
    t.expect(not extra, f"the answer also has {', '.join(sorted(extra)[:4])}", "only what fields names")


@check(
    "create.idempotency-key",
    "The same Idempotency-Key makes one record",
    "Idempotency-Key (IETF draft)",
    needs=WRITE,
    level=RECOMMENDED,
    writes=True,
)
async def idempotency_key(t: Trial) -> None:
    body, key = (
        await t.session.body(t),
        {"Idempotency-Key": f"conformance-{t.session.options.seed}-{t.session.number()}"},
    )
    first = await t.send("POST", t.noun.path, body=body, headers=key)
    again = await t.send("POST", t.noun.path, body=body, headers=key)
    t.require(first.status == again.status == 201, f"the answers are {first.status} and {again.status}", "201 twice")
    t.expect(first.json["id"] == again.json["id"], "the repeated POST made a second record", "the first answer again")
    other = await t.send("POST", t.noun.path, body=await t.session.body(t), headers=key)
    t.expect(other.status in (409, 422), f"the key with another body answers {other.status}", "409")


@check(
    "create.declared-names",
    "Answers use this version's attribute names",
    "document",
    needs=WRITE,
    level=RECOMMENDED,
    writes=True,
    tasks=True,
)
async def declared_names(t: Trial) -> None:
    body = await t.session.body(t)
    record = await t.read(await t.create(body))
    declared = t.document.schemas.properties(t.document.schemas.dispatch(t.noun.schema, record))
    strange = record.keys() - declared.keys() - body.keys() - SERVER_SET
    t.expect(
        not strange,
        f"the answer has {', '.join(sorted(strange)[:4])}",
        "names that the document declares or the client sent",
    )
