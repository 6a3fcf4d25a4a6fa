"""An own reading of Sphinx models: features, scores of every state, and the chain that follows a long recording."""
