"""Everything that the demo holds, what is referred to first."""

from tmf_server.demo import catalog, network

DOCUMENTS = [*catalog.DOCUMENTS, *network.DOCUMENTS]
