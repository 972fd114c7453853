"""JSON bodies read strictly, and JSON values. Names no noun."""
