"""Jobs in DynamoDB: all that the core's ports require of a store, combined from its parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from chalicelib.jobs.ports.outside import Clock
from chalicelib.stores.dynamo.batch_items import BatchItems
from chalicelib.stores.dynamo.file_items import FileItems
from chalicelib.stores.dynamo.job_items import JobItems
from chalicelib.stores.dynamo.library_items import LibraryItems
from chalicelib.stores.dynamo.records import DynamoRecords
from chalicelib.stores.dynamo.result_items import ResultItems
from chalicelib.stores.dynamo.slice_items import SliceItems
from chalicelib.stores.dynamo.statistics_items import StatisticsItems
from chalicelib.stores.dynamo.table import Table
from chalicelib.stores.dynamo.webhook_items import WebhookItems, unannounced


class JobTable:
    """Fulfils the protocols of chalicelib.jobs.ports.stores, whose docstrings are the contract."""

    def __init__(
        self,
        table: Table,
        announce: Callable[[str], None] = unannounced,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        """announce: receives the id of each written event; must not raise."""
        self.webhooks = WebhookItems(table, announce, clock)
        self.apply = DynamoRecords(table, self.webhooks).apply

        jobs = JobItems(table)
        self.create_job, self.job, self.jobs_of, self.due_jobs = jobs.create_job, jobs.job, jobs.jobs_of, jobs.due_jobs
        self.added = jobs.added
        self.queue_state, self.record_duration, self.usage = jobs.queue_state, jobs.record_duration, jobs.usage

        files = FileItems(table)
        self.file, self.files, self.binned = files.file, files.files, files.binned

        slices = SliceItems(table)
        self.slices, self.delete_slices = slices.slices, slices.delete_slices

        batches = BatchItems(table)
        self.open_batch, self.batch_job = batches.open_batch, batches.batch_job
        self.batch_files = batches.batch_files

        results = ResultItems(table)
        self.put_artifact, self.artifact = results.put_artifact, results.artifact
        self.artifacts, self.delete_artifacts = results.artifacts, results.delete_artifacts
        self.put_result, self.result, self.results = results.put_result, results.result, results.results
        self.results_of, self.edit_result = results.results_of, results.edit_result
        self.hand_on_results = results.hand_on_results
        self.delete_result, self.delete_results = results.delete_result, results.delete_results

        statistics = StatisticsItems(table)
        self.statistics, self.counted = statistics.statistics, statistics.counted

        library = LibraryItems(table, clock)
        self.files_by_id, self.same_bytes = library.files_by_id, library.same_bytes
        self.note_copies, self.stored_copies = library.note_copies, library.stored_copies
        self.edit_file, self.edit_job = library.edit_file, library.edit_job
        self.note_uses, self.forget_uses, self.uses = library.note_uses, library.forget_uses, library.uses
        self.forget_batch, self.remove_job = library.forget_batch, library.remove_job
        self.kept_listings, self.keep_listing = library.kept_listings, library.keep_listing
