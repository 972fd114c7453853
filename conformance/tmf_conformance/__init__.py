"""A conformance suite for TM Forum Open API servers. A pure client: it knows documents and HTTP, no server's code."""

__version__ = "0.1.0"
