"""Drop folders: which job imports a batch now, and which of its keys are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import File, Job
from chalicelib.stores import items
from chalicelib.stores.dynamo import ConditionFailed, NewItem, Table, Write
from chalicelib.stores.file_items import counting_in, new_files


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

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        wanted = {items.batch_file_key(batch, key): key for key in keys}
        return {
            wanted[item["PK"], item["SK"]]: (item["job_id"], int(item["number"]))
            for item in self._table.get_many(list(wanted))
        }

    def join_batch(self, job: Job, files: Sequence[File], now: datetime) -> dict[str, int]:
        known = self.batch_files(job.batch or "", [file.key for file in files])
        writes: list[Write] = [
            counting_in(job, {"file_count": job.file_count + len(files), "active_at": now}),
            *new_files(files),
        ]
        for file in files:
            key = items.batch_file_key(job.batch or "", file.key)
            if file.key in known:
                job_id, number = known[file.key]
                if job_id == job.id:
                    raise StaleTransition(file.key)
                # It came again after the job that had it before was closed: from now on it is this job's.
                write = Write(key).set(job_id=job.id, number=file.number)
                writes.append(write.where_equal(job_id=job_id, number=number))
            else:
                place = {"PK": key[0], "SK": key[1], "job_id": job.id, "number": file.number}
                writes.append(NewItem(key, place))
        try:
            self._table.transact(writes)
        except ConditionFailed:
            raise StaleTransition(job.id) from None
        return {file.key: file.number for file in files}
