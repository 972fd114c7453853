"""Tests of events, subscriptions and the worker."""
