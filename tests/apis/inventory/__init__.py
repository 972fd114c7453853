"""Tests of the service and resource inventories (TMF638, TMF639)."""
