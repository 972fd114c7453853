"""A server for seven TM Forum Open APIs on one relational model. Importing this package has no effect."""

__version__ = "0.1.0"
