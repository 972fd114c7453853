"""Rules of bills and rates (TMF678). No HTTP, no SQL."""
