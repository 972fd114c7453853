"""All checks. Importing this package fills the table of checks; the order here is the order in reports."""

from tmf_conformance.checks import (  # noqa: F401
    bad_bodies,
    bad_queries,
    conditional,
    contract,
    creating,
    deleting,
    deliveries,
    filter_forms,
    filters,
    hubs,
    json_patch,
    jsonpath,
    lifecycle,
    methods,
    paging,
    patching,
    retrieving,
    sorting,
    subscriptions,
    tasks,
)  # fmt: skip
