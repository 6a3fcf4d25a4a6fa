"""Builds the uploads: the code and the layers, for both architectures, the same bytes from the same inputs."""
