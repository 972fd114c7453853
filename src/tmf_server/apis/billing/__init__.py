"""Customer bill management (TMF678): bills, applied rates, bills on demand."""
