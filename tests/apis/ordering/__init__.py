"""Tests of product ordering (TMF622)."""
