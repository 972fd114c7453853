"""The nouns: declarations only, one module per family."""
