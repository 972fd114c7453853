"""The OpenAPI documents as facts. Serves nothing, knows no noun."""
