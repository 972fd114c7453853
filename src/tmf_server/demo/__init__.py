"""The demo operator: a small, complete catalog, and the same shape at any size. Data and its loading; no HTTP."""
