"""Settings of logs, metrics and health checks."""

from dataclasses import dataclass
from pathlib import Path

from tmf_server.config.declaring import one_of, place_of_folder, setting, span


@dataclass(frozen=True, kw_only=True)
class ObservabilitySettings:
    """What it tells of itself."""

    log_format: str = setting("console", "console or json", one_of("console", "json"))
    log_level: str = setting("info", "debug, info, warning or error", one_of("debug", "info", "warning", "error"))
    access_log: bool = setting(False, "a line for every request; those that fail with 5xx have one anyway")
    metrics: bool = setting(True, "/metrics in the format of Prometheus")
    metrics_dir: Path | None = setting(None, "where processes that share a port add their figures up", place_of_folder)
    ready_seconds: float = setting(2.0, "within which the database has to answer for /health/ready", span())
    ready_lag_seconds: float = setting(
        60.0, "how old the oldest event may be that no worker has taken up yet", span(1e12)
    )
