"""GET of one record and `fields`: TMF630 P1 4.1 and 4.3."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.checks.writing.creating import settles
from tmf_conformance.documents.compare import difference
from tmf_conformance.documents.schemas import Node
from tmf_conformance.http.client import Exchange
from tmf_conformance.running.registry import check
from tmf_conformance.running.stock import Stock
from tmf_conformance.running.trial import Trial

READ = ("list", "retrieve")


async def one(t: Trial) -> tuple[Stock, Node]:
    """The shared records and one of them with a first-level attribute to ask for."""
    stock = await t.stock()
    return stock, stock.records[0]


def asked(record: Node) -> str:
    """A first-level attribute of a record besides id, href and the @-names."""
    plain = [name for name in record if name not in ("id", "href") and not name.startswith("@")]
    return plain[0] if plain else "id"


@check("retrieve.by-id", "GET by id answers the record that the list shows", "TMF630 P1 4.1", needs=READ, tasks=True)
async def by_id(t: Trial) -> None:
    stock, record = await one(t)
    found = await t.read(record)
    rows = await t.rows(**{**stock.mark, "limit": "100"})
    listed = next((row for row in rows if row.get("id") == record["id"]), None)
    t.require(listed is not None, f"the list does not show {record['id']}", "the record")
    different = difference(listed, found, ignore=settles(t) | {"lastUpdate"})
    t.expect(not different, f"the list and GET by id differ at {different}", "the same representation")


@check("retrieve.unknown", "GET of an unknown id answers 404", "TMF630 P1 4.1", needs=("retrieve",), tasks=True)
async def unknown(t: Trial) -> None:
    t.is_error(await t.send("GET", t.at("conformance-no-such-id")), 404, what="GET of an unknown id")


def _only(t: Trial, exchange: Exchange, rows: list[Node], wanted: set[str]) -> None:
    always = {"id", "href"} | ({"@type"} if t.v5 else set())
    for row in rows:
        extra = row.keys() - wanted - always
        t.expect(
            not extra,
            f"fields is ignored: the answer also has {', '.join(sorted(extra)[:4])}",
            ", ".join(sorted(wanted)),
            exchange,
        )
        for name in ("id", "href"):
            t.expect(name in row, f"fields drops {name}", f"{name} always stays", exchange)


@check(
    "fields.retrieve",
    "`fields` on GET by id selects attributes and keeps id and href",
    "TMF630 P1 4.3",
    needs=("retrieve", "list"),
    tasks=True,
)
async def fields_retrieve(t: Trial) -> None:
    _, record = await one(t)
    name = asked(record)
    exchange = await t.get(t.at(record), fields=name)
    t.require(exchange.status == 200, f"GET with fields={name} answers {exchange.status}", "200")
    _only(t, exchange, [exchange.json], {name})
    t.expect(name in exchange.json, f"the asked attribute {name} is missing", name)


@check("fields.list", "`fields` on a list selects attributes and keeps id and href", "TMF630 P1 4.3", tasks=True)
async def fields_list(t: Trial) -> None:
    stock, record = await one(t)
    name = asked(record)
    rows = await t.rows(**{**stock.mark, "fields": name, "limit": "20"})
    t.require(bool(rows), "the list is empty", "the records")
    _only(t, t.last, rows, {name}) if t.last else None
    t.expect(
        all(name in row for row in rows if row["id"] in stock.ids) or not stock.mark,
        f"the asked attribute {name} is missing",
        name,
    )


@check("fields.several", "`fields` takes several names", "TMF630 P1 4.3", needs=READ, tasks=True)
async def fields_several(t: Trial) -> None:
    _, record = await one(t)
    names = [name for name in record if name not in ("id", "href") and not name.startswith("@")][:3]
    if len(names) < 2:
        t.note = "the records have too few attributes"
        return
    exchange = await t.get(t.at(record), fields=",".join(names))
    t.require(exchange.status == 200, f"GET answers {exchange.status}", "200")
    _only(t, exchange, [exchange.json], set(names))
    t.expect(set(names) <= exchange.json.keys(), "an asked attribute is missing", ", ".join(names))


@check("fields.dotted", "`fields=a.b` selects inside an object", "TMF630 P1 4.3", needs=READ)
async def fields_dotted(t: Trial) -> None:
    stock, record = await one(t)
    nested = [a for a in stock.attributes if a.path.count(".") == 1]
    nested = [
        a
        for a in nested
        if isinstance(inner := record.get(a.path.split(".")[0]), dict) and len(inner) > 1 and a.leaf in inner
    ]
    if not nested:
        t.note = "the records have no object with two attributes"
        return
    outer, leaf = nested[0].path.split(".")
    exchange = await t.get(t.at(record), fields=nested[0].path)
    t.require(exchange.status == 200, f"GET answers {exchange.status}", "200")
    inner = exchange.json.get(outer)
    t.require(isinstance(inner, dict) and leaf in inner, f"{nested[0].path} is missing", nested[0].path)
    others = {name for name in inner if not name.startswith("@")} - {leaf}
    t.expect(not others, f"{outer} also has {', '.join(sorted(others))}", f"only {leaf}")


@check("fields.none", "`fields=none` answers id and href only", "TMF630 P1 4.3", needs=READ, tasks=True)
async def fields_none(t: Trial) -> None:
    _, record = await one(t)
    exchange = await t.get(t.at(record), fields="none")
    t.require(exchange.status == 200, f"GET with fields=none answers {exchange.status}", "200")
    _only(t, exchange, [exchange.json], set())


@check("fields.unknown", "`fields` with an unknown name answers 400", "TMF630 P1 4.3", needs=READ, tasks=True)
async def fields_unknown(t: Trial) -> None:
    _, record = await one(t)
    t.is_error(await t.get(t.at(record), fields="conformanceNoSuchAttribute"), 400, what="GET with an unknown field")
    t.is_error(
        await t.get(t.noun.path, fields="conformanceNoSuchAttribute"), 400, what="the list with an unknown field"
    )
