"""What each database has to say to mean the same by conditions over JSON. Knows no noun."""
