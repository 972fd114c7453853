"""From a request of the network to one operation, and from its result to a response. Names no noun."""
