"""Observability: log lines, metrics, traces. Powertools is imported by the modules that say so, and late."""
