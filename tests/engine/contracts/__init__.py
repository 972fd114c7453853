"""Tests of the OpenAPI documents and of their reading."""
