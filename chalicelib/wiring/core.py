"""The base of all wiring: stores, queues, works, limits, time."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from chalicelib import settings
from chalicelib.jobs.ids import new_id
from chalicelib.wiring.clients import Clients

if TYPE_CHECKING:
    from chalicelib.jobs.library.listing import Listing
    from chalicelib.jobs.library.ownership import Owned
    from chalicelib.jobs.model import QueueState
    from chalicelib.jobs.observer import Observer
    from chalicelib.jobs.ports.outside import Clock
    from chalicelib.pipelines.base import Pipeline, Work
    from chalicelib.stores.dynamo.account_table import AccountTable
    from chalicelib.stores.dynamo.job_table import JobTable
    from chalicelib.stores.dynamo.table import Table
    from chalicelib.stores.dynamo.user_data import UserDataTable
    from chalicelib.stores.object_bucket import ObjectBucket
    from chalicelib.stores.queues import SqsQueues

log = logging.getLogger(__name__)


class CoreServices:
    """The clients, the settings and the services made of them alone. Each service is made at its first use, so that a
    function pays only for what it needs."""

    def __init__(
        self, base: settings.Settings, clients: Clients, stored: Mapping[str, Any], clock: Clock, observer: Observer
    ) -> None:
        """base: the settings of the deployment. stored: those that an admin has set over them."""
        from chalicelib.accounts.stored_settings import effective

        self.base = base
        self.settings = effective(base, stored)
        self.clock = clock
        self.clients = clients
        self.observer = observer

    @cached_property
    def pipelines(self) -> Mapping[str, Pipeline]:
        from chalicelib.pipelines.registry import PIPELINES

        return PIPELINES

    @cached_property
    def inspecting(self) -> Mapping[str, Pipeline]:
        """The pipelines, set up to inspect strangers' files."""
        from chalicelib.pipelines.apart import Apart

        if not settings.surroundings().apart:
            return self.pipelines
        return {name: cast("Pipeline", Apart(pipeline)) for name, pipeline in self.pipelines.items()}

    @cached_property
    def jobs_table(self) -> Table:
        return self._table(self.settings.jobs_table)

    @cached_property
    def accounts_table(self) -> Table:
        return self._table(self.settings.accounts_table)

    def _table(self, name: str) -> Table:
        from chalicelib.stores.dynamo.table import Table

        return Table(lambda: self.clients.dynamodb, name)

    @cached_property
    def jobs(self) -> JobTable:
        from chalicelib.stores.dynamo.job_table import JobTable

        return JobTable(self.jobs_table, self.announce, self.clock)

    @cached_property
    def accounts(self) -> AccountTable:
        from chalicelib.stores.dynamo.account_table import AccountTable

        return AccountTable(self.accounts_table)

    @cached_property
    def objects(self) -> ObjectBucket:
        from chalicelib.stores.object_bucket import ObjectBucket

        found = self.settings
        return ObjectBucket(lambda: self.clients.s3, lambda: self.clients.s3_signer, found.bucket, found.smallest_part)

    @cached_property
    def user_data(self) -> UserDataTable:
        from chalicelib.stores.dynamo.user_data import UserDataTable

        return UserDataTable(self.jobs_table, self.objects, self.clock, new_id)

    @cached_property
    def queues(self) -> SqsQueues:
        from chalicelib.stores.queues import SqsQueues

        return SqsQueues(lambda: self.clients.sqs, self.settings.queue_url_prefix)

    @cached_property
    def owned(self) -> Owned:
        from chalicelib.jobs.library.ownership import Owned

        return Owned(self.jobs)

    @cached_property
    def listing(self) -> Listing:
        from chalicelib.jobs.library.listing import Listing

        return Listing(self.jobs, self.pipelines)

    def queue_state(self, work: Work) -> QueueState:
        """None for a pipeline that works per file, which saves a read for each poll."""
        from chalicelib.jobs.model import QueueState
        from chalicelib.jobs.works import works_per_file

        return QueueState() if works_per_file(work) else self.jobs.queue_state(work.name)

    def announce(self, event_id: str) -> None:
        """Requests the sending of an event that was written."""
        try:
            self.queues.webhook({"event": event_id})
        except Exception:
            log.exception("an event waits for the sweeper", extra={"event": event_id})
