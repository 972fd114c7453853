"""The APIs: one package per family of nouns, and their list. Families do not import each other."""
