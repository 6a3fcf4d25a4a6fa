"""Other systems' APIs, in their own words, over the services that there are: docs/compat.md.

Each is a module of its own below an address of its own, keeps nothing, and is loaded with the first request for it.
"""
