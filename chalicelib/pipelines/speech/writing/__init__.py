"""What was found, in the forms that linguists and subtitlers open."""
