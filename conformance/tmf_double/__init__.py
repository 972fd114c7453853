"""A test double: a small in-memory TM Forum server, made from any document, that can be broken in named ways."""
