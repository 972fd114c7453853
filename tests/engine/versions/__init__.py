"""Tests of one record in two versions."""
