"""The ports of the core."""
