"""OpenAPI documents as facts, and bodies compared with them. No HTTP."""
