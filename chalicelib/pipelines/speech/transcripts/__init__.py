"""Transcripts in every form that people have them in, as one thing: tiers of utterances."""
