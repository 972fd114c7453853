"""A run as a whole: what it leaves behind, what it leaves out, and how a server's own refusals are told."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar

from tests.conformance.conftest import Examine, outcomes
from tmf_conformance.documents.document import Noun
from tmf_conformance.running.results import Outcome
from tmf_double.app import Double
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused

KEPT: list[Double] = []


class Remembered(Double):
    """A double that a test can look into afterwards."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        KEPT.append(self)


def test_everything_that_can_be_deleted_is_deleted(examine: Examine) -> None:
    report = examine("create", "patch", "hub", "event.create", double=Remembered)
    double = KEPT.pop()
    assert report.created > 30
    assert double.records["/widget"] == {}
    assert double.hubs == {}
    assert all("/inspectWidget/" in url for url in report.left_behind)


def test_a_read_only_run_changes_nothing(examine: Examine) -> None:
    class Watched(Double):
        methods: ClassVar[set[str]] = set()

        def route(self, request: Request) -> Answer:
            self.methods.add(request.method)
            return super().route(request)

    report = examine(double=Watched, read_only=True, skip=("contract", "methods"))
    assert Watched.methods <= {"GET", "HEAD"}
    found = outcomes(report)
    assert found["widgetModel: filter.string"] is Outcome.PASSED
    assert found["widget: filter.string"] is Outcome.SKIPPED
    notes = {result.subject: result.note for result in report.results if result.check.id == "filter.string"}
    assert notes["widget"] == "nothing to check: no record and the run is read-only"
    assert "widget: create.status" not in found


def test_what_a_server_does_not_implement_is_told_apart_from_failures(examine: Examine) -> None:
    class WithoutSort(Double):
        def sort(self, noun: Noun, rows: list[dict[str, object]], text: str | None) -> list[dict[str, object]]:
            if text:
                raise Refused(501, "sort is not implemented")
            return super().sort(noun, rows, text)

    report = examine("sort", double=WithoutSort)
    found = outcomes(report)
    assert found["widget: sort.ascending"] is Outcome.UNSUPPORTED
    assert set(found.values()) == {Outcome.UNSUPPORTED, Outcome.SKIPPED}
    assert all("501" in r.note for r in report.results if r.outcome is Outcome.UNSUPPORTED)
    assert not report.conforms, "nothing was found to hold"


def test_a_server_that_takes_no_body_blocks_the_checks_and_does_not_conform(examine: Examine) -> None:
    class Closed(Double):
        def create(self, noun: Noun, request: Request) -> Answer:  # noqa: ARG002
            raise Refused(400, "nothing is taken today")

    report = examine("create.location", "patch.merge", double=Closed)
    assert {result.outcome for result in report.results} == {Outcome.BLOCKED}
    assert all("nothing is taken today" in result.note for result in report.results)
    assert not report.conforms


def test_a_picky_server_is_asked_for_less(examine: Examine) -> None:
    class Picky(Double):
        def accept(self, noun: Noun, body: object) -> dict[str, object]:
            if isinstance(body, Mapping) and "characteristic" in body:
                raise Refused(400, "no characteristics here")
            return super().accept(noun, body)

    found = outcomes(examine("create.full-body", "create.get-equals-post", "filter.string", double=Picky))
    assert found["widget: create.full-body"] is Outcome.ADVICE
    assert found["widget: create.get-equals-post"] is Outcome.PASSED
    assert found["widget: filter.string"] is Outcome.PASSED


def test_an_answer_of_the_wrong_shape_is_a_finding_and_stops_nothing(examine: Examine) -> None:
    class Odd(Double):
        async def handle(self, request: Request) -> Answer:
            answer = await super().handle(request)
            return Answer(answer.status, [answer.body], answer.headers) if request.method == "PATCH" else answer

    found = outcomes(examine("patch.answer", "patch.merge", double=Odd))
    assert found["widget: patch.answer"] is Outcome.FAILED
    assert found["widget: patch.merge"] is Outcome.PASSED


def test_time_and_requests_are_counted_per_check(examine: Examine) -> None:
    report = examine("filter.string")
    assert all(result.requests > 0 for result in report.results if result.outcome is Outcome.PASSED)
    assert report.requests >= sum(result.requests for result in report.results)
    assert report.seconds > 0


def test_a_run_ends_at_its_time_limit_and_cleans_up(examine: Examine) -> None:
    class Slow(Double):
        async def handle(self, request: Request) -> Answer:
            await asyncio.sleep(0.05)
            return await super().handle(request)

    report = examine("tmf630", double=Slow, time_limit=2.0)
    assert report.interrupted == "not done within 2 s"
    assert 0 < len(report.results) < 200
    assert report.created > 0
    assert all("/inspectWidget/" in url for url in report.left_behind)
    assert not report.conforms
