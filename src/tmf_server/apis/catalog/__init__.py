"""Product catalog management (TMF620): offerings, prices, specifications, categories, catalogs."""
