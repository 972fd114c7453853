"""Tests of the conformance suite and of the double that proves it."""
