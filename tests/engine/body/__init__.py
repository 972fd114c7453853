"""Tests of JSON bodies."""
