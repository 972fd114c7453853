"""What the server's speed is, side by side with the limit and the usual ways. `python -m benchmarks` runs it."""
