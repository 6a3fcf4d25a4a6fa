"""Shapes of other systems' APIs, each field under the name and of the type that it has there."""
