"""How v4 shows services and resources (TMF638, TMF639). Data only."""
