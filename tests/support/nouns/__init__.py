"""Records of nouns as test input. Holds no test."""
