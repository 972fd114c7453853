"""What holds for every path: methods, Allow, HEAD, slashes, errors of every layer. TMF630 P1 3, RFC 9110."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.documents.document import Noun
from tmf_conformance.running.registry import API, RECOMMENDED, check
from tmf_conformance.running.trial import Trial

_METHODS = {"list": "GET", "create": "POST", "retrieve": "GET", "patch": "PATCH", "put": "PUT", "delete": "DELETE"}
_OWN = {"HEAD", "OPTIONS"}


def allowed(noun: Noun, *verbs: str) -> set[str]:
    """The methods that the document declares for a noun's collection or item."""
    return {_METHODS[verb] for verb in verbs if noun.has(verb)}


async def _refused(t: Trial, method: str, path: str, wanted: set[str]) -> None:
    exchange = await t.send(method, path, content=b"{}" if method in ("POST", "PUT", "PATCH") else None)
    t.is_error(exchange, 405, what=f"{method} {path}")
    named = {name.strip().upper() for name in exchange.header("allow").split(",") if name.strip()}
    if exchange.status == 405:
        t.expect(
            named - _OWN == wanted,
            f"{method} {path}: Allow is {exchange.header('allow') or 'missing'}",
            ", ".join(sorted(wanted)),
        )


@check(
    "methods.allow-collection",
    "An undeclared method on a collection answers 405 with a true Allow",
    "RFC 9110 15.5.6",
    tasks=True,
)
async def allow_collection(t: Trial) -> None:
    wanted = allowed(t.noun, "list", "create")
    for method in sorted({"PUT", "PATCH", "DELETE"} - wanted)[:2]:
        await _refused(t, method, t.noun.path, wanted)


@check(
    "methods.allow-item",
    "An undeclared method on a record answers 405 with a true Allow",
    "RFC 9110 15.5.6",
    needs=("retrieve", "list"),
    tasks=True,
)
async def allow_item(t: Trial) -> None:
    wanted = allowed(t.noun, "retrieve", "patch", "put", "delete")
    record_id = (await t.stock()).ids[0]
    for method in sorted({"POST", "PUT", "PATCH"} - wanted)[:2]:
        await _refused(t, method, t.at(record_id), wanted)


@check(
    "methods.head", "HEAD answers as GET does, without a body", "RFC 9110 9.3.2", needs=("retrieve", "list"), tasks=True
)
async def head(t: Trial) -> None:
    record_id = (await t.stock()).ids[0]
    for path in (t.at(record_id), t.noun.path):
        got = await t.send("GET", path, params={"limit": "1"} if path == t.noun.path else None)
        exchange = await t.send("HEAD", path, params={"limit": "1"} if path == t.noun.path else None, optional=True)
        t.status(exchange, got.status, what=f"HEAD {path}")
        t.expect(not exchange.content, "the answer to HEAD has a body", "no body")
        t.expect(exchange.header("etag") == got.header("etag"), "HEAD and GET give different ETags", got.header("etag"))


@check("methods.options", "OPTIONS names the methods", "RFC 9110 9.3.7", level=RECOMMENDED, tasks=True)
async def options(t: Trial) -> None:
    exchange = await t.send("OPTIONS", t.noun.path, optional=True)
    t.status(exchange, 200, 204, what="OPTIONS")
    named = {name.strip().upper() for name in exchange.header("allow").split(",") if name.strip()}
    t.expect(
        named >= allowed(t.noun, "list", "create"),
        f"Allow is {exchange.header('allow') or 'missing'}",
        "the declared methods",
    )


@check("methods.trailing-slash", "A trailing slash makes no difference and no redirect", "TMF630 P1 3.1", tasks=True)
async def trailing_slash(t: Trial) -> None:
    exchange = await t.send("GET", t.noun.path + "/", params={"limit": "1"})
    t.status(exchange, 200, what=f"GET {t.noun.path}/")


