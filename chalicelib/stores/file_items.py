"""File items and their counters: added, claimed, finished once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Any

from chalicelib.jobs.deliveries import is_newer
from chalicelib.jobs.errors import Busy, FileNotFound, StaleTransition
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject, file_id
from chalicelib.jobs.ports import ADD_AT_ONCE
from chalicelib.jobs.states import FINISHED, RECEIVING, FileState
from chalicelib.jobs.statistics import day_of, rejections
from chalicelib.stores import items
from chalicelib.stores.dynamo import ConditionFailed, Item, NewItem, Table, Write
from chalicelib.stores.statistics_items import on_day
from chalicelib.stores.webhook_items import WebhookItems

AWAITED = frozenset({FileState.EXPECTED, FileState.INSPECTING})
FINISH_AT_ONCE = 25
FOUND = ("tries", "error_code", "error_message", "sequencer", "etag", "sha256", "crc32", "duplicate_of", "owner_hash")


class FileItems(WebhookItems):
    _table: Table

    def add_files(
        self, job: Job, files: Sequence[File], *, seal: bool, changes: Mapping[str, Any] | None = None
    ) -> Job:
        chunks = list(batched(files, ADD_AT_ONCE)) or [()]
        for i, chunk in enumerate(chunks):
            more: dict[str, Any] = {"file_count": job.file_count + len(chunk)}
            if i == len(chunks) - 1:
                more |= {**(changes or {}), **({"sealed": True} if seal else {})}
            try:
                self._table.transact([self._counting_in(job, more), *self._new_files(chunk)])
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

    def change_file(
        self, file: File, changes: Mapping[str, Any], *, allowed: frozenset[FileState], unless: str | None = None
    ) -> File:
        write = Write(items.file_key(file.job_id, file.number)).set(**changes).where_in("state", allowed)
        if unless:
            write.where_equal(**{unless: None})
        try:
            return items.file_from(self._table.write(write))
        except ConditionFailed:
            raise StaleTransition(file.id) from None

    def claim_file(
        self, job_id: str, number: int, seen: StoredObject, by: str, now: datetime, lease_until: datetime
    ) -> File:
        write = self._claim(job_id, number, seen, by, lease_until)
        state, lease, holder = write.name("state"), write.name("lease_until"), write.name("claimed_by")
        expected = f"{state} = {write.value(FileState.EXPECTED)}"
        lease_over = f"{lease} <= {write.value(now)} OR {holder} = {write.value(by)}"
        abandoned = f"{state} = {write.value(FileState.INSPECTING)} AND ({lease_over})"
        write.where_exists().where(f"({expected}) OR ({abandoned})")
        try:
            return items.file_from(self._table.write(write))
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise FileNotFound("There is no such file.") from None
            there = items.file_from(failed.items[0])
        if there.state is FileState.INSPECTING:
            raise Busy(there.id)
        if there.etag == seen.etag or not is_newer(seen.sequencer, there.sequencer):
            raise StaleTransition(there.id)
        return self._claim_newer(there, seen, by, lease_until)

    def finish_files(self, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str) -> set[int]:
        finished: set[int] = set()
        rejected = {event.data["file_id"]: event for event in self._rejected(job_id, owner_id, outcomes)}
        for chunk in batched(outcomes, FINISH_AT_ONCE):
            left = list(chunk)
            while left:
                told = [event for o in left if (event := rejected.get(file_id(job_id, o.number)))]
                try:
                    bad = self._counting([o.error_code for o in left if o.state is FileState.REJECTED])
                    self._table.transact([*self._finishing(job_id, left, owner_id), *bad, *map(self._telling, told)])
                except ConditionFailed as failed:
                    # Behind those of the files come the counters' and the events' writes, which have no condition.
                    lost = {
                        outcome.number for outcome, item in zip(left, failed.items, strict=False) if item is not None
                    }
                    left = [outcome for outcome in left if outcome.number not in lost]
                    continue
                self._told(told)
                finished.update(outcome.number for outcome in left)
                break
        return finished

    def reject_file(self, file: File, code: str, message: str) -> bool:
        write = Write(items.file_key(file.job_id, file.number))
        write.set(state=FileState.REJECTED, error_code=code, error_message=message, lease_until=None, claimed_by=None)
        write.where_in("state", AWAITED).where_equal(attempt=file.attempt or None)
        counter = Write(items.count_key(file.job_id, [file.number])).add(rejected=1)
        outcome = FileOutcome(
            file.number, file.attempt, FileState.REJECTED, file.size, None, error_code=code, error_message=message
        )
        told = self._rejected(file.job_id, None, [outcome])
        try:
            self._table.transact([write, counter, *self._counting([code]), *map(self._telling, told)])
        except ConditionFailed:
            return False
        self._told(told)
        return True

    def reset_files(self, job: Job, files: Sequence[File]) -> int:
        as_read = Write(items.job_key(job.id)).add(recalled=1)
        as_read.where_equal(state=job.state, retries=job.retries or None, run_requested=job.run_requested or None)
        reset = 0
        for chunk in batched(files, FINISH_AT_ONCE):
            left = list(chunk)
            while left:
                counter = Write(items.count_key(job.id, [file.number for file in left]))
                counter.add(**{state: -sum(file.state == state for file in left) for state in FINISHED})
                counter.add(size=-sum(_counted(file) for file in left))
                try:
                    self._table.transact([*map(self._resetting, left), as_read, counter])
                    reset += len(left)
                    break
                except ConditionFailed as failed:
                    if failed.items[len(left)] is not None:
                        raise StaleTransition(job.id) from None
                    left = [file for file, item in zip(left, failed.items, strict=False) if item is None]
        return reset

    def mark_duplicates(self, job_id: str, kept: Mapping[int, int]) -> None:
        for chunk in batched(kept.items(), FINISH_AT_ONCE):
            left = list(chunk)
            while left:
                writes = [
                    Write(items.file_key(job_id, number))
                    .set(state=FileState.DUPLICATE, duplicate_of=of)
                    .where_equal(state=FileState.INSPECTED)
                    for number, of in left
                ]
                counter = Write(items.count_key(job_id, [number for number, _ in left]))
                try:
                    self._table.transact([*writes, counter.add(inspected=-len(left), duplicate=len(left))])
                    break
                except ConditionFailed as failed:
                    left = [pair for pair, item in zip(left, failed.items, strict=False) if item is None]

    def judge_file(
        self, job_id: str, number: int, run: int, verdict: str, message: str | None, details: Mapping[str, Any]
    ) -> None:
        write = Write(items.file_key(job_id, number)).where_in("state", FINISHED)
        write.set(verdict=verdict, verdict_message=message, verdict_details=dict(details) or None, verdict_run=run)
        judged = write.name("verdict_run")
        write.where(f"attribute_not_exists({judged}) OR {judged} <= {write.value(run)}")
        try:
            self._table.write(write)
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise FileNotFound("There is no such file.") from None

    def stored_copy(self, owner_id: str, sha256: str) -> File | None:
        found = self._table.query(
            items.owner_hash(owner_id, sha256), index="by_hash", hash_name="owner_hash", range_name="PK", limit=1
        )
        for item in found:
            there = self._table.get((item["PK"], item["SK"]))
            if there and there.get("owner_hash") == item["owner_hash"]:
                return items.file_from(there)
        return None

    # -- inside ----------------------------------------------------------------------------------------------------

    def _counting_in(self, job: Job, changes: Mapping[str, Any]) -> Write:
        """The write that takes more files into a job: it is open, and nobody else added any since it was read."""
        write = Write(items.job_key(job.id)).set(**items.job_changes(changes))
        return write.where_in("state", RECEIVING).where_equal(file_count=job.file_count, sealed=None)

    def _counting(self, codes: Sequence[str | None]) -> list[Write]:
        """The write that counts files rejected just now for these reasons, where there are any."""
        return [on_day(day_of(self._clock()), rejections(codes))] if codes else []

    def _new_files(self, files: Sequence[File]) -> list[Write]:
        return [
            NewItem(key, items.to_item(key, file) | {"state": file.state})
            for file in files
            if (key := items.file_key(file.job_id, file.number))
        ]

    def _resetting(self, file: File) -> Write:
        """The announced size stays the found one: an upload's was checked, and the store's own have no other."""
        write = Write(items.file_key(file.job_id, file.number)).set(**dict.fromkeys(FOUND), state=FileState.EXPECTED)
        return write.where_equal(state=file.state, attempt=file.attempt or None)

    def _claim(self, job_id: str, number: int, seen: StoredObject, by: str, lease_until: datetime) -> Write:
        write = Write(items.file_key(job_id, number)).set(state=FileState.INSPECTING, lease_until=lease_until)
        return write.set(claimed_by=by, sequencer=seen.sequencer, etag=seen.etag or None).add(attempt=1, tries=1)

    def _claim_newer(self, there: File, seen: StoredObject, by: str, lease_until: datetime) -> File:
        """Claims a finished file whose object was replaced; its counts are taken back with it."""
        write = self._claim(there.job_id, there.number, seen, by, lease_until)
        write.where_equal(state=there.state, attempt=there.attempt or None)
        write.set(error_code=None, error_message=None, owner_hash=None)
        counter = Write(items.count_key(there.job_id, [there.number]))
        counter.add(**{there.state.value: -1}, size=-_counted(there))
        open_job = Write(items.job_key(there.job_id)).add(recalled=1)
        open_job.where_in("state", RECEIVING).where_equal(run_requested=None)
        try:
            self._table.transact([write, counter, open_job])
        except ConditionFailed:
            raise StaleTransition(there.id) from None
        return self.file(there.job_id, there.number)

    def _finishing(self, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str) -> list[Write]:
        writes = []
        for outcome in outcomes:
            write = Write(items.file_key(job_id, outcome.number)).set(**_found(outcome, owner_id))
            writes.append(write.where_equal(state=FileState.INSPECTING, attempt=outcome.attempt))
        counter = Write(items.count_key(job_id, [outcome.number for outcome in outcomes]))
        counter.add(
            inspected=sum(outcome.state is FileState.INSPECTED for outcome in outcomes),
            rejected=sum(outcome.state is FileState.REJECTED for outcome in outcomes),
            size=sum(o.size for o in outcomes if o.state is FileState.INSPECTED and o.counts_bytes),
        )
        return [*writes, counter]


def _counted(file: File) -> int:
    """The bytes of a finished file that are part of its job's."""
    return file.size if file.state is not FileState.REJECTED and file.counts_bytes else 0


def _found(outcome: FileOutcome, owner_id: str) -> Item:
    good = outcome.state is FileState.INSPECTED and outcome.sha256 is not None
    return {
        "state": outcome.state,
        "etag": outcome.etag,
        "content_type": outcome.content_type,
        "sha256": outcome.sha256,
        "crc32": outcome.crc32,
        "metadata": dict(outcome.metadata) or None,
        "thumbnail": outcome.thumbnail,
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
        "lease_until": None,
        "claimed_by": None,
        "tries": None,
        "owner_hash": items.owner_hash(owner_id, outcome.sha256 or "") if good else None,
        # What was announced is what a rejected file is measured by when it comes again.
        **({"size": outcome.size} if outcome.state is FileState.INSPECTED else {}),
    }
