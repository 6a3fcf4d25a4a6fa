"""What a user has, and may do with it."""
