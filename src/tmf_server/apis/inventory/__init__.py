"""Service inventory (TMF638) and resource inventory (TMF639)."""
