"""One record in the shapes of v4 and v5: nothing is lost in either direction. Names no noun."""
