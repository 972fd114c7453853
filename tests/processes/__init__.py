"""Tests of the processes and of jobs."""
