"""Nouns with their tables and rules, and their places in the documents. Declarations and an index; no HTTP, no SQL."""
