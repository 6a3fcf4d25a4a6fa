"""Drop folders: the job that imports a batch now, and the known keys of the batch."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import ConditionFailed, Table, Write


class BatchItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def open_batch(self, batch: str, job_id: str, *, instead_of: str | None = None) -> tuple[str, str | None]:
        key = items.batch_key(batch)
        there = self._table.get(key)
        if there is None or there["job_id"] == instead_of:
            write = Write(key).set(job_id=job_id, follows=instead_of)
            write.where_equal(job_id=instead_of)
            try:
                there = self._table.write(write)
            except ConditionFailed as failed:
                there = failed.items[0] or {}
        return there["job_id"], there.get("follows")

    def batch_job(self, batch: str) -> str | None:
        there = self._table.get(items.batch_key(batch))
        return str(there["job_id"]) if there else None

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        wanted = {items.batch_file_key(batch, key): key for key in keys}
        return {
            wanted[item["PK"], item["SK"]]: (item["job_id"], int(item["number"]))
            for item in self._table.get_many(list(wanted))
        }
