"""File items, read."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.jobs.errors import FileNotFound
from chalicelib.jobs.model import File, Job
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import Table


class FileItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def file(self, job_id: str, number: int) -> File:
        item = self._table.get(items.file_key(job_id, number))
        if item is None:
            raise FileNotFound("There is no such file.")
        return items.file_from(item)

    def files(self, job: Job, *, first: int = 1, last: int | None = None, binned: bool = False) -> Iterator[File]:
        last = job.file_count if last is None else min(last, job.file_count)
        if last < first:  # DynamoDB refuses such a range, also of a job without files
            return
        bounds = {":first": items.file_key(job.id, first)[1], ":last": items.file_key(job.id, last)[1]}
        for item in self._table.query(f"JOB#{job.id}", "#range BETWEEN :first AND :last", bounds):
            file = items.file_from(item)
            if binned or file.binned_at is None:
                yield file

    def binned(self, job_id: str, after: int, limit: int) -> list[int]:
        bounds = {":first": items.bin_key(job_id, after + 1)[1], ":last": f"{items.BIN}~"}
        found = self._table.query(f"JOB#{job_id}", "#range BETWEEN :first AND :last", bounds, limit=limit)
        return [int(item["SK"].removeprefix(items.BIN)) for item in found]
