"""Migrations of the items from one version to the next: in order, each once.

Add a module, and a line here. A migration returns the writes for one item, on the condition that the item is unchanged
since it was read: so repetition and concurrent writers do no harm.
"""

from __future__ import annotations

from infra.migrations import m0001_sharing
from infra.migrations.migration import Migration

MIGRATIONS: tuple[Migration, ...] = (m0001_sharing.MIGRATION,)
