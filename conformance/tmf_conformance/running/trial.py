"""One check at work on one subject: asks, records what was said, collects findings."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from tmf_conformance.documents.document import Document, Noun, Operation
from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Blocked, NoAnswer, Unsupported
from tmf_conformance.http.client import Exchange
from tmf_conformance.running.results import Finding
from tmf_conformance.running.stock import Stock

if TYPE_CHECKING:
    from tmf_conformance.running.session import ApiSession

_FINDINGS = 5
_PARTS = 3
Value = TypeVar("Value")
MERGE = "application/merge-patch+json"


class Stop(Exception):  # noqa: N818  no error: the check is over
    """The check has found what makes going on pointless; the finding is recorded already."""


class Trial:
    """What a check function is given. `noun` is the subject of noun checks, `operation` of operation checks."""

    def __init__(self, session: "ApiSession", noun: Noun | None, operation: Operation | None = None) -> None:
        self.session = session
        self.document: Document = session.document
        self._noun, self._operation = noun, operation
        self.findings: list[Finding] = []
        self.last: Exchange | None = None
        self.requests = 0
        self.note = ""
        self.subscriptions: list[str] = []
        self.judged = 0

    @property
    def noun(self) -> Noun:
        if self._noun is None:
            raise Blocked("the API has no noun that this can be checked on")
        return self._noun

    @property
    def operation(self) -> Operation:
        if self._operation is None:
            raise Blocked("this check is about an operation")
        return self._operation

    def about(self, noun: Noun) -> None:
        """Turn an operation's trial to the noun whose records it needs."""
        self._noun = noun

    def share(self, values: Sequence[Value]) -> Sequence[Value]:
        """At full depth all values; at quick depth this noun's part: nouns of one kind try them among themselves."""
        peers = [noun.path for noun in self.document.nouns if noun.is_task == self.noun.is_task]
        parts = 1 if self.session.options.full else min(_PARTS, len(peers))
        return values[peers.index(self.noun.path) % parts :: parts]

    @property
    def v5(self) -> bool:
        return self.document.version not in ("v1", "v2", "v3", "v4")

    # --- asking

    async def send(self, method: str, path: str, *, optional: bool = False, **given: Any) -> Exchange:
        """One request. A 501 ends the check as not implemented; so does a 405 where the feature is optional."""
        self.requests += 1
        asking = self.session.client.send(method, path, **given)
        exchange = await (self.session.post(asking) if method == "POST" else asking)
        self.last = exchange
        if exchange.status == 501 or (optional and exchange.status == 405):
            raise Unsupported(f"{method} {path} answers {exchange.status}: {_reason(exchange)}")
        return exchange

    async def get(self, path: str, /, **params: str) -> Exchange:
        return await self.send("GET", path, params=params)

    async def rows(self, query: str = "", /, **params: str) -> list[Node]:
        """The records of a list request that must answer 200 with an array of objects."""
        exchange = await self.send("GET", self.noun.path, params=params, query=query)
        self.need(exchange.status == 200, f"the list request answers {exchange.status}", "200 with an array")
        rows = exchange.json
        self.need(
            isinstance(rows, list) and all(isinstance(row, dict) for row in rows), "the answer is no array of objects"
        )
        return list(rows)

    async def stock(self) -> Stock:
        """The records that reading checks share; made once per noun."""
        return await self.session.stock(self)

    async def create(self, changes: Node | None = None, *, without: tuple[str, ...] = ()) -> Node:
        """A fresh record, as POST answered it. Blocked when the server refuses it."""
        body = {k: v for k, v in {**await self.session.body(self), **(changes or {})}.items() if k not in without}
        exchange = await self.send("POST", self.noun.path, body=body)
        if exchange.status >= 300 or not isinstance(exchange.json, dict) or "id" not in exchange.json:
            raise Blocked(f"POST {self.noun.path} answers {exchange.status}: {_reason(exchange)}")
        record: Node = exchange.json
        return record

    def at(self, record: Node | str) -> str:
        """The path of one record."""
        return f"{self.noun.path}/{record if isinstance(record, str) else record['id']}"

    async def read(self, record: Node | str) -> Node:
        """One record, which must be there."""
        exchange = await self.send("GET", self.at(record))
        self.need(
            exchange.status == 200 and isinstance(exchange.json, dict),
            f"GET answers {exchange.status}",
            "200 with the record",
        )
        found: Node = exchange.json
        return found

    async def patch(self, record: Node | str, body: Any, media: str = "", **headers: str) -> Exchange:
        """A PATCH, as a merge patch when `media` is not given. A type that is not declared may be refused."""
        declared = self.noun.operations["patch"].bodies
        media = media or (MERGE if MERGE in declared else "application/json")
        sent = {"Content-Type": media, **{name.replace("_", "-"): value for name, value in headers.items()}}
        exchange = await self.send("PATCH", self.at(record), body=body, headers=sent)
        if exchange.status == 415 and media not in declared:
            raise Unsupported(f"PATCH with {media}, which the document does not declare, answers 415")
        return exchange

    async def leave(self) -> None:
        """Give up this check's subscriptions: one that stays receives what every other check does."""
        for path in self.subscriptions:
            with suppress(NoAnswer):
                await self.session.client.send("DELETE", path)

    # --- judging

    def fail(self, message: str, expected: str = "", exchange: Exchange | None = None) -> None:
        if len(self.findings) < _FINDINGS:
            self.findings.append(Finding(message, expected, exchange or self.last))

    def expect(self, holds: bool, message: str, expected: str = "", exchange: Exchange | None = None) -> bool:
        """Record a finding unless `holds`; the check goes on."""
        self.judged += 1
        if not holds:
            self.fail(message, expected, exchange)
        return holds

    def require(self, holds: bool, message: str, expected: str = "", exchange: Exchange | None = None) -> None:
        """Record a finding unless `holds`, and end the check then."""
        self.judged += 1
        self.need(holds, message, expected, exchange)

    def need(self, holds: bool, message: str, expected: str = "", exchange: Exchange | None = None) -> None:
        """As `require`, for what only prepares the check: it does not count as judged."""
        if not holds:
            self.fail(message, expected, exchange)
            raise Stop

    def status(self, exchange: Exchange, *allowed: int, what: str = "") -> bool:
        """Whether the status is one of `allowed`; a finding otherwise."""
        wanted = " or ".join(str(code) for code in allowed)
        return self.expect(
            exchange.status in allowed, f"{what or exchange.method} answers {exchange.status}", wanted, exchange
        )

    def is_error(self, exchange: Exchange, *allowed: int, what: str = "") -> None:
        """Whether the answer is a TMF Error with one of these statuses (TMF630 P1 3.4)."""
        if not self.status(exchange, *allowed, what=what):
            return
        body = exchange.json
        if not self.expect(
            isinstance(body, dict), f"{what or exchange.method}: the error is no JSON object", "a TMF Error", exchange
        ):
            return
        for name in ("code", "reason"):
            text = body.get(name)
            self.expect(
                isinstance(text, str) and text != "",
                f"{what or exchange.method}: the error has no `{name}`",
                "code and reason",
                exchange,
            )


def _reason(exchange: Exchange) -> str:
    body = exchange.json
    with suppress(KeyError, TypeError):
        return (
            str(body.get("message") or body.get("reason") or exchange.text)[:300]
            if isinstance(body, dict)
            else exchange.text[:200]
        )
    return exchange.text[:200]
