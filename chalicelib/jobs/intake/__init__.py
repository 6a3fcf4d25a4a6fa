"""The intake of jobs and files."""
