"""Everything that the demo holds, what is referred to first."""

from tmf_server.demo.operator import bills, catalog, customers, network, orders

DOCUMENTS = [
    *catalog.DOCUMENTS,
    *customers.DOCUMENTS,
    *network.DOCUMENTS,
    *orders.DOCUMENTS,
    *bills.DOCUMENTS,
]
