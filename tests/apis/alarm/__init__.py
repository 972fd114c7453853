"""Tests of alarm management (TMF642)."""
