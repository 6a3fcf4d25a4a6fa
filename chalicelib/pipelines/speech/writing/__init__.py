"""Writes the results in the forms that linguists and subtitlers use."""
