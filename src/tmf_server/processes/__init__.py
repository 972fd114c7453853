"""Processes: group commit of requests, and the jobs behind imports and exports."""
