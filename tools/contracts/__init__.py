"""Writes the OpenAPI documents: the interface facts of a reference, the words of our glossary. Not used at run time."""
