"""What is done with the files of a job."""
