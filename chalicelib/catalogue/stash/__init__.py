"""A Stash server: what is asked of it, how its answers are read, and how changes are written back.

Source of the shapes: stashapp/stash, graphql/schema, as of 2026; nothing that is deprecated there is used.
"""
