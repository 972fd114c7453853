"""All records of the demo, referenced records first."""

from tmf_server.demo.operator import bills, catalog, customers, network, orders

DOCUMENTS = [
    *catalog.DOCUMENTS,
    *customers.DOCUMENTS,
    *network.DOCUMENTS,
    *orders.DOCUMENTS,
    *bills.DOCUMENTS,
]
