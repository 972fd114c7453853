"""Rules of the product order (TMF622). No HTTP, no SQL."""
