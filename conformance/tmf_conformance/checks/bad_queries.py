"""Requests that are wrong or hostile in their path, query or headers: refused or answered, in time, and never a 5xx."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from urllib.parse import quote

from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.stock import mark_attribute
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 3.4"
_SLOW = 3.0
_HEADERS = (
    ("If-None-Match", 'W/"'),
    ("If-None-Match", "*"),
    ("Accept", "*/*;q=x, ,;"),
    ("Accept-Language", "x" * 3000),
    ("X-Forwarded-Host", "evil.example\\"),
    ("Range", "bytes=9-1"),
    ("Origin", "null"),
)
_INJECTIONS = (
    "' OR '1'='1",
    "1; DROP TABLE entity--",
    '" OR ""="',
    "${7*7}",
    "{{7*7}}",
    "%' OR 1=1 --",
    "../../etc/passwd",
    "\\",
)
_PATTERNS = (
    "^(a+)+$",
    "(x+x+)+y",
    "(((((((((a{1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9}){1,9})",
    "(?=a)(?!b)",
    "[",
    "*",
    "a" * 5000,
)
_ENCODINGS = ("id=%ZZ", "id=%", "id=%FF%FE", "%00=1", "id=%00", "=", "&&&", "=x", "id=%ED%A0%80")
_SELECTIONS = (
    "sort=,",
    "sort=-",
    "sort=--id",
    "sort=id.id.id",
    "sort=" + "id," * 500,
    "fields=,",
    "fields=..",
    "fields=id.x.y",
    "fields=%00",
)
_FILTERS = (
    "$",
    "$..*",
    "$[?(@.id=='x' &&)]",
    f"$[?({'(' * 400}@.id=='x'{')' * 400})]",
    "$[?(@.id=~'[')]",
    "$[?(@=='x')]",
    "'",
    "$[?(@.id==1e999)]",
)
_IDS = (
    "%00",
    "%FF",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "a" * 3000,
    "%27%20OR%20%271%27%3D%271",
    "%0d%0aX-Evil%3A1",
    "a%2Fb",
    "%20",
)
_BOUNDS = (
    ("offset", "9223372036854775807"),
    ("offset", "9" * 40),
    ("limit", "9" * 40),
    ("limit", "2147483648"),
)


@check("abuse.injection", "Hostile filter values are values", CLAUSE, group="abuse", tasks=True)
async def injection(t: Trial) -> None:
    name = mark_attribute(t.document, t.noun) if t.noun.has("create") else "id"
    for text in t.share(_INJECTIONS):
        exchange = await t.send("GET", t.noun.path, query=f"{name or 'id'}={quote(text, safe='')}")
        t.status(exchange, 200, 400, what=f"a filter with the value {text}")
        t.expect(exchange.status != 200 or exchange.json == [], f"the value {text} selects records", "none")


@check("abuse.regex", "A hostile regular expression is answered or refused in time", CLAUSE, group="abuse")
async def regex(t: Trial) -> None:
    stock = await t.stock()
    name = next((a.path for a in stock.of_kind("string") if a.first_level), "id")
    for pattern in t.share(_PATTERNS):
        exchange = await t.send("GET", t.noun.path, query=f"{name}.regex={quote(pattern, safe='')}")
        t.status(exchange, 200, 400, 414, what=f"the pattern {pattern[:30]}")
        t.expect(
            exchange.seconds < _SLOW,
            f"the pattern {pattern[:30]} takes {exchange.seconds:.1f} s",
            f"under {_SLOW:g} s",
            exchange,
        )


@check("abuse.encoding", "Broken percent-encoding is no 5xx", CLAUSE, group="abuse", tasks=True)
async def encoding(t: Trial) -> None:
    for query in t.share(_ENCODINGS):
        exchange = await t.send("GET", t.noun.path, query=query)
        t.status(exchange, 200, 400, what=f"the query {query}")


@check("abuse.sort-and-fields", "Nonsense in sort and fields is no 5xx", CLAUSE, group="abuse", tasks=True)
async def sort_and_fields(t: Trial) -> None:
    for query in t.share(_SELECTIONS):
        exchange = await t.send("GET", t.noun.path, query=query)
        t.status(exchange, 200, 400, 414, what=f"the query {query[:40]}")


@check("abuse.filter", "Nonsense in `filter` is no 5xx", CLAUSE, group="abuse")
async def json_path(t: Trial) -> None:
    for text in t.share(_FILTERS):
        exchange = await t.session.client.send("GET", t.noun.path, query="filter=" + quote(text, safe=""))
        t.last = exchange
        t.status(exchange, 200, 400, 501, what=f"filter={text[:40]}")


@check("abuse.ids", "Strange ids in a path answer 4xx", CLAUSE, group="abuse", needs=("retrieve",), tasks=True)
async def strange_ids(t: Trial) -> None:
    for text in t.share(_IDS):
        exchange = await t.send("GET", f"{t.noun.path}/{text}")
        t.is_error(exchange, 400, 404, 414, what=f"GET of the id {text[:30]}")


@check("abuse.headers", "Nonsense in headers is no 5xx", CLAUSE, group="abuse", needs=("retrieve", "list"), tasks=True)
async def headers(t: Trial) -> None:
    record_id = (await t.stock()).ids[0]
    for name, value in t.share(_HEADERS):
        exchange = await t.send("GET", t.at(record_id), headers={name: value})
        t.status(exchange, 200, 206, 304, 400, 403, 406, 416, 431, what=f"GET with {name}: {value[:20]}")


@check(
    "abuse.many-conditions", "A query of a thousand conditions is answered or refused in time", CLAUSE, group="abuse"
)
async def many_conditions(t: Trial) -> None:
    exchange = await t.send("GET", t.noun.path, query="&".join(f"id.ne=x{n}" for n in range(500)) + "&limit=1")
    t.status(exchange, 200, 400, 414, 431, what="500 conditions")
    t.expect(exchange.seconds < _SLOW, f"500 conditions take {exchange.seconds:.1f} s", f"under {_SLOW:g} s")


@check("abuse.large-offset", "Offsets beyond all bounds are no 5xx", CLAUSE, group="abuse", tasks=True)
async def large_offset(t: Trial) -> None:
    for name, value in t.share(_BOUNDS):
        exchange = await t.get(t.noun.path, **{name: value})
        t.status(exchange, 200, 400, what=f"{name}={value[:20]}")


@check(
    "abuse.host",
    "The links of an answer do not follow a forged forwarded host",
    "OWASP: host header injection",
    group="abuse",
    level=RECOMMENDED,
    needs=("create", "retrieve"),
    writes=True,
)
async def forged_host(t: Trial) -> None:
    forged = {"X-Forwarded-Host": "conformance.invalid", "Forwarded": "host=conformance.invalid"}
    record = await t.create()
    exchange = await t.send("GET", t.at(record), headers=forged)
    href = str(exchange.json.get("href", "")) if isinstance(exchange.json, dict) else ""
    t.expect("conformance.invalid" not in href, f"href is {href}", "forwarded headers count from trusted proxies only")
