"""Settings of single families of nouns."""

from dataclasses import dataclass

from tmf_server.config.declaring import DAY, at_least, between, setting


@dataclass(frozen=True, kw_only=True)
class AlarmsSettings:
    """Alarms."""

    max_task_alarms: int = setting(5_000, "alarms that one task may change", at_least(1))
    flapping_seconds: float = setting(
        10.0, "from its clearing on, in which a fault opens its alarm again instead of a new one", between(0, DAY)
    )


@dataclass(frozen=True, kw_only=True)
class BillingSettings:
    """Bills."""

    payment_days: int = setting(
        14, "after the bill date in which a bill that the server makes is to be paid", between(0, 3660)
    )
    max_bill_rates: int = setting(2_000, "rates that a bill on demand may have", at_least(1))
