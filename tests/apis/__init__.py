"""Tests of nouns: one folder per family, and what every family keeps."""
