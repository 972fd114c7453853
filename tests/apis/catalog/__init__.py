"""Tests of the product catalog (TMF620)."""
