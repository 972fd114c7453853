"""HTTP of the suite: bounded requests out, notifications in."""
