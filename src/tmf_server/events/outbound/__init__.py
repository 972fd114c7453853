"""Calls to the outside: the URL policy, the client, downloads and uploads."""
