"""How jobs and files come in."""
