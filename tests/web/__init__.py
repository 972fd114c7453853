"""Tests of the pages for people, of health, metrics and logs."""
