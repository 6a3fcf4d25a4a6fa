"""Jobs in DynamoDB: the whole of the core's JobStore, put together from its rooms."""

from __future__ import annotations

from chalicelib.stores.batch_items import BatchItems
from chalicelib.stores.dynamo import Table
from chalicelib.stores.job_items import JobItems
from chalicelib.stores.library_items import LibraryItems
from chalicelib.stores.result_items import ResultItems


class JobTable(JobItems, BatchItems, ResultItems, LibraryItems):
    """Fulfils chalicelib.jobs.ports.JobStore, whose docstrings are the contract."""

    def __init__(self, table: Table) -> None:
        self._table = table
