"""What the contract checks say of one answer: each way in which it can break the document has its check."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from tmf_conformance.checks import contract
from tmf_conformance.checks.lists import paging
from tmf_conformance.documents.document import Document, Operation
from tmf_conformance.documents.validation import Validator
from tmf_conformance.errors import Blocked
from tmf_conformance.generating.generation import Case
from tmf_conformance.http.client import Exchange

JSON = {"content-type": "application/json"}
RECORD = {"id": "1", "href": "http://double/api/widget/1", "@type": "Widget", "name": "x"}


def operation(widget: Document, noun: str, verb: str) -> Operation:
    return next(one for one in widget.nouns if one.name == noun).operations[verb]


def judged(
    widget: Document,
    verb: str,
    status: int,
    body: Any = None,
    *,
    headers: dict[str, str] | None = None,
    valid: bool = True,
    sent: bytes | None = None,
) -> dict[str, str]:
    """The first finding of each check about one answer."""
    asked = operation(widget, "widget", verb)
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = JSON if headers is None else headers
    method = asked.method.upper()
    exchange = Exchange(method, "http://double/api/widget", {}, sent, status, given, content, 0.1)
    case = Case(method, "/widget", "", {"Content-Type": "application/json"} if sent is not None else {}, sent, valid)
    trial: Any = SimpleNamespace(session=SimpleNamespace(validator=Validator(widget.schemas)))
    observation = contract.Observation()
    contract._judge(trial, asked, case, exchange, observation)
    return {name: found[0][0] for name, found in observation.findings.items() if found}


def test_an_answer_as_declared_is_not_held_against_a_server(widget: Document) -> None:
    assert judged(widget, "retrieve", 200, RECORD) == {}
    assert judged(widget, "list", 200, [RECORD], headers={**JSON, "x-total-count": "1", "x-result-count": "1"}) == {}
    assert judged(widget, "delete", 204, None, headers={}) == {}


REFUSED = {"code": "1", "reason": "no", "@type": "Error"}


@pytest.mark.parametrize(
    ("verb", "status", "body", "finding"),
    [
        ("retrieve", 500, None, ("contract.no-5xx", "the answer is 500")),
        ("retrieve", 299, RECORD, ("contract.status", "status 299 is not declared")),
        ("retrieve", 200, b"<html>", ("contract.schema", "the answer 200 is text/html, not JSON")),
        ("retrieve", 200, RECORD | {"name": 1}, ("contract.schema", "the answer 200 does not fit its schema")),
        ("list", 405, None, ("contract.served", "GET /widget answers 405")),
        ("create", 400, REFUSED, ("contract.accepts", "a valid request is refused with 400")),
    ],
)
def test_what_breaks_the_document_is_found_by_its_check(
    widget: Document, verb: str, status: int, body: Any, finding: tuple[str, str]
) -> None:
    headers = {"content-type": "text/html"} if isinstance(body, bytes) else JSON
    check, said = finding
    assert judged(widget, verb, status, body, headers=headers)[check].startswith(said)


def test_a_request_that_breaks_the_document_has_to_be_refused(widget: Document) -> None:
    taken = judged(widget, "create", 201, RECORD, valid=False, sent=b'{"name": 1, "@type": "Widget"}')
    assert "is taken with 201" in taken["contract.rejects"]
    assert "/name" in taken["contract.rejects"]
    assert "no JSON" in judged(widget, "create", 201, RECORD, valid=False, sent=b"{")["contract.rejects"]
    refused = judged(widget, "create", 400, REFUSED, valid=False, sent=b"{")
    assert "contract.rejects" not in refused


@pytest.mark.parametrize("sent", [b'{"name": "x", "@type": "Widget", "size": null}', b'{"@type": "Widget"}'])
def test_what_the_rules_allow_beyond_the_document_may_be_taken(widget: Document, sent: bytes) -> None:
    assert "contract.rejects" not in judged(widget, "create", 201, RECORD, valid=False, sent=sent)


def test_the_same_finding_is_noted_once_and_few_in_all(widget: Document) -> None:
    observation = contract.Observation()
    exchange: Any = object()
    for number in range(20):
        observation.add("contract.status", "again", "x", exchange)
        observation.add("contract.schema", f"number {number}", "x", exchange)
    assert len(observation.findings["contract.status"]) == 1
    assert len(observation.findings["contract.schema"]) == 4


@pytest.mark.parametrize(
    ("status", "path", "told"), [(501, "/widget", "answers 501"), (404, "/listener/widgetCreateEvent", "answers 404")]
)
def test_an_operation_that_is_not_there_is_no_failure(
    widget: Document, monkeypatch: pytest.MonkeyPatch, status: int, path: str, told: str
) -> None:
    asked = next(one for one in widget.operations if one.path == path and one.method == "post")
    case = Case("POST", path, "", {}, b"{}", valid=True)
    exchange = Exchange("POST", path, {}, b"{}", status, JSON, b"{}", 0.1)

    async def cases(_operation: Operation) -> list[Case]:
        return [case, case]

    async def send(*_: object) -> Exchange:
        return exchange

    monkeypatch.setattr(contract, "_send", send)
    trial: Any = SimpleNamespace(document=widget, session=SimpleNamespace(cases=cases))
    observation = asyncio.run(contract._observe(trial, asked))
    assert told in observation.unsupported
    assert observation.sent == 1


def test_an_operation_that_needs_a_record_which_cannot_be_made_is_blocked(
    widget: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cases(_operation: Operation) -> list[Case]:
        return [Case("GET", "/widget/1", "", {}, None, valid=True)]

    async def send(*_: object) -> Exchange:
        raise Blocked("no record can be made")

    monkeypatch.setattr(contract, "_send", send)
    trial: Any = SimpleNamespace(document=widget, session=SimpleNamespace(cases=cases))
    observation = asyncio.run(contract._observe(trial, operation(widget, "widget", "retrieve")))
    assert (observation.blocked, observation.sent) == ("no record can be made", 0)


@pytest.mark.parametrize(("writes", "mark", "offset_works"), [(1, {}, True), (1, {}, False), (0, {"name": "x"}, False)])
def test_what_other_checks_write_meanwhile_is_no_failure_of_offset(
    writes: int, mark: dict[str, str], offset_works: bool
) -> None:
    ids, told = ["a", "b", "c"], []
    left = [writes]

    async def rows(**query: str) -> list[dict[str, str]]:
        found = ids[int(query["offset"]) :] if offset_works else list(ids)
        if left[0]:
            left[0] -= 1
            ids.append(f"new {left[0]}")
        return [{"id": one} for one in found]

    async def stock() -> Any:
        return SimpleNamespace(mark=mark)

    def expect(holds: bool, found: str, _expected: str) -> None:
        if not holds:
            told.append(found)

    trial: Any = SimpleNamespace(stock=stock, rows=rows, expect=expect)

    async def judge() -> None:
        await paging.offset(trial)

    asyncio.run(judge())
    assert bool(told) is not offset_works


def test_offset_is_not_judged_while_others_never_stop_writing() -> None:
    ids: list[str] = []

    async def rows(**_query: str) -> list[dict[str, str]]:
        ids.append(str(len(ids)))
        return [{"id": one} for one in ids]

    trial: Any = SimpleNamespace(rows=rows)
    stock: Any = SimpleNamespace(mark={})
    with pytest.raises(Blocked, match="wrote all the time"):
        asyncio.run(paging.steady(trial, stock, 1))
