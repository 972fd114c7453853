"""What a document's values are as rows, and what regular expressions and numbers mean. Pure."""
