"""The demo operator: a small, complete set of records. Tables; invented names."""
