"""Doubles whose filters are wrong, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

from typing import Any

from tmf_conformance.documents.document import Noun
from tmf_double import query
from tmf_double.app import Double
from tmf_double.base import Record
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused


@way("filters-ignored", "every filter is ignored", "filter.string", "filter.ne", "filter.none-match")
class FiltersIgnored(Double):
    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        return True


class _Swapped(Double):
    swap: tuple[str, str] = ("", "")

    def compare(self, op: str, value: Any, wanted: Any) -> bool:
        return super().compare(self.swap[1] if op == self.swap[0] else op, value, wanted)


@way("ne-as-eq", "`ne` compares as `eq`", "filter.ne")
class NeAsEq(_Swapped):
    swap = ("ne", "eq")


@way("gt-as-gte", "`gt` lets the equal value through", "filter.gt")
class GtAsGte(_Swapped):
    swap = ("gt", "gte")


@way("lte-as-lt", "`lte` leaves the equal value out", "filter.lte")
class LteAsLt(_Swapped):
    swap = ("lte", "lt")


@way("regex-as-eq", "`regex` compares for equality", "filter.regex")
class RegexAsEq(_Swapped):
    swap = ("regex", "eq")


@way("numbers-as-text", "numbers compare as text", "filter.numeric-order")
class NumbersAsText(Double):
    def compare(self, op: str, value: Any, wanted: Any) -> bool:
        if isinstance(wanted, float) and not isinstance(value, bool) and op != "eq":
            return super().compare(op, f"{value:g}", f"{wanted:g}")
        return super().compare(op, value, wanted)


@way("instants-as-text", "instants compare as text, blind to their offset", "filter.instant-offset")
class InstantsAsText(Double):
    def kind(self, noun: Noun, path: str) -> str:
        found = super().kind(noun, path)
        return "string" if found == "instant" else found


@way("case-blind", "text filters ignore the case", "filter.case")
class CaseBlind(Double):
    def compare(self, op: str, value: Any, wanted: Any) -> bool:
        texts = isinstance(value, str) and isinstance(wanted, str) and op == "eq"
        return value.lower() == wanted.lower() if texts else super().compare(op, value, wanted)


@way("dotted-ignored", "filters on inner attributes are ignored", "filter.dotted", "filter.array")
class DottedIgnored(Double):
    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        return "." in condition.path or super().holds(noun, row, condition)


@way("first-element-only", "a path through an array sees its first element only", "filter.array")
class FirstElementOnly(Double):
    def values(self, row: Record, path: str) -> list[Any]:
        first = {name: value[:1] if isinstance(value, list) else value for name, value in row.items()}
        return query.values(first, path)


@way("comma-no-or", "a comma list is taken as one value", "filter.or-comma")
class CommaNoOr(Double):
    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        whole = query.Condition(condition.path, condition.op, (",".join(condition.values),))
        return super().holds(noun, row, whole if len(condition.values) > 1 else condition)


@way("last-repeated-wins", "of a repeated name only the last value counts", "filter.or-repeated")
class LastRepeatedWins(Double):
    def select(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        parts = {part.split("=")[0]: part for part in request.query.split("&")}
        kept = Request(**{**vars(request), "query": "&".join(parts.values())})
        return super().select(noun, rows, kept)


@way("and-as-or", "two filters are ORed", "filter.and")
class AndAsOr(Double):
    def select(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        found = [
            c
            for group in query.conditions(request.query, {"fields", "offset", "limit", "sort", "filter"})
            for c in group
        ]
        if len(found) < 3:
            return super().select(noun, rows, request)
        first, *others = found
        return [r for r in rows if self.holds(noun, r, first) and any(self.holds(noun, r, c) for c in others)]


@way("encoded-ignored", "encoded operators are dropped", "filter.encoded")
class EncodedIgnored(Double):
    def select(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        kept = [
            part for part in request.query.split("&") if "=" in part and not part.split("=")[0].lower().endswith("%3e")
        ]
        return super().select(noun, rows, Request(**{**vars(request), "query": "&".join(kept)}))


@way("filter-after-paging", "filters are applied to the page, not to the list", "paging.filter-first")
class FilterAfterPaging(Double):
    def list_records(self, noun: Noun, request: Request) -> Answer:
        self.asked = (noun, request)
        return super().list_records(noun, request)

    def select(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        return rows

    def page(self, rows: list[Record], offset: int, limit: int) -> list[Record]:
        noun, request = self.asked
        return super().select(noun, rows[offset : offset + limit], request)


@way("jsonpath-ignored", "`filter` is ignored", "jsonpath.equals", "jsonpath.logic")
class JsonPathIgnored(Double):
    def by_jsonpath(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        return rows


@way(
    "jsonpath-any-element", "conditions of one JSONPath filter may hold for different elements", "jsonpath.same-element"
)
class JsonPathAnyElement(Double):
    def by_jsonpath(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        kept = []
        for part in request.query.split("&"):
            outer, bracket, inner = part.removeprefix("filter=").partition("%5B%3F%28")
            if part.startswith("filter=") and bracket and "%26%26" in inner and not outer.startswith("%24"):
                pieces = inner.removesuffix("%29%5D").split("%26%26")
                kept += [f"filter={outer}{bracket}{piece}%29%5D" for piece in pieces]
            else:
                kept.append(part)
        return super().by_jsonpath(noun, rows, Request(**{**vars(request), "query": "&".join(kept)}))


@way("jsonpath-garbage", "a filter that is no JSONPath lets everything through", "jsonpath.bad-syntax")
class JsonPathGarbage(Double):
    def by_jsonpath(self, noun: Noun, rows: list[Record], request: Request) -> list[Record]:
        try:
            return super().by_jsonpath(noun, rows, request)
        except Refused:
            return rows


@way("unknown-parameter-ignored", "an unknown query parameter is ignored", "filter.unknown-parameter")
class UnknownParameterIgnored(Double):
    def check_names(self, noun: Noun, paths: list[str]) -> None:
        return

    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        return not self.knows(noun, condition.path) or super().holds(noun, row, condition)


@way("wrong-type-matches-nothing", "a filter value of the wrong type answers an empty list", "filter.wrong-type")
class WrongTypeMatchesNothing(Double):
    def holds(self, noun: Noun, row: Record, condition: query.Condition) -> bool:
        try:
            return super().holds(noun, row, condition)
        except Refused:
            return False


@way("expand-ignored", "`expand` is ignored", "expand.path")
class ExpandIgnored(Double):
    def expanded(self, shown: Record, given: dict[str, list[str]]) -> list[str]:
        return super().expanded(shown, {name: found for name, found in given.items() if name != "expand"})


@way("depth-ignored", "`depth` is ignored", "expand.depth")
class DepthIgnored(Double):
    def expanded(self, shown: Record, given: dict[str, list[str]]) -> list[str]:
        return super().expanded(shown, {name: found for name, found in given.items() if name != "depth"})