@check(
    "methods.trailing-slash-post", "POST with a trailing slash creates", "TMF630 P1 3.1", needs=("create",), writes=True
)
async def trailing_slash_post(t: Trial) -> None:
    exchange = await t.send("POST", t.noun.path + "/", body=await t.session.body(t))
    t.status(exchange, 201, what=f"POST {t.noun.path}/")


@check("methods.content-type", "Answers are application/json", "TMF630 P1 3.3", tasks=True)
async def content_type(t: Trial) -> None:
    exchange = await t.get(t.noun.path, limit="1")
    kind = exchange.header("content-type")
    t.expect(
        kind.split(";")[0].strip() == "application/json", f"Content-Type is {kind or 'missing'}", "application/json"
    )


@check("methods.accept", "A representation that cannot be made answers 406", "RFC 9110 15.5.7", level=RECOMMENDED)
async def accept(t: Trial) -> None:
    exchange = await t.send("GET", t.noun.path, params={"limit": "1"}, headers={"Accept": "application/pdf"})
    t.is_error(exchange, 406, what="GET with Accept: application/pdf")


@check("errors.unknown-path", "A path that does not exist answers a TMF Error", "TMF630 P1 3.4", scope=API)
async def unknown_path(t: Trial) -> None:
    exchange = await t.send("GET", "/conformanceNoSuchThing")
    t.is_error(exchange, 404, what="GET of an unknown path")
    t.expect(exchange.is_json, f"the error is {exchange.header('content-type') or 'of no type'}", "application/json")


@check("errors.type", "Errors name their @type", "TMF630 P1 3.4", scope=API)
async def error_type(t: Trial) -> None:
    if not t.v5:
        t.note = "v4 errors need none"
        return
    exchange = await t.send("GET", f"{t.noun.path}/conformance-no-such-id")
    body = exchange.json
    t.expect(isinstance(body, dict) and body.get("@type") == "Error", "the error has no @type", "Error")


@check("errors.status-matches", "An error's `status` is the status of the answer", "TMF630 P1 3.4", scope=API)
async def status_matches(t: Trial) -> None:
    exchange = await t.send("GET", f"{t.noun.path}/conformance-no-such-id")
    status = exchange.json.get("status") if isinstance(exchange.json, dict) else None
    t.expect(
        status is None or str(status) == str(exchange.status),
        f"the error says {status}, the answer {exchange.status}",
        str(exchange.status),
    )


@check("errors.no-internals", "Errors show nothing of the server's inside", "TMF630 P1 3.4", scope=API)
async def no_internals(t: Trial) -> None:
    for path in ("/conformanceNoSuchThing", f"{t.noun.path}/%27%22%3B--", f"{t.noun.path}?limit=x"):
        exchange = await t.send("GET", path)
        for trace in ("Traceback", "at java.", "node_modules", "SELECT ", "sqlite3.", "Exception in"):
            t.expect(
                trace not in exchange.text, f"the error shows {trace!r}", "a reason that tells how to mend the request"
            )


@check(
    "media.post",
    "POST with a wrong media type answers 415",
    "RFC 9110 15.5.16",
    needs=("create",),
    writes=True,
    tasks=True,
)
async def media_post(t: Trial) -> None:
    for kind in ("text/plain", "application/xml"):
        exchange = await t.send("POST", t.noun.path, content=b"<a/>", headers={"Content-Type": kind})
        t.is_error(exchange, 415, what=f"POST as {kind}")


@check(
    "media.charset", "application/json;charset=utf-8 is JSON", "RFC 8259 11", needs=("create",), writes=True, tasks=True
)
async def media_charset(t: Trial) -> None:
    body = await t.session.body(t)
    exchange = await t.send("POST", t.noun.path, body=body, headers={"Content-Type": "application/json;charset=utf-8"})
    t.status(exchange, 201, what="POST as application/json;charset=utf-8")
