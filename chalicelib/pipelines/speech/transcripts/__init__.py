"""Reads transcripts of every usual form into one: tiers of utterances."""
