"""A stored record as a client gets it: bytes, links, pages. Names no noun."""
