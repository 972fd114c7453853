"""Unit of work and queries. The only package that runs SQL."""
