"""Clients of other systems, each written from its system's own document with nothing but HTTP.

None knows anything of Millrace: what differs is the base address, and the sign-in that each request brings.
"""
