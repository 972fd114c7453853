"""From a request on the network to an operation, and from the result to a response. Names no noun."""
