"""Reads Sphinx acoustic models without pocketsphinx: features, scores of every state, and the chain that follows a long
recording."""
