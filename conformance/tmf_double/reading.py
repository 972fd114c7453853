"""GET of the double: lists with filters, sort, fields and paging; single records with ETag. No writes."""

from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

from tmf_conformance.documents.document import Noun
from tmf_double import jsonpath, query
from tmf_double.base import Base, Record
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused

PAGING = {"fields", "offset", "limit", "sort", "filter"}
_DEFAULT, _MAX = 20, 500


class Reading(Base):
    """Lists and single records."""

    def list_records(self, noun: Noun, request: Request) -> Answer:
        given = {name: found[-1] for name, found in parse_qs(request.query, keep_blank_values=True).items()}
        offset, limit = self.number(given, "offset", 0), min(self.number(given, "limit", _DEFAULT), _MAX)
        rows = self.sort(noun, self.select(noun, self.everything(noun), request), given.get("sort"))
        page = self.page(rows, offset, limit)
        shown = [self.pick(noun, self.show(noun, row, request), given.get("fields")) for row in page]
        headers = self.page_headers(request, len(page), self.total(noun, rows, page), offset, limit)
        return Answer(200, shown, headers)

    def everything(self, noun: Noun) -> list[Record]:
        return list(self.records[noun.path].values())

    def number(self, given: dict[str, str], name: str, default: int) -> int:
        text = given.get(name)
        if text is None:
            return default
        if not text.isdigit() or len(text) > 18:
            raise Refused(400, f"{name}={text[:30]} is no number of records", f"give {name} as 0 or more")
        return int(text)

    # --- filters

    def select(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        """The rows that every condition and the JSONPath filter let through."""
        groups = query.conditions(request.query, PAGING)
        self.check_names(noun, [c.path for group in groups for c in group])
        chosen = [row for row in rows if all(any(self.holds(noun, row, c) for c in group) for group in groups)]
        if not rows:
            for group in groups:
                self.check_values(noun, group)
        return self.by_jsonpath(noun, chosen, request)

    def check_names(self, noun: Noun, paths: list[str]) -> None:
        for path in paths:
            if not self.knows(noun, path):
                raise Refused(400, f"{path[:60]!r} is no attribute of {noun.name}", "use an attribute of the document")

    def check_values(self, noun: Noun, group: list[query.Condition]) -> None:
        for condition in group:
            for value in condition.values:
                query.typed(self.kind(noun, condition.path), value)

    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        kind = self.kind(noun, condition.path)
        if condition.path == "@type" and condition.op == "eq":
            return self.is_a(noun, row, condition.values)
        wanted = [text if condition.op == "regex" else query.typed(kind, text) for text in condition.values]
        found = [query.same_type(kind, value) for value in self.values(row, condition.path)]
        return any(self.compare(condition.op, value, want) for value in found for want in wanted)

    def is_a(self, noun: Noun, row: Record, names: tuple[str, ...]) -> bool:
        """`@type=X` lets X and its subtypes through."""
        return row.get("@type") in names or row.get("@baseType") in names or noun.type_name in names

    def values(self, row: Record, path: str) -> list[Any]:
        return query.values(row, path)

    def compare(self, op: str, value: Any, wanted: Any) -> bool:
        return query.compare(op, value, wanted)

    def by_jsonpath(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        texts = [unquote_plus(part[7:]) for part in request.query.split("&") if part.startswith("filter=")]
        for text in texts:
            found = jsonpath.parse(text, lambda path: self.kind(noun, path))
            rows = [row for row in rows if found.matches(row)]
        return rows

    # --- order and pages

    def sort(self, noun: Noun, rows: list[Record], text: str | None) -> list[Record]:
        keys = query.sort_keys(text) if text else []
        self.check_names(noun, [path for path, _ in keys])
        ordered = sorted(rows, key=lambda row: int(row["id"]) if row["id"].isdigit() else hash(row["id"]))
        for path, descending in reversed(keys):
            ordered.sort(key=lambda row: self.sort_key(noun, row, path), reverse=descending)
        return ordered

    def sort_key(self, noun: Noun, row: Record, path: str) -> Any:
        kind = self.kind(noun, path)
        found = [query.same_type(kind, value) for value in self.values(row, path)]
        return (bool(found), found[0]) if found else (False,)

    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        return rows[offset : offset + limit]

    def total(self, noun: Noun, rows: list[Record], page: list[Record]) -> int:  # noqa: ARG002
        return len(rows)

    def page_headers(self, request: Request, count: int, total: int, offset: int, limit: int) -> dict[str, str]:
        headers = {"X-Total-Count": str(total), "X-Result-Count": str(count)}
        if limit:
            headers["Link"] = ", ".join(
                f'<{url}>; rel="{rel}"' for rel, url in self.links(request, total, offset, limit)
            )
        return headers

    def links(self, request: Request, total: int, offset: int, limit: int) -> list[tuple[str, str]]:
        last = max(0, (total - 1) // limit * limit)
        targets = {"self": offset, "first": 0, "last": last}
        if offset > 0:
            targets["prev"] = max(0, offset - limit)
        if offset + limit < total:
            targets["next"] = offset + limit
        return [(rel, self.link(request, at, limit)) for rel, at in targets.items()]

    def link(self, request: Request, offset: int, limit: int) -> str:
        kept = [p for p in request.query.split("&") if p and p.split("=")[0] not in ("offset", "limit")]
        return f"{request.base}{request.path}?" + "&".join([*kept, urlencode({"offset": offset, "limit": limit})])

    # --- fields

    def pick(self, noun: Noun, shown: Record, fields: str | None) -> Record:
        if not fields:
            return shown
        names = [] if fields == "none" else [name.strip() for name in fields.split(",")]
        self.check_names(noun, names)
        always = ["id", "href", *(["@type"] if self.v5 and names else [])]
        chosen: Record = _chosen(shown, [*always, *names])
        return chosen

    # --- one record

    def retrieve(self, noun: Noun, record_id: str, request: Request) -> Answer:
        record = self.find(noun, record_id)
        given = parse_qs(request.query, keep_blank_values=True)
        unknown = set(given) - {"fields", "expand", "depth"}
        if unknown:
            raise Refused(400, f"{min(unknown)[:60]!r} is no parameter of a single record", "use fields")
        tag = self.etag(noun, record_id)
        if request.headers.get("if-none-match") == tag:
            return Answer(304, None, {"ETag": tag})
        whole = self.show(noun, record, request)
        for name in self.expanded(whole, given):
            whole[name] = self.expand(name, whole[name], request)
        return Answer(200, self.pick(noun, whole, given.get("fields", [None])[-1]), {"ETag": tag})

    # --- expansion

    def expanded(self, shown: Record, given: dict[str, list[str]]) -> list[str]:
        """The references that are asked for: by name, or all of them."""
        if self.number({name: found[-1] for name, found in given.items()}, "depth", 0) > 0:
            return list(shown)
        return [name for name in given.get("expand", [""])[-1].split(",") if name in shown]

    def expand(self, name: str, reference: Any, request: Request) -> Any:
        noun = self.nouns.get(f"/{name}")
        record = self.records[noun.path].get(str(reference.get("id"))) if noun and isinstance(reference, dict) else None
        return {**reference, **self.show(noun, record, request)} if noun and record else reference


def _chosen(value: Any, names: list[str]) -> Any:
    """A record with only these attributes; `a.b` keeps b inside a."""
    if isinstance(value, list):
        return [_chosen(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name in value:
        inner = [n.partition(".")[2] for n in names if n == name or n.startswith(name + ".")]
        if inner:
            result[name] = value[name] if "" in inner else _chosen(value[name], ["@type", *inner])
    return result
