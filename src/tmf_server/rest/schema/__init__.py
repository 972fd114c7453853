"""Documents checked against the schemas of their API (TMF630 part 3). Names no noun."""
