"""The query language of lists and hubs (TMF630 part 1, 4; part 6). Names no noun."""
