"""Tests of customer bill management (TMF678)."""
