"""What every route of the API shares: routing, HTTP, problems, forms, pages, versions and the description."""
