"""The worker: its loop, its periodic jobs, and the leases that keep others out."""
