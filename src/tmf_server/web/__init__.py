"""What people look at: index, reference pages, documents, lifecycles. Flask; changes nothing, serves no API."""

from tmf_server.web.site import create_pages

SEGMENTS = ("", "docs", "openapi", "static")
"""The first path segments below which these pages are; "" is the index alone."""

__all__ = ["SEGMENTS", "create_pages"]
