"""Declarations shared by several families. Data only."""
