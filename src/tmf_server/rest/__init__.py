"""The TMF630 engine. Names no noun."""
