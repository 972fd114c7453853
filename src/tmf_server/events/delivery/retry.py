"""Retry policy of deliveries: the pause before the next try, and the end of all tries. Pure; no SQL, no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SubscriberState:
    """Failures of a subscriber so far.

    `tries`: failed deliveries of the next event. `failing`: an event was parked, and no later event got through.
    `park_until`: events up to this position are parked untried.
    """

    tries: int = 0
    failing: bool = False
    park_until: int = 0


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """Consequence of a failed delivery: the new state, the event parked or not, the seconds before the next try.

    `dead`: the subscriber counts as dead, and all waiting events are parked.
    """

    state: SubscriberState
    parks: bool
    pause: float
    dead: bool = False


def after_success(state: SubscriberState) -> SubscriberState:
    """Return the state after a successful delivery."""
    return replace(state, tries=0, failing=False)


def after_failure(state: SubscriberState, pauses: Sequence[float], head: int) -> RetryDecision:
    """Decide the consequence of a delivery that failed just now; `head` is the position of the newest event.

    An event is tried once, and once more after each pause. After the last try the event is parked; the next event gets
    a single try at once. Success means a fault of the parked event alone. A second failure means a dead subscriber:
    everything up to `head` is parked, and one event is tried after each longest pause. So a dead subscriber costs one
    call per pause, whatever the rate of events, and is never further behind than the pause.
    """
    tries = state.tries + 1
    if state.failing:
        lost = SubscriberState(failing=True, park_until=max(head, state.park_until))
        return RetryDecision(lost, parks=True, pause=max(pauses, default=0.0), dead=True)
    if tries <= len(pauses):
        return RetryDecision(replace(state, tries=tries), parks=False, pause=pauses[tries - 1])
    return RetryDecision(replace(state, tries=0, failing=True), parks=True, pause=0.0)
