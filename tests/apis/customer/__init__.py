"""Tests of customer management (TMF629)."""
