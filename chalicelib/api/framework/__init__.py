"""Shared by all routes of the API: routing, HTTP, problems, forms, pages, versions and the description."""
