"""The shared relational model, one module per aggregate. No queries."""
