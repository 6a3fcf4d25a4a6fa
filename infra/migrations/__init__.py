"""Migrations of the items from one version to the next: in order, each once.

Add a module, and a line here. A migration says for one item what to write, on the condition that it is still as it was
read: then it doesn't matter how often it is asked, nor who else writes meanwhile.
"""

from __future__ import annotations

from infra.migrations import m0001_sharing
from infra.migrations.migration import Migration

MIGRATIONS: tuple[Migration, ...] = (m0001_sharing.MIGRATION,)
