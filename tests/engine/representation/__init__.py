"""Tests of records as clients get them."""
