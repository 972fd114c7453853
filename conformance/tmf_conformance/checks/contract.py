"""The document is kept: every operation, status, header and answer as declared. The requests come from schemathesis."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tmf_conformance.documents.document import Noun, Operation
from tmf_conformance.errors import Blocked, Inapplicable, Unsupported
from tmf_conformance.generating.generation import Case
from tmf_conformance.http.client import Exchange
from tmf_conformance.running.registry import OPERATION, RECOMMENDED, Level, check
from tmf_conformance.running.trial import Trial

_LIMIT = 4


@dataclass
class Observation:
    """What all requests to one operation showed, by check."""

    findings: dict[str, list[tuple[str, str, Exchange]]] = field(default_factory=lambda: defaultdict(list))
    unsupported: str = ""
    blocked: str = ""
    sent: int = 0

    def add(self, check_id: str, message: str, expected: str, exchange: Exchange) -> None:
        if len(self.findings[check_id]) < _LIMIT and message not in [found[0] for found in self.findings[check_id]]:
            self.findings[check_id].append((message, expected, exchange))


async def observe(t: Trial) -> Observation:
    """The observation of the trial's operation; made once, by the check that comes first."""
    key = t.operation.title
    async with t.session.locks[f"contract {key}"]:
        if key not in t.session.observations:
            t.session.observations[key] = await _observe(t, t.operation)
    found: Observation = t.session.observations[key]
    return found


async def _observe(t: Trial, operation: Operation) -> Observation:
    observation = Observation()
    noun = next((n for n in t.document.nouns if operation in n.operations.values()), None)
    for case in await t.session.cases(operation):
        if not case.valid and case.body is not None and _fits(t, operation, case):
            continue  # it breaks only what generation was narrowed to
        try:
            exchange = await _send(t, operation, noun, case)
        except (Blocked, Inapplicable) as reason:
            observation.blocked = str(reason)
            break
        observation.sent += 1
        if exchange.status == 501 or (exchange.status in (404, 405) and "/listener/" in operation.path):
            observation.unsupported = f"{operation.title} answers {exchange.status}"
            break
        _judge(t, operation, case, exchange, observation)
    return observation


async def _send(t: Trial, operation: Operation, noun: Noun | None, case: Case) -> Exchange:
    path = await _real(t, operation, noun, case)
    content = _for_hub(t, case.body) if operation.path == "/hub" and case.valid else case.body
    t.requests += 1
    asking = t.session.client.send(case.method, path, query=case.query, content=content, headers=case.headers)
    creates = case.method == "POST" and "/listener/" not in operation.path
    return await (t.session.post(asking) if creates else asking)


async def _real(t: Trial, operation: Operation, noun: Noun | None, case: Case) -> str:
    """The path of a case; a valid one is sent to a record that exists, since a random id shows a 404 only."""
    if not case.valid or noun is None or "{" not in operation.path:
        return case.path
    if operation.method == "get":
        t.about(noun)
        return f"{noun.path}/{(await t.stock()).ids[0]}"
    if not noun.has("create"):
        return case.path
    t.about(noun)
    return t.at(await t.create())


def _for_hub(t: Trial, body: bytes | None) -> bytes | None:
    """The listener's URL instead of the generated callback: a server may refuse one that it cannot reach."""
    if body is None:
        return None
    return json.dumps({**json.loads(body), "callback": t.session.listener.mailbox().url}).encode()


