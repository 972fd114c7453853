"""All checks. Importing this package fills the table of checks; the order here is the order in reports."""

# isort: off
from tmf_conformance.checks.writing import bad_bodies  # noqa: F401
from tmf_conformance.checks import bad_queries, conditional, contract  # noqa: F401
from tmf_conformance.checks.writing import creating, deleting  # noqa: F401
from tmf_conformance.checks.events import deliveries  # noqa: F401
from tmf_conformance.checks.lists import expanding, filter_forms, filters  # noqa: F401
from tmf_conformance.checks.events import hubs  # noqa: F401
from tmf_conformance.checks.writing import json_patch  # noqa: F401
from tmf_conformance.checks.lists import jsonpath  # noqa: F401
from tmf_conformance.checks.writing import lifecycle  # noqa: F401
from tmf_conformance.checks import methods  # noqa: F401
from tmf_conformance.checks.lists import paging  # noqa: F401
from tmf_conformance.checks.writing import patching  # noqa: F401
from tmf_conformance.checks import retrieving  # noqa: F401
from tmf_conformance.checks.lists import sorting  # noqa: F401
from tmf_conformance.checks.events import subscriptions  # noqa: F401
from tmf_conformance.checks import tasks  # noqa: F401
