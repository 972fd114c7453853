"""Settings of the database and its connections."""

from dataclasses import dataclass

from tmf_server.config.declaring import between, one_of, setting, span


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """Where records live."""

    database_url: str = setting(
        "sqlite:///var/tmf.db", "a SQLite file, or postgresql+psycopg://user:password@host/name"
    )
    demo: bool = setting(True, "give an empty database the demo operator on the first start")
    pool_size: int = setting(16, "connections and worker threads a process", between(1, 1000))
    connect_seconds: float = setting(
        5.0, "how long PostgreSQL may take to accept a connection before 503; 2 at least", between(2, 3600)
    )
    busy_seconds: float = setting(10.0, "how long a writer waits for SQLite's lock before 503", between(0, 3600))
    sqlite_synchronous: str = setting(
        "full",
        "what SQLite waits for: full (each commit is on the disk), extra (its folder too), normal, off",
        one_of("full", "extra", "normal", "off"),
    )
    statement_seconds: float = setting(5.0, "a query over it is refused as too costly", span(86_400))
    count_seconds: float = setting(0.05, "budget of X-Total-Count under filters", span(86_400))
    transaction_tries: int = setting(5, "how often a transaction that met a deadlock is run", between(1, 100))
