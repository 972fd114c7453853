"""Servers and processes that tests talk to. Holds no test."""
