"""Jobs in DynamoDB: the whole of the core's JobStore, put together from its rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from chalicelib.jobs.ports import Clock
from chalicelib.stores.batch_items import BatchItems
from chalicelib.stores.dynamo import Table
from chalicelib.stores.job_items import JobItems
from chalicelib.stores.library_items import LibraryItems
from chalicelib.stores.result_items import ResultItems
from chalicelib.stores.slice_items import SliceItems
from chalicelib.stores.webhook_items import nobody


class JobTable(JobItems, SliceItems, BatchItems, ResultItems, LibraryItems):
    """Fulfils chalicelib.jobs.ports.JobStore, whose docstrings are the contract."""

    def __init__(
        self,
        table: Table,
        announce: Callable[[str], None] = nobody,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        """announce: is told the id of each event that was written; must not raise."""
        self._table = table
        self._announce = announce
        self._clock = clock
