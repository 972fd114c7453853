"""When a failed delivery is tried again, and when it is given up. Pure; no SQL, no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SubscriberState:
    """How a subscriber has been doing.

    `tries` failed deliveries of the next event; `failing` since an event was parked and none got through after it;
    events up to the position `park_until` are parked untried.
    """

    tries: int = 0
    failing: bool = False
    park_until: int = 0


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """What follows a failure: the new standing, whether the event is parked, the seconds before the next try.

    `dead` says that the subscriber is taken for dead, so that all that waits for it is parked.
    """

    state: SubscriberState
    parks: bool
    pause: float
    dead: bool = False


def after_success(state: SubscriberState) -> SubscriberState:
    """The standing once a delivery got through."""
    return replace(state, tries=0, failing=False)


def after_failure(state: SubscriberState, pauses: Sequence[float], head: int) -> RetryDecision:
    """What to do about a delivery that failed just now, when `head` is the position of the newest event.

    An event is tried once and then once after each pause. After the last try it is parked and the next one gets a
    single try at once: if it gets through, only that one event was at fault. If not, the subscriber is taken for dead:
    everything up to `head` is parked, and from then on one event is tried after each longest pause. So whatever the
    rate of events, a dead subscriber costs one call per pause and is never further behind than the pause.
    """
    tries = state.tries + 1
    if state.failing:
        lost = SubscriberState(failing=True, park_until=max(head, state.park_until))
        return RetryDecision(lost, parks=True, pause=max(pauses, default=0.0), dead=True)
    if tries <= len(pauses):
        return RetryDecision(replace(state, tries=tries), parks=False, pause=pauses[tries - 1])
    return RetryDecision(replace(state, tries=0, failing=True), parks=True, pause=0.0)
