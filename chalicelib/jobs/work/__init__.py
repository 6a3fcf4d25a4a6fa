"""The work on the files of a job."""
