"""Bodies and requests made from a document. No HTTP."""
