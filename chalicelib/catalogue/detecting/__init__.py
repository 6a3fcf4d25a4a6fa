"""Detectors: each reads one scene and proposes changes to it, with a confidence and a reason."""
