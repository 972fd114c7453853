"""Tests of PATCH."""
