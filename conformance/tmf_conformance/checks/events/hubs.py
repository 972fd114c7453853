"""The hub: subscribing and unsubscribing. TMF630 P1 7. What is delivered is checked in deliveries."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Blocked, Unsupported
from tmf_conformance.http.listener import Mailbox
from tmf_conformance.running.registry import API, check
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 7"
ANY: tuple[str, ...] = ()


def body_of(t: Trial, callback: str, query: str = "") -> Node:
    body: Node = {"callback": callback}
    if query:
        body["query"] = query
    return {"@type": "Hub", **body} if t.v5 else body


def hub_path(t: Trial) -> str:
    if t.document.hub is None:
        raise Unsupported("the document has no hub")
    return t.document.hub.path


async def subscribe(t: Trial, query: str = "", *, refuse: int = 0) -> tuple[Mailbox, str]:
    """A mailbox and the path of its subscription. Blocked when the server refuses it."""
    box = t.session.listener.mailbox(refuse)
    exchange = await t.send("POST", hub_path(t), body=body_of(t, box.url, query))
    if exchange.status != 201 or not isinstance(exchange.json, dict) or "id" not in exchange.json:
        raise Blocked(f"POST /hub with callback {box.url} answers {exchange.status}: {exchange.text[:200]}")
    path = f"{hub_path(t)}/{exchange.json['id']}"
    t.subscriptions.append(path)
    return box, path


@check(
    "hub.register",
    "POST /hub answers 201 with Location and what was registered",
    CLAUSE,
    scope=API,
    needs=ANY,
    writes=True,
    tasks=True,
)
async def register(t: Trial) -> None:
    box = t.session.listener.mailbox()
    query = "".join(f"eventType={name}" for name in list(t.document.events)[:1])
    exchange = await t.send("POST", hub_path(t), body=body_of(t, box.url, query))
    hint = "201; where the server may not call this machine, use --callback-host or allow the address there"
    t.require(exchange.status == 201, f"POST /hub with callback {box.url} answers {exchange.status}", hint)
    shown = exchange.json if isinstance(exchange.json, dict) else {}
    t.subscriptions.append(f"{hub_path(t)}/{shown.get('id')}")
    t.expect("id" in shown, "the answer has no id", "the subscription's id")
    t.expect(shown.get("callback") == box.url, f"callback is {shown.get('callback')!r}", box.url)
    t.expect((shown.get("query") or "") == query, f"query is {shown.get('query')!r}", "as registered")
    where = exchange.header("location")
    t.expect(
        where.rstrip("/").endswith(f"/hub/{shown.get('id')}"),
        f"Location is {where or 'missing'}",
        f"…/hub/{shown.get('id')}",
    )


@check(
    "hub.retrieve",
    "GET /hub/{id} shows the subscription, where the document has it",
    CLAUSE,
    scope=API,
    needs=ANY,
    writes=True,
    tasks=True,
)
async def retrieve(t: Trial) -> None:
    box, path = await subscribe(t)
    if t.document.hub is None or not t.document.hub.has("retrieve"):
        t.note = "the document does not declare it"
        return
    exchange = await t.send("GET", path)
    t.status(exchange, 200, what="GET of the subscription")
    t.expect(
        isinstance(exchange.json, dict) and exchange.json.get("callback") == box.url,
        "the callback is another one",
        box.url,
    )


@check(
    "hub.unregister", "DELETE /hub/{id} answers 204, then 404", CLAUSE, scope=API, needs=ANY, writes=True, tasks=True
)
async def unregister(t: Trial) -> None:
    _, path = await subscribe(t)
    t.status(await t.send("DELETE", path), 204, what="DELETE of the subscription")
    t.is_error(await t.send("DELETE", path), 404, what="the second DELETE")


@check(
    "hub.no-callback", "POST /hub without a callback answers 400", CLAUSE, scope=API, needs=ANY, writes=True, tasks=True
)
async def no_callback(t: Trial) -> None:
    body = body_of(t, "", "")
    del body["callback"]
    t.is_error(await t.send("POST", hub_path(t), body=body), 400, what="POST /hub without callback")


@check(
    "hub.bad-callback",
    "POST /hub with a callback that cannot be called answers 400",
    CLAUSE,
    scope=API,
    needs=ANY,
    writes=True,
    tasks=True,
)
async def bad_callback(t: Trial) -> None:
    for callback in ("no url", "ftp://example.invalid/x", "http://", "javascript:alert(1)"):
        t.is_error(
            await t.send("POST", hub_path(t), body=body_of(t, callback)),
            400,
            what=f"POST /hub with callback {callback!r}",
        )


@check(
    "hub.unknown",
    "DELETE /hub/{id} of an unknown id answers 404",
    CLAUSE,
    scope=API,
    needs=ANY,
    writes=True,
    tasks=True,
)
async def unknown(t: Trial) -> None:
    t.is_error(
        await t.send("DELETE", f"{hub_path(t)}/conformance-no-such-id"), 404, what="DELETE of an unknown subscription"
    )
