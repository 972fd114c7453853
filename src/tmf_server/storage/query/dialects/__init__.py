"""Conditions over JSON in the SQL of each database, with equal meaning. Knows no noun."""
