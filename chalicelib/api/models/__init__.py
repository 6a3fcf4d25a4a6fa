"""Requests and answers over HTTP: their shapes, limits and fields. A module for each subject."""
