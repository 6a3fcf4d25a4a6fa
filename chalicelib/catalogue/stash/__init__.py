"""A Stash server: the queries, the reading of its answers, and the writing of changes.

Source of the shapes: stashapp/stash, graphql/schema, as of 2026; deprecated parts are not used.
"""
