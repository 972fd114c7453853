"""The outbound client of a test server: loses notifications or fails deliveries by the faults. Stores nothing."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tmf_server.events.outbound.client import CallOutcome, Outbound
from tmf_server.events.outbound.url_policy import OutboundUrl, UrlPolicy
from tmf_server.testing.faults import DROP, FAIL, Faults

DELIVERED = CallOutcome(204, "", 0.0)
FAILED = CallOutcome(None, "an injected fault", 0.0)


class FaultyOutbound(Outbound):
    """Posts notifications without a fault.

    `expected` tells by the id whether an event still exists: events from before a reset are not sent after the reset.
    """

    def __init__(self, faults: Faults, expected: Callable[[str], bool], guard: UrlPolicy, **options: Any) -> None:
        super().__init__(guard, **options)
        self._faults = faults
        self._expected = expected

    async def post(self, target: OutboundUrl, body: bytes, headers: Mapping[str, str]) -> CallOutcome:
        """Post, lose or fail a notification."""
        if not await asyncio.to_thread(self._expected, headers["webhook-id"]):
            return DELIVERED
        event = orjson.loads(body)["eventType"]
        found = self._faults.of_notification(event, str(target.url))
        outcomes = {DROP: DELIVERED, FAIL: FAILED}
        return outcomes[found] if found is not None else await super().post(target, body, headers)
