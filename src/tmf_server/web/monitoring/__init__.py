"""Health checks and metrics, as ASGI applications apart from the verbs and their threads."""

from tmf_server.web.monitoring.health import Health
from tmf_server.web.monitoring.scrape import Scrape

__all__ = ["Health", "Scrape"]
