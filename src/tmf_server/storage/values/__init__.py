"""The values of documents as rows, and the meaning of regular expressions and numbers. Pure."""
