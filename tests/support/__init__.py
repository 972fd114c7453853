"""What several test files use. Holds no test."""
