"""POST of news that are taken in together with what else arrives: waits without a thread of its own. Names no noun."""

import asyncio

from tmf_server.rest.http.messages import Request, Response
from tmf_server.rest.representation.representation import record_response
from tmf_server.rest.verbs.idempotency import IDEMPOTENCY_KEY
from tmf_server.rest.verbs.services import Intake


def common_intake(request: Request) -> Intake | None:
    """Who takes in what the request posts in a common transaction; None where it needs one of its own."""
    if request.operation.verb != "create" or IDEMPOTENCY_KEY in request.headers:
        return None
    return request.services.intakes.get(request.exposure.entity.intake or "")


async def take_in(request: Request, intake: Intake) -> Response:
    """201 with the record that the news made or changed, once it is committed."""
    news = intake.submit(request.exposure, request.body, request.reference_policy)
    stored = await asyncio.wrap_future(news)
    return record_response(request, stored, status=201)
