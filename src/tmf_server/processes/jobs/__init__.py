"""Import and export of records as files: the work behind jobs and behind load and dump. No HTTP, no SQL."""
