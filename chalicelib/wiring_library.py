"""The services of the library: files over all jobs, deletion, results, webhooks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import settings
from chalicelib.jobs.ids import new_id

if TYPE_CHECKING:
    from chalicelib.jobs.intake.reuse import Reuse
    from chalicelib.jobs.intake.uploads import Intake
    from chalicelib.jobs.library.control import Control
    from chalicelib.jobs.library.deletion import Deletion
    from chalicelib.jobs.library.files import Library
    from chalicelib.jobs.library.guests import Guests
    from chalicelib.jobs.library.guides import Guides
    from chalicelib.jobs.library.ownership import Owned
    from chalicelib.jobs.library.results import Results
    from chalicelib.jobs.library.takeover import Takeover
    from chalicelib.jobs.observer import Observer
    from chalicelib.jobs.ports.outside import Clock
    from chalicelib.jobs.work.settling import Settling
    from chalicelib.pipelines.base import Pipeline
    from chalicelib.stores.guests import GuestTable
    from chalicelib.stores.job_table import JobTable
    from chalicelib.stores.object_bucket import ObjectBucket
    from chalicelib.stores.people_table import PeopleTable
    from chalicelib.stores.queues import SqsQueues
    from chalicelib.stores.user_data import UserDataTable
    from chalicelib.webhooks.sending import Webhooks
    from chalicelib.wiring_clients import Clients

log = logging.getLogger(__name__)


class LibraryServices:
    """Part of Services, which has what is named here without a value."""

    settings: settings.Settings
    clients: Clients
    clock: Clock
    observer: Observer

    if TYPE_CHECKING:

        @cached_property
        def pipelines(self) -> Mapping[str, Pipeline]: ...
        @cached_property
        def jobs(self) -> JobTable: ...
        @cached_property
        def objects(self) -> ObjectBucket: ...
        @cached_property
        def queues(self) -> SqsQueues: ...
        @cached_property
        def owned(self) -> Owned: ...
        @cached_property
        def control(self) -> Control: ...
        @cached_property
        def intake(self) -> Intake: ...
        @cached_property
        def settling(self) -> Settling: ...
        @cached_property
        def people(self) -> PeopleTable: ...
        @cached_property
        def user_data(self) -> UserDataTable: ...

    def announce(self, event_id: str) -> None:
        """Asks for an event that has been written down."""
        try:
            self.queues.webhook({"event": event_id})
        except Exception:
            log.exception("an event waits for the sweeper", extra={"event": event_id})

    @cached_property
    def webhooks(self) -> Webhooks:
        from chalicelib.outgoing.addresses import Addresses
        from chalicelib.outgoing.posting import Poster
        from chalicelib.webhooks.sending import Webhooks

        addresses = Addresses(self.settings.webhook_networks)
        return Webhooks(
            self.jobs.webhooks, self.queues, addresses, Poster(addresses), self.clock, new_id, observer=self.observer
        )

    @cached_property
    def library(self) -> Library:
        from chalicelib.jobs.library.files import Library

        return Library(self.jobs, self.owned, self.pipelines)

    @cached_property
    def reuse(self) -> Reuse:
        from chalicelib.jobs.intake.reuse import Reuse

        return Reuse(self.jobs, self.owned, self.intake, self.settling, self.pipelines, self.clock, new_id)

    @cached_property
    def deletion(self) -> Deletion:
        from chalicelib.jobs.library.deletion import Deletion

        return Deletion(
            self.jobs, self.objects, self.queues, self.owned, self.control, self.settings.limits, self.clock
        )

    @cached_property
    def guests(self) -> Guests:
        from chalicelib.jobs.library.guests import Guests

        def registered(user_id: str) -> bool:
            return self.people.account(user_id) is not None

        return Guests(
            self.guest_reminders,
            self.jobs,
            self.deletion,
            self.user_data,
            self.queues,
            registered,
            self.people.taken,
            self.takeover,
            self.clock,
        )

    @cached_property
    def guest_reminders(self) -> GuestTable:
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.guests import GuestTable

        return GuestTable(Table(lambda: self.clients.dynamodb, self.settings.jobs_table))

    @cached_property
    def takeover(self) -> Takeover:
        from chalicelib.jobs.library.takeover import Takeover

        return Takeover(self.guest_reminders, self.jobs, self.user_data, self.queues, self.clock)

    @cached_property
    def guides(self) -> Guides:
        from chalicelib.jobs.library.guides import Guides

        return Guides(self.objects, self.settings.limits.download_url_seconds, self.clock)

    @cached_property
    def results(self) -> Results:
        from chalicelib.jobs.library.results import Results

        return Results(self.jobs, self.owned, self.clock, new_id)
