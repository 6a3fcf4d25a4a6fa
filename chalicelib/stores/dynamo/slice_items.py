"""Slice items, read and removed."""

from __future__ import annotations

from chalicelib.jobs.model import Job, Slice
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import Table


class SliceItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def slices(self, job: Job) -> list[Slice]:
        bounds = {":step": items.slices_below(job.division, job.steps_done)}
        found = self._table.query(items.job_key(job.id)[0], "begins_with(#range, :step)", bounds)
        return [items.slice_from(item) for item in found]

    def delete_slices(self, job_id: str) -> None:
        found = self._table.query(items.job_key(job_id)[0], "begins_with(#range, :kind)", {":kind": items.SLICE})
        self._table.delete_many([(item["PK"], item["SK"]) for item in found])
