"""Tests of documents against their schemas."""
