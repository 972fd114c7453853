"""The settings, one frozen object. No other module reads the environment."""

import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a deployment can set; each field is read from TMF_<NAME>. Lists are comma-separated."""

    # where it listens and what it is called from outside
    host: str = "127.0.0.1"  # any but a loopback address needs authentication
    port: int = 8080  # port to listen on
    workers: int = 1  # processes that serve
    public_url: str = ""  # absolute URL in front of every path; "" takes scheme and host from the request
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-* headers are believed
    aliases: bool = True  # answer at the other mount paths that integrators use, too
    proxy_authenticates: bool = False  # a proxy in front authenticates every call, and nobody else reaches the server
    cors_origins: tuple[str, ...] = ()  # origins whose pages may call the APIs; * is every one
    graceful_seconds: float = 20.0  # how long a stop waits for what is under way

    # what it tells of itself
    log_format: str = "console"  # console or json
    log_level: str = "info"  # debug, info, warning or error
    access_log: bool = False  # a line for every request; those that fail with 5xx have one anyway
    metrics: bool = True  # /metrics in the format of Prometheus
    metrics_dir: Path | None = None  # where processes that share a port add their figures up
    ready_seconds: float = 2.0  # within which the database has to answer for /health/ready
    ready_lag_seconds: float = 60.0  # how old the oldest event may be that no worker has taken up yet

    # where records live
    database_url: str = "sqlite:///var/tmf.db"  # a SQLite file, or postgresql+psycopg://user:password@host/name
    cache_dir: Path | None = Path("var/cache")  # what can be worked out again: documents as JSON
    storage_dir: Path = Path("var/files")  # files of jobs; one folder for all machines on the database
    demo: bool = True  # give an empty database the demo operator on the first start
    pool_size: int = 16  # connections and worker threads a process
    connect_seconds: float = 5.0  # how long PostgreSQL may take to accept a connection before 503; 2 at least
    busy_seconds: float = 10.0  # how long a writer waits for SQLite's lock before 503
    statement_seconds: float = 5.0  # a query over it is refused as too costly
    count_seconds: float = 0.05  # budget of X-Total-Count under filters
    transaction_tries: int = 5  # how often a transaction that met a deadlock is run

    # what is served
    openapi_dir: Path | None = None  # documents to serve instead of the project's own
    apis: tuple[str, ...] = ()  # TMF620/v5, TMF620 …; empty is all
    schema_dir: Path | None = None  # JSON Schemas of registered subclasses
    strict_subtypes: bool = False  # refuse an @type that no document or registered schema knows
    references: str = "accept"  # accept, warn or reject; per API by reference_policies
    reference_policies: tuple[str, ...] = ()  # TMF620=reject, TMF622=warn
    payment_days: int = 14  # after the bill date in which a bill that the server makes is to be paid
    processes: bool = True  # let what follows from a record happen, as in fulfilling an order

    # bounds
    default_limit: int = 20  # records on a page when the client names no limit
    shown_bytes: int = 16_777_216  # of memory a process, for records as clients were shown them last; 0 keeps none
    max_limit: int = 1000  # records on a page at most
    max_body_bytes: int = 2_000_000  # of a request; larger ones are 413
    max_depth: int = 64  # levels of nested arrays and objects in a body
    max_query_bytes: int = 16_000  # of the query in a URL
    max_conditions: int = 100  # comparisons in one query
    max_regex_length: int = 200  # characters of a regular expression
    max_expand_depth: int = 3  # levels that depth and expand may ask for
    max_expanded: int = 200  # records put in place of references in one answer
    max_task_alarms: int = 5_000  # alarms that one task may change
    max_bill_rates: int = 2_000  # rates that a bill on demand may have
    flapping_seconds: float = 10.0  # from its clearing on, in which a fault opens its alarm again instead of a new one
    idempotency_seconds: int = 86_400  # how long an Idempotency-Key is remembered

    # files and jobs
    max_file_bytes: int = 4_000_000_000  # of one file that is uploaded, exported or fetched
    transfer_seconds: float = 3_600.0  # for fetching or sending a file
    job_statement_seconds: float = 120.0  # instead of statement_seconds while a job reads
    job_slots: int = 2  # jobs that run at once, over all workers

    # events, and calls to the outside
    worker: bool = True  # run the worker inside `serve`; off where `tmf-server worker` runs apart
    webhook_secret: str = field(default="", repr=False)  # root of the signing keys; "" uses one kept in the database
    outbound_allow: tuple[str, ...] = ()  # hosts, *.suffixes, networks to call besides https at public addresses
    outbound_ca_file: Path | None = None  # PEM file of authorities that are trusted besides the usual ones
    delivery_pauses: tuple[float, ...] = (1, 5, 30, 120, 600, 1800)  # seconds before each next try; then it is parked
    delivery_connect_seconds: float = 5.0  # for connecting to a subscriber
    delivery_seconds: float = 10.0  # a whole delivery, name to answer
    delivery_slots: int = 64  # subscribers served at once by a worker, and as many again that are slow or failing
    lease_seconds: float = 30.0  # after which another worker goes on with what a dead one held
    poll_seconds: float = 0.5  # how often a worker looks for what other processes wrote
    event_days: float = 7.0  # how long events are kept after every reader is past them
    parked_days: float = 30.0  # how long a parked delivery can be replayed
    received_events: int = 10_000  # how many events that arrived at /listener are kept

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], **overrides: Any) -> "Settings":
        """Read TMF_* variables; `overrides` win. Raises ValueError naming the variable that cannot be read."""
        hints = get_type_hints(cls)
        values: dict[str, Any] = {}
        for item in fields(cls):
            text = environ.get(f"TMF_{item.name.upper()}")
            if text is None:
                continue
            try:
                values[item.name] = READERS[hints[item.name]](text)
            except ValueError as error:
                raise ValueError(f"TMF_{item.name.upper()}: {error}") from error
        return cls(**(values | {name: value for name, value in overrides.items() if value is not None}))

    def variables(self) -> dict[str, str]:
        """The variables that give these settings to another process: those that differ from their default."""
        return {
            f"TMF_{item.name.upper()}": _written(getattr(self, item.name))
            for item in fields(self)
            if getattr(self, item.name) != item.default
        }

    def reference_policy(self, api: str) -> str:
        """What happens to a reference whose target is not here: accept, warn or reject."""
        chosen = dict(entry.split("=", 1) for entry in self.reference_policies if "=" in entry)
        return chosen.get(api, self.references)


def environment() -> MutableMapping[str, str]:
    """The variables of this process."""
    return os.environ


CHOICES = {
    "references": ("accept", "warn", "reject"),
    "log_format": ("console", "json"),
    "log_level": ("debug", "info", "warning", "error"),
}


def _read_bool(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"expected one of 1, 0, true, false, yes, no, on, off, not {text!r}")


def _read_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


READERS: Mapping[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _read_bool,
    Path: Path,
    Path | None: lambda text: Path(text) if text else None,
    tuple[str, ...]: _read_list,
    tuple[float, ...]: lambda text: tuple(float(part) for part in _read_list(text)),
}


def describe() -> list[tuple[str, str]]:
    """Every variable with its default as one would write it, for the documentation."""
    return [(f"TMF_{item.name.upper()}", _written(item.default)) for item in fields(Settings)]


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, tuple):
        return ",".join(_written(part) for part in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)
