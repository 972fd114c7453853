"""The pages for people: index, reference pages, documents, lifecycles. Flask; changes nothing, serves no API."""

from tmf_server.web.site import create_pages

SEGMENTS = ("", "docs", "openapi", "static")
"""The first path segments of the pages; "" is the index alone."""

__all__ = ["SEGMENTS", "create_pages"]
