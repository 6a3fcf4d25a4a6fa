"""A user's jobs, files and results, and the actions on them."""
