"""Tests of deliveries to subscribers."""
