"""A user's jobs, files and results, and what can be done with them."""
