"""Tests of requests and responses at their edge."""