def _judge(t: Trial, operation: Operation, case: Case, exchange: Exchange, observation: Observation) -> None:
    status = exchange.status
    if status >= 500:
        observation.add("contract.no-5xx", f"the answer is {status}", "no server error", exchange)
        return
    _judge_served(operation, case, exchange, observation)
    declared = operation.answer(status)
    if declared is None and status not in (404, 405, 406, 413, 414, 415, 429, 431, 412):
        names = ", ".join(operation.answers)
        observation.add("contract.status", f"status {status} is not declared", names, exchange)
    if declared is not None:
        _judge_body(t, operation, exchange, observation)
    if declared is not None and status < 300:
        missing = [name for name in declared.required if name.lower() not in exchange.answer_headers]
        if missing:
            observation.add(
                "contract.headers",
                f"the declared header {missing[0]} is missing",
                ", ".join(declared.required),
                exchange,
            )
    if case.valid:
        # Generated ids meet, and records are in states: a conflict does not say that the request is no valid one.
        if status >= 400 and status != 409 and not (status == 404 and "{" in operation.path):
            observation.add("contract.accepts", f"a valid request is refused with {status}", "2xx", exchange)
    elif status < 300 and (problem := _really_invalid(t, operation, case)):
        observation.add(
            "contract.rejects", f"a request that is invalid at {problem} is taken with {status}", "4xx", exchange
        )


def _judge_served(operation: Operation, case: Case, exchange: Exchange, observation: Observation) -> None:
    lost = exchange.status == 405 or (exchange.status == 404 and "{" not in operation.path)
    if case.valid and lost:
        observation.add(
            "contract.served", f"{operation.title} answers {exchange.status}", "the declared operation", exchange
        )


def _judge_body(t: Trial, operation: Operation, exchange: Exchange, observation: Observation) -> None:
    schema = operation.answer_schema(exchange.status)
    if schema is None or exchange.status in (204, 304):
        return
    if not exchange.is_json or exchange.json is None:
        kind = exchange.header("content-type") or "no type"
        observation.add(
            "contract.schema", f"the answer {exchange.status} is {kind}, not JSON", "application/json", exchange
        )
        return
    if "fields=" in exchange.url and exchange.status < 300:
        return  # a selection of attributes is not the whole schema
    for problem in t.session.validator.problems(schema, exchange.json):
        observation.add(
            "contract.schema",
            f"the answer {exchange.status} does not fit its schema at {problem}",
            "the declared schema",
            exchange,
        )


def _really_invalid(t: Trial, operation: Operation, case: Case) -> str:
    """Where a generated request breaks the document itself, not only its narrowed form; empty when it does not."""
    media = case.headers.get("Content-Type", "").split(";")[0]
    schema = operation.bodies.get(media)
    if schema is None:
        return ""
    if case.body is None:
        return "/: the body is missing"
    try:
        body: Any = json.loads(case.body)
    except ValueError:
        return "/: the body is no JSON"
    found = t.session.validator.problems(schema, body)
    # A null means "not there", a missing @type is filled in, an update's required lists bind the result.
    return next((p for p in found if "null" not in p and "required property" not in p and "@type" not in p), "")


def _fits(t: Trial, operation: Operation, case: Case) -> bool:
    """Whether the body of a case is valid by the document as it is."""
    schema = operation.bodies.get(case.headers.get("Content-Type", "").split(";")[0])
    try:
        body: Any = json.loads(case.body or b"")
    except ValueError:
        return False
    return schema is not None and not t.session.validator.problems(schema, body)


async def _report(t: Trial, check_id: str) -> None:
    observation = await observe(t)
    if observation.unsupported:
        raise Unsupported(observation.unsupported)
    for message, expected, exchange in observation.findings.get(check_id, []):
        t.fail(message, expected, exchange)
    if observation.blocked and not observation.sent:
        t.note = observation.blocked
    elif not observation.sent:
        t.note = "nothing could be generated for this operation"
    else:
        t.judged += 1


def _enter(check_id: str, title: str, level: Level = Level.MANDATORY) -> None:
    async def run(t: Trial) -> None:
        await _report(t, check_id)

    check(check_id, title, "document", group="contract", level=level, scope=OPERATION, needs=())(run)


_enter("contract.served", "The declared operation is served")
_enter("contract.no-5xx", "No request, valid or not, is answered with 5xx")
_enter("contract.status", "Every status is one that the document declares")
_enter("contract.schema", "Every answer fits the schema of its status, by @type")
_enter("contract.headers", "Headers that the document requires are there")
_enter("contract.rejects", "A request that breaks the document is refused")
_enter("contract.accepts", "A request that fits the document is accepted", RECOMMENDED)
