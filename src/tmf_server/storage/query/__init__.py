"""Conditions, sorting and pages as SQL of each dialect. Knows no noun."""
