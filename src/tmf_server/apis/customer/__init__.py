"""Customer management (TMF629)."""
