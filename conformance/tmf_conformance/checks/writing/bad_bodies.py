"""Bodies that are wrong in every way a client can send them: a clear refusal, no 5xx, nothing half-written."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import json
from collections.abc import Callable
from typing import Any

from tmf_conformance.documents.compare import lost
from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import NoAnswer
from tmf_conformance.running.registry import RECOMMENDED, Body, Level, check
from tmf_conformance.running.stock import mark_attribute
from tmf_conformance.running.trial import Trial

_LARGE = 24_000_000
Spoil = Callable[[Node, str], bytes]


async def marked(t: Trial) -> tuple[Node, str, str]:
    """A body that is fine, the name of a text attribute in it, and the mark that it holds."""
    body = await t.session.body(t)
    name = mark_attribute(t.document, t.noun)
    mark = f"conformance abuse {t.session.options.seed} {t.session.number()}"
    return ({**body, name: mark} if name else body), name, mark


async def nothing_stored(t: Trial, name: str, mark: str) -> None:
    """No record with this mark may be in the list."""
    if name and t.noun.has("list"):
        rows = await t.rows(**{name: mark})
        found = [row for row in rows if str(row.get(name, "")).startswith(mark)]
        t.expect(not found, "the refused body was stored", "no record")


async def refused(t: Trial, content: bytes, name: str, mark: str, *allowed: int) -> None:
    """The body must be refused as a TMF Error and leave nothing."""
    exchange = await t.send("POST", t.noun.path, content=content)
    t.is_error(exchange, *(allowed or (400,)), what="POST")
    await nothing_stored(t, name, mark)


def dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def refusal(check_id: str, title: str, spoil: Spoil, *allowed: int, level: Level = Level.MANDATORY) -> None:
    """Enter a check that sends one spoiled body. `spoil` makes it from a good body and the name of a text attribute."""

    async def run(t: Trial) -> None:
        body, name, mark = await marked(t)
        await refused(t, spoil(body, name), name, mark, *allowed)

    _enter(check_id, title, run, level)


def _enter(check_id: str, title: str, run: Body, level: Level = Level.MANDATORY) -> None:
    check(
        check_id,
        title,
        "TMF630 P1 3.4, RFC 8259",
        group="abuse",
        level=level,
        needs=("create",),
        writes=True,
        tasks=True,
    )(run)


refusal("abuse.malformed-json", "Broken JSON answers 400", lambda body, _: dumped(body)[:-1])
refusal("abuse.empty-body", "An empty body answers 400", lambda _body, _name: b"")
refusal("abuse.no-object", "A body that is no object answers 400", lambda body, _: dumped([body]), 400)
refusal("abuse.text-body", "A body that is a text answers 400", lambda _body, _name: b'"conformance"', 400)
refusal(
    "abuse.bad-utf8",
    "Broken UTF-8 answers 400",
    lambda body, name: dumped({**body, name: "X~X"}).replace(b"X~X", b"\xff\xfe\xc3"),
)
refusal("abuse.trailing", "Something behind the JSON answers 400", lambda body, _: dumped(body) + b" {}")
refusal(
    "abuse.nan",
    "NaN is no JSON and answers 400",
    lambda body, _: dumped({**body, "conformanceNumber": "X~X"}).replace(b'"X~X"', b"NaN"),
)
refusal("abuse.duplicate-keys", "A name twice in one object answers 400",
        lambda body, name: dumped(body)[:-1] + f', "{name or "@type"}": "twice"}}'.encode(),
        level=RECOMMENDED)  # fmt: skip
refusal(
    "abuse.wrong-type",
    "An object where a text is due answers 400",
    lambda body, name: dumped({**body, name or "@type": {"no": "text"}}),
)


async def _faithful(t: Trial, extra: Node, what: str) -> None:
    """Refused with 4xx, or stored and shown exactly as sent: nothing between."""
    body, name, mark = await marked(t)
    exchange = await t.send("POST", t.noun.path, content=dumped({**body, **extra}))
    if exchange.status == 201:
        found = lost(extra, exchange.json)
        t.expect(not found, f"{what} was taken and changed at {found}", "400, or kept as it is")
        return
    t.is_error(exchange, 400, 413, 422, what=f"POST with {what}")
    await nothing_stored(t, name, mark)


async def nul(t: Trial) -> None:
    await _faithful(t, {"conformanceText": "a\x00b"}, "a NUL character")


async def surrogate(t: Trial) -> None:
    body, name, mark = await marked(t)
    content = dumped({**body, "conformanceText": "X~X"}).replace(b"X~X", b"\\ud800")
    exchange = await t.send("POST", t.noun.path, content=content)
    if t.status(exchange, 201, 400, 422, what="POST with a lone surrogate") and exchange.status != 201:
        await nothing_stored(t, name, mark)


async def huge_number(t: Trial) -> None:
    body, _, _ = await marked(t)
    for digits in t.share((b"1" + b"0" * 400, b"1e999", b"123456789012345678901234567890")):
        content = dumped({**body, "conformanceNumber": "X~X"}).replace(b'"X~X"', digits)
        exchange = await t.send("POST", t.noun.path, content=content)
        t.status(exchange, 201, 400, 422, what=f"POST with the number {digits[:12].decode()}…")
        if exchange.status == 201:
            shown = exchange.json.get("conformanceNumber")
            t.expect(
                isinstance(shown, int | float) and shown == json.loads(digits),
                f"the number came back as {shown!r}",
                "400, or kept",
            )


async def deep_nesting(t: Trial) -> None:
    body, name, mark = await marked(t)
    content = dumped(body)[:-1] + b', "conformanceDeep": ' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}"
    await refused(t, content, name, mark, 400, 413, 422)


async def large_body(t: Trial) -> None:
    body, name, mark = await marked(t)
    async with t.session.client.meter.heavy:
        content = dumped(body)[:-1] + b', "conformanceText": "' + b"x" * _LARGE + b'"}'
        try:
            exchange = await t.send("POST", t.noun.path, content=content)
        except NoAnswer:
            t.note = "the server closed the connection before it had read the body"
        else:
            t.is_error(exchange, 413, what="POST of 24 MB")
    await nothing_stored(t, name, mark)


async def missing_mandatory(t: Trial) -> None:
    body, name, mark = await marked(t)
    required = t.document.schemas.required(t.noun.body_schema("create")) - {
        "@type",
        "lastUpdate",
        "lifecycleStatus",
        name,
    }
    for attribute in sorted(required & body.keys())[:3]:
        await refused(t, dumped({k: v for k, v in body.items() if k != attribute}), name, mark)


async def bad_enum(t: Trial) -> None:
    body, name, mark = await marked(t)
    properties = t.document.schemas.properties(t.noun.body_schema("create"))
    found = [n for n, node in properties.items() if t.document.schemas.kind(node) == "enum"]
    t.note = "" if found else "the noun has no enumerated attribute"
    for attribute in found[:2]:
        await refused(t, dumped({**body, attribute: "conformanceNoSuchValue"}), name, mark)


async def bad_instant(t: Trial) -> None:
    body, name, mark = await marked(t)
    properties = t.document.schemas.properties(t.noun.body_schema("create"))
    found = [n for n, node in properties.items() if t.document.schemas.kind(node) == "instant" and n != "lastUpdate"]
    t.note = "" if found else "the noun has no instant"
    for attribute in found[:1]:
        for value in t.share(("yesterday", "2030-13-45T99:99:99Z", 5)):
            await refused(t, dumped({**body, attribute: value}), name, mark)


async def bad_id(t: Trial) -> None:
    body, _, _ = await marked(t)
    for value in t.share(("a/b", "a?b", "", "x" * 5000, "<script>")):
        exchange = await t.send("POST", t.noun.path, content=dumped({**body, "id": value}))
        if exchange.status == 201 and exchange.json.get("id") != value:
            continue  # the server gives its own ids
        t.is_error(exchange, 400, 422, what=f"POST with the id {value[:20]!r}")


async def unicode_kept(t: Trial) -> None:
    text = "Größe ≥ 10 — 😀 \u202eabc\u202c ﷽ \\ \" '"
    body, name, _ = await marked(t)
    if name:
        exchange = await t.send("POST", t.noun.path, content=dumped({**body, name: text}))
        t.status(exchange, 201, what="POST with text of many scripts")
        t.expect(exchange.status != 201 or exchange.json.get(name) == text, "the text came back changed", text)


_enter("abuse.nul", "A NUL character is refused or kept, and never a 5xx", nul)
_enter("abuse.surrogate", "A lone surrogate is no 5xx", surrogate)
_enter("abuse.huge-number", "A number beyond all bounds is refused or kept", huge_number)
_enter("abuse.deep-nesting", "A body nested 20,000 deep is refused", deep_nesting)
_enter("abuse.large-body", "A body of 24 MB answers 413", large_body, RECOMMENDED)
_enter("abuse.missing-mandatory", "A missing mandatory attribute answers 400", missing_mandatory)
_enter("abuse.bad-enum", "A value outside an enumeration answers 400", bad_enum)
_enter("abuse.bad-instant", "A text that is no instant answers 400", bad_instant)
_enter("abuse.bad-id", "An id that cannot stand in a path is refused", bad_id, RECOMMENDED)
_enter("abuse.unicode", "Text of any script comes back as it was", unicode_kept)
