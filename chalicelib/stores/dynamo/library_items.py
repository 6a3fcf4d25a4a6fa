"""Items of a library beside its files: uses of shared objects, packed listings; and the removal of items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import File, Job, file_id, owner_hash, parse_file_id
from chalicelib.jobs.ports.outside import Clock
from chalicelib.jobs.ports.stores import Use
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import Check, ConditionFailed, Key, Table, Write

LISTING = "LISTING#"
GET_AT_ONCE = 100
COPY_KNOWN = timedelta(days=400)
"""How long copies are remembered: the same bytes sent later are uploaded again."""


def use_key(use: Use) -> Key:
    return items.use_key(use.source_job_id, use.source_number, use.job_id, use.number)


def listing_key(job_id: str, part: int) -> Key:
    return f"JOB#{job_id}", f"{LISTING}{part:03d}"


class LibraryItems:
    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    # -- files by themselves -----------------------------------------------------------------------------------------

    def files_by_id(self, ids: Sequence[str], *, binned: bool = False) -> dict[str, File]:
        keys = [items.file_key(*place) for given in dict.fromkeys(ids) if (place := parse_file_id(given))]
        found = (item for some in batched(keys, GET_AT_ONCE) for item in self._table.get_many(some))
        return {file.id: file for file in map(items.file_from, found) if binned or file.binned_at is None}

    def edit_file(self, file: File, changes: Mapping[str, Any]) -> File:
        write = Write(items.file_key(file.job_id, file.number)).set(**_without_defaults(changes)).add(edits=1)
        write.where_exists().where_equal(edits=file.edits or None)
        job = Write(items.job_key(file.job_id)).add(edits=1).where_exists().where_equal(deleting=None)
        try:
            self._table.transact([write, job])
        except ConditionFailed:
            raise StaleTransition(file.id) from None
        return self.files_by_id([file.id])[file.id]

    def edit_job(self, job: Job, changes: Mapping[str, Any]) -> Job:
        write = Write(items.job_key(job.id)).set(**_without_defaults(changes)).add(edits=1).where_exists()
        try:
            return items.job_from(
                self._table.write(write.where_equal(edits=job.edits or None, deleting=None)), job.counts
            )
        except ConditionFailed:
            raise StaleTransition(job.id) from None

    # -- uses --------------------------------------------------------------------------------------------------------

    def note_uses(self, uses: Sequence[Use]) -> None:
        self._table.put_many(
            [{"PK": key[0], "SK": key[1], "since": use.since} for use in uses if (key := use_key(use))]
        )

    def forget_uses(self, uses: Sequence[Use]) -> None:
        self._table.delete_many([use_key(use) for use in uses])

    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        kind = items.USE if number is None else f"{items.USE}{number:08d}#"
        found = []
        for item in self._table.query(f"JOB#{job_id}", "begins_with(#range, :kind)", {":kind": kind}):
            source, user, its_number = item["SK"].removeprefix(items.USE).split("#")
            found.append(Use(job_id, int(source), user, int(its_number), datetime.fromisoformat(item["since"])))
        return found

    def same_bytes(self, owner_id: str, sha256: str) -> list[File]:
        found = self._table.query(
            owner_hash(owner_id, sha256), index="by_hash", hash_name="owner_hash", range_name="PK"
        )
        keys = [(item["PK"], item["SK"]) for item in found]
        there = (item for some in batched(keys, GET_AT_ONCE) for item in self._table.get_many(some))
        files = (items.file_from(item) for item in there)
        return [file for file in files if file.owner_hash == owner_hash(owner_id, sha256)]

    def note_copies(self, owner_id: str, copies: Mapping[str, tuple[str, int]]) -> None:
        until = int((self._clock() + COPY_KNOWN).timestamp())
        noted = ((items.copy_key(owner_hash(owner_id, sha256)), place) for sha256, place in copies.items())
        self._table.put_many(
            [
                {"PK": key[0], "SK": key[1], "job_id": job_id, "number": number, "expires_at_epoch": until}
                for key, (job_id, number) in noted
            ]
        )

    def stored_copies(self, owner_id: str, hashes: Sequence[str]) -> dict[str, File]:
        wanted = {items.copy_key(owner_hash(owner_id, sha256)): sha256 for sha256 in hashes}
        noted = {
            wanted[item["PK"], item["SK"]]: file_id(item["job_id"], int(item["number"]))
            for some in batched(wanted, GET_AT_ONCE)
            for item in self._table.get_many(some)
        }
        there = self.files_by_id(list(noted.values()))
        found = {}
        for sha256, noted_id in noted.items():
            copy = there.get(noted_id)
            if copy is None or copy.owner_hash != owner_hash(owner_id, sha256):
                # The file was deleted or replaced since: there may be another.
                copy = next((file for file in self.same_bytes(owner_id, sha256) if file.binned_at is None), None)
            if copy is not None:
                found[sha256] = copy
        return found

    # -- removal -----------------------------------------------------------------------------------------------------

    def forget_batch(self, job: Job) -> None:
        if job.batch:
            partition = items.batch_key(job.batch)[0]
            found = (item for item in self._table.query(partition) if item.get("job_id") == job.id)
            self._table.delete_many([(item["PK"], item["SK"]) for item in found])

    def remove_job(self, job: Job) -> None:
        place = items.job_key(job.id)
        keys = [(item["PK"], item["SK"]) for item in self._table.query(place[0])]
        # Uses by other jobs stay, as their objects do. The job's item goes last, so that a retry finishes a crashed
        # removal.
        self._table.delete_many([key for key in keys if key != place and not key[1].startswith(items.USE)])
        self._table.delete(place)

    # -- packed listings -----------------------------------------------------------------------------------------------

    def kept_listings(self, job_ids: Iterable[str]) -> dict[str, tuple[str, list[bytes]]]:
        found: dict[str, tuple[str, list[bytes]]] = {}
        for some in batched(job_ids, GET_AT_ONCE):
            for item in self._table.get_many([listing_key(job_id, 0) for job_id in some]):
                job_id, made_of = item["PK"].removeprefix("JOB#"), item["made_of"]
                more = [listing_key(job_id, part) for part in range(1, int(item["parts"]))]
                others = sorted(
                    (other for keys in batched(more, GET_AT_ONCE) for other in self._table.get_many(keys)),
                    key=lambda other: str(other["SK"]),
                )
                parts = [part for part in (item, *others) if part["made_of"] == made_of]
                if len(parts) == int(item["parts"]):
                    found[job_id] = made_of, [part["content"] for part in parts]
        return found

    def keep_listing(self, job: Job, made_of: str, parts: Sequence[bytes]) -> None:
        for i, content in enumerate(parts):
            there = Check(items.job_key(job.id)).where_equal(edits=job.edits or None, deleting=None, state=job.state)
            write = Write(listing_key(job.id, i)).set(made_of=made_of, parts=len(parts), content=content)
            try:
                self._table.transact([there, write])
            except ConditionFailed:
                return


def _without_defaults(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Empty values are not set."""
    return {name: value or None for name, value in changes.items()}
