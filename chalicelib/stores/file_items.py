"""File items: added, read, found by their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

from chalicelib.jobs.errors import FileNotFound, StaleTransition
from chalicelib.jobs.job_ports import ADD_AT_ONCE
from chalicelib.jobs.model import File, Job, owner_hash
from chalicelib.jobs.states import RECEIVING
from chalicelib.stores import items
from chalicelib.stores.dynamo import ConditionFailed, NewItem, Table, Write


class FileItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add_files(
        self, job: Job, files: Sequence[File], *, seal: bool, changes: Mapping[str, Any] | None = None
    ) -> Job:
        chunks = list(batched(files, ADD_AT_ONCE)) or [()]
        for i, chunk in enumerate(chunks):
            more: dict[str, Any] = {"file_count": job.file_count + len(chunk)}
            if i == len(chunks) - 1:
                more |= {**(changes or {}), **({"sealed": True} if seal else {})}
            try:
                self._table.transact([counting_in(job, more), *new_files(chunk)])
            except ConditionFailed:
                raise StaleTransition(job.id) from None
            job = replace(job, **more)
        return job

    def file(self, job_id: str, number: int) -> File:
        item = self._table.get(items.file_key(job_id, number))
        if item is None:
            raise FileNotFound("There is no such file.")
        return items.file_from(item)

    def files(self, job_id: str, *, first: int = 1, last: int | None = None) -> Iterator[File]:
        if last is not None and last < first:  # DynamoDB refuses such a range, also of a job without files
            return
        bounds = {
            ":first": items.file_key(job_id, first)[1],
            ":last": items.file_key(job_id, 99_999_999 if last is None else last)[1],
        }
        for item in self._table.query(f"JOB#{job_id}", "#range BETWEEN :first AND :last", bounds):
            yield items.file_from(item)

    def stored_copy(self, owner_id: str, sha256: str) -> File | None:
        found = self._table.query(
            owner_hash(owner_id, sha256), index="by_hash", hash_name="owner_hash", range_name="PK", limit=1
        )
        for item in found:
            there = self._table.get((item["PK"], item["SK"]))
            if there and there.get("owner_hash") == item["owner_hash"]:
                return items.file_from(there)
        return None


def counting_in(job: Job, changes: Mapping[str, Any]) -> Write:
    """The write that takes more files into a job: it is open, and nobody else added any since it was read."""
    write = Write(items.job_key(job.id)).set(**items.job_changes(changes))
    return write.where_in("state", RECEIVING).where_equal(file_count=job.file_count, sealed=None)


def new_files(files: Sequence[File]) -> list[Write]:
    return [
        NewItem(key, items.to_item(key, file) | {"state": file.state})
        for file in files
        if (key := items.file_key(file.job_id, file.number))
    ]
