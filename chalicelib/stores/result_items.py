"""Artifact items: what a job has to download."""

from __future__ import annotations

from chalicelib.jobs.errors import ArtifactNotFound
from chalicelib.jobs.model import Artifact
from chalicelib.stores import items
from chalicelib.stores.dynamo import Table


class ResultItems:
    _table: Table

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
