"""The audit log: an entry is written in the transaction of the change, wherever there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.people import AuditEntry
from chalicelib.accounts.ports import AuditStore
from chalicelib.jobs.ports.outside import Clock, NewId


class Audit:
    def __init__(self, store: AuditStore, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def entry(self, actor_id: str, action: str, target: str, details: Mapping[str, Any] | None = None) -> AuditEntry:
        """A new entry, not yet written. details: never a secret."""
        return AuditEntry(self._new_id(), self._clock(), actor_id, action, target, details or {})

    def record(self, actor_id: str, action: str, target: str, details: Mapping[str, Any] | None = None) -> None:
        self._store.record(self.entry(actor_id, action, target, details))

    def page(self, *, limit: int, before: str | None) -> tuple[list[AuditEntry], str | None]:
        return self._store.entries(limit=limit, before=before)
