"""Tests of calls to the outside."""
