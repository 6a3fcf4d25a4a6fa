"""Artifacts and results of a job.

A result lies in its job's partition. In the index by_owner, results have a partition of their own for each owner,
sorted by time, so that they need no further index and never come between the owner's jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.jobs.errors import ArtifactNotFound, ResultNotFound, StaleTransition
from chalicelib.jobs.model import Artifact, Result
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, Table, Write, timestamp

RESULT = "RESULT#"


def result_key(result_id: str) -> Key:
    """The key of a result, whose id is its job's id and its own with a dash between them."""
    job_id, _, own = result_id.partition("-")
    return f"JOB#{job_id}", f"{RESULT}{own}"


class ResultItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def put_artifact(self, job_id: str, artifact: Artifact) -> None:
        self._table.put(items.to_item(items.artifact_key(job_id, artifact.name), artifact))

    def artifact(self, job_id: str, name: str) -> Artifact:
        item = self._table.get(items.artifact_key(job_id, name))
        if item is None:
            raise ArtifactNotFound("The job has no artifact of that name.")
        return items.artifact_from(item)

    def artifacts(self, job_id: str) -> list[Artifact]:
        found = self._table.query(f"JOB#{job_id}", "begins_with(#range, :kind)", {":kind": items.ARTIFACT})
        return [items.artifact_from(item) for item in found]

    def delete_artifacts(self, job_id: str) -> None:
        for artifact in self.artifacts(job_id):
            self._table.delete(items.artifact_key(job_id, artifact.name))

    def put_result(self, result: Result) -> None:
        item = items.to_item(result_key(result.id), result)
        sorted_by = f"{timestamp(result.created_at)}#{result.id}"
        self._table.put(item | {"owner_id": _partition(result.owner_id), "owner": result.owner_id, "job_id": sorted_by})

    def result(self, result_id: str) -> Result:
        item = self._table.get(result_key(result_id))
        if item is None:
            raise ResultNotFound("There is no such result.")
        return _result_from(item)

    def results(self, owner_id: str) -> list[Result]:
        found = self._table.query(
            _partition(owner_id), index="by_owner", hash_name="owner_id", range_name="job_id", forward=False
        )
        return [_result_from(item) for item in found]

    def results_of(self, job_id: str) -> list[Result]:
        found = self._table.query(f"JOB#{job_id}", "begins_with(#range, :kind)", {":kind": RESULT})
        return [_result_from(item) for item in found]

    def edit_result(self, result: Result, changes: Mapping[str, Any]) -> Result:
        write = Write(result_key(result.id)).set(**changes).add(edits=1)
        write.where_exists().where_equal(edits=result.edits or None)
        try:
            return _result_from(self._table.write(write))
        except ConditionFailed:
            raise StaleTransition(result.id) from None

    def hand_on_results(self, job_id: str, owner_id: str) -> None:
        for result in self.results_of(job_id):
            if result.owner_id != owner_id:
                write = Write(result_key(result.id)).set(owner_id=_partition(owner_id), owner=owner_id)
                with suppress(ConditionFailed):  # it was deleted just now
                    self._table.write(write.where_exists())

    def delete_results(self, job_id: str, own: str) -> None:
        found = self._table.query(f"JOB#{job_id}", "begins_with(#range, :kind)", {":kind": f"{RESULT}{own}"})
        for item in found:
            self._table.delete((item["PK"], item["SK"]))

    def delete_result(self, result: Result) -> None:
        self._table.delete(result_key(result.id))


def _partition(owner_id: str) -> str:
    return f"RESULTS#{owner_id}"


def _result_from(item: Item) -> Result:
    job_id = item["PK"].removeprefix("JOB#")
    known = {"id": f"{job_id}-{item['SK'].removeprefix(RESULT)}", "job_id": job_id, "owner_id": item["owner"]}
    return items.from_item(Result, item, **known)
