"""Other systems' APIs, in their own words, over the existing services: docs/compat.md.

Each is a module below an address of its own, stores nothing, and is loaded with the first request for it.
"""
