"""The APIs: a package per family of nouns, and the list of them. Families do not import each other.

A family's `api` says which APIs it serves (`APIS`), its `tables` declares what it stores.
"""

FAMILIES = (
    "catalog",
    "ordering",
    "customer",
    "inventory",
    "alarm",
    "billing",
)
