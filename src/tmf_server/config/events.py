"""Settings of events, and of calls to the outside."""

from dataclasses import dataclass
from pathlib import Path

from tmf_server.config.declaring import DAY, at_least, authorities, between, host_or_network, setting, span


@dataclass(frozen=True, kw_only=True)
class EventsSettings:
    """Events."""

    worker: bool = setting(True, "run the worker inside `serve`; off where `tmf-server worker` runs apart")
    webhook_secret: str = setting("", 'root of the signing keys; "" uses one kept in the database', secret=True)
    delivery_pauses: tuple[float, ...] = setting(
        (1, 5, 30, 120, 600, 1800), "seconds before each next try; then it is parked", between(0, 30 * DAY)
    )
    delivery_connect_seconds: float = setting(5.0, "for connecting to a subscriber", span(DAY))
    delivery_seconds: float = setting(10.0, "a whole delivery, name to answer", span(DAY))
    delivery_slots: int = setting(
        64, "subscribers served at once by a worker, and as many again that are slow or failing", between(1, 10_000)
    )
    lease_seconds: float = setting(30.0, "after which another worker goes on with what a dead one held", span(DAY))
    poll_seconds: float = setting(0.5, "how often a worker looks for what other processes wrote", span(DAY))
    event_days: float = setting(7.0, "how long events are kept after every reader is past them", between(0, 100_000))
    parked_days: float = setting(30.0, "how long a parked delivery can be replayed", between(0, 100_000))
    received_events: int = setting(10_000, "how many events that arrived at /listener are kept", at_least(0))

    @property
    def turn_lease_seconds(self) -> float:
        """Lease of a subscription between two writes in seconds: never shorter than a delivery."""
        return max(self.lease_seconds, 2 * self.delivery_seconds)

    @property
    def longest_pause(self) -> float:
        """The longest pause after a failed delivery, in seconds."""
        return max(self.delivery_pauses, default=60.0)


@dataclass(frozen=True, kw_only=True)
class OutboundSettings:
    """Calls to the outside."""

    outbound_allow: tuple[str, ...] = setting(
        (), "hosts, *.suffixes, networks to call besides https at public addresses", host_or_network
    )
    outbound_ca_file: Path | None = setting(
        None, "PEM file of authorities that are trusted besides the usual ones", authorities
    )
