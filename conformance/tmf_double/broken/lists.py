"""Doubles whose sorting, pages or `fields` are wrong, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

import random
from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double import query
from tmf_double.app import Double
from tmf_double.base import Record
from tmf_double.broken.ways import way
from tmf_double.messages import Request
from tmf_double.refusal import Refused


@way("sort-ignored", "`sort` is ignored", "sort.ascending", "sort.descending")
class SortIgnored(Double):
    def sort(self, noun: Noun, rows: list[Record], text: str | None) -> list[Record]:
        return super().sort(noun, rows, None)


@way("sort-direction", "`-` in sort is ignored", "sort.descending")
class SortDirection(Double):
    def sort(self, noun: Noun, rows: list[Record], text: str | None) -> list[Record]:
        return super().sort(noun, rows, text.replace("-", "") if text else text)


@way("sort-second-key", "only the first sort key counts", "sort.several")
class SortSecondKey(Double):
    def sort(self, noun: Noun, rows: list[Record], text: str | None) -> list[Record]:
        return super().sort(noun, rows, text.split(",")[0] if text else text)


@way("sort-unstable", "records with equal keys come in another order each time", "sort.stable")
class SortUnstable(Double):
    def sort(self, noun: Noun, rows: list[Record], text: str | None) -> list[Record]:
        shuffled = list(rows)
        if text:
            random.shuffle(shuffled)
            keys = query.sort_keys(text)
            for path, descending in reversed(keys):
                shuffled.sort(key=lambda row, path=path: self.sort_key(noun, row, path), reverse=descending)  # type: ignore[misc]
            return shuffled
        return super().sort(noun, rows, text)


@way("numbers-sorted-as-text", "numbers are sorted as text", "sort.ascending")
class NumbersSortedAsText(Double):
    def sort_key(self, noun: Noun, row: Record, path: str) -> Any:
        found = self.values(row, path)
        return str(found[0]) if found else ""


@way("limit-ignored", "`limit` is ignored", "paging.limit")
class LimitIgnored(Double):
    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        return rows[offset : offset + 100]


@way("offset-by-page", "`offset` counts pages, not records", "paging.offset")
class OffsetByPage(Double):
    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        return rows[offset * limit : offset * limit + limit]


@way("pages-overlap", "each page repeats the last record of the page before", "paging.walk")
class PagesOverlap(Double):
    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        return rows[max(0, offset - 1) : max(0, offset - 1) + limit]


@way("total-is-page", "X-Total-Count is the number of records on the page", "paging.total-count")
class TotalIsPage(Double):
    def total(self, noun: Noun, rows: list[Record], page: list[Record]) -> int:
        return len(page)


@way("total-unfiltered", "X-Total-Count ignores the filter", "paging.total-count")
class TotalUnfiltered(Double):
    def total(self, noun: Noun, rows: list[Record], page: list[Record]) -> int:
        return len(self.records[noun.path])


@way("result-count-is-total", "X-Result-Count is the total", "paging.result-count")
class ResultCountIsTotal(Double):
    def page_headers(self, request: Request, count: int, total: int, offset: int, limit: int) -> dict[str, str]:
        return super().page_headers(request, total, total, offset, limit)


@way("next-is-same", "`Link: next` leads to the same page", "paging.links", "paging.walk-links")
class NextIsSame(Double):
    def links(self, request: Request, total: int, offset: int, limit: int) -> list[tuple[str, str]]:
        found = dict(super().links(request, total, offset, limit))
        return list({**found, **({"next": found["self"]} if "next" in found else {})}.items())


@way("links-lose-filter", "links forget the filter", "paging.links-keep-query", "paging.walk-links")
class LinksLoseFilter(Double):
    def link(self, request: Request, offset: int, limit: int) -> str:
        return f"{request.base}{request.path}?offset={offset}&limit={limit}"


@way("past-end-404", "a page past the end answers 404", "paging.past-end")
class PastEnd404(Double):
    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        if offset > len(rows):
            raise Refused(404, "there is no such page")
        return super().page(rows, offset, limit)


@way("negative-limit", "a negative limit is taken", "paging.bad-values")
class NegativeLimit(Double):
    def number(self, given: dict[str, str], name: str, default: int) -> int:
        text = given.get(name, "")
        return 5 if text.startswith("-") else super().number(given, name, default)


@way("fields-ignored", "`fields` is ignored", "fields.retrieve", "fields.list")
class FieldsIgnored(Double):
    def pick(self, noun: Noun, shown: Record, fields: str | None) -> Record:
        return shown


@way("fields-drop-id", "`fields` drops id and href", "fields.retrieve", "fields.list")
class FieldsDropId(Double):
    def pick(self, noun: Noun, shown: Record, fields: str | None) -> Record:
        picked = super().pick(noun, shown, fields)
        return {name: value for name, value in picked.items() if name not in ("id", "href")} if fields else picked


@way("fields-dotted-whole", "`fields=a.b` answers the whole of a", "fields.dotted")
class FieldsDottedWhole(Double):
    def pick(self, noun: Noun, shown: Record, fields: str | None) -> Record:
        whole = ",".join(name.split(".")[0] for name in fields.split(",")) if fields else fields
        return super().pick(noun, shown, whole)


@way("fields-unknown-ignored", "an unknown name in `fields` is ignored", "fields.unknown")
class FieldsUnknownIgnored(Double):
    def pick(self, noun: Noun, shown: Record, fields: str | None) -> Record:
        known = [name for name in (fields or "").split(",") if self.knows(noun, name)]
        return super().pick(noun, shown, ",".join(known) or ("none" if fields else None))
