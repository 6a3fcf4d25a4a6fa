"""Clients of other systems, each written from its system's own documentation with plain HTTP.

They know nothing of Millrace: only the base address differs, and the sign-in that each request carries.
"""
