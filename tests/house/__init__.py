"""Tests of the project itself: its rules, its packages, its documentation."""
