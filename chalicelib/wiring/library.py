"""The services of the library: files over all jobs, deletion, results, webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.jobs.ids import new_id
from chalicelib.wiring.work import WorkServices

if TYPE_CHECKING:
    from chalicelib.jobs.intake.reuse import Reuse
    from chalicelib.jobs.library.archives import Archives
    from chalicelib.jobs.library.collecting import Collecting
    from chalicelib.jobs.library.correcting import Corrections
    from chalicelib.jobs.library.deletion import Deletion
    from chalicelib.jobs.library.filebin import FileBin
    from chalicelib.jobs.library.files import Library
    from chalicelib.jobs.library.guests import Guests
    from chalicelib.jobs.library.guides import Guides
    from chalicelib.jobs.library.results import Results
    from chalicelib.jobs.library.shares import Shares
    from chalicelib.jobs.library.takeover import Takeover
    from chalicelib.stores.dynamo.guests import GuestTable
    from chalicelib.webhooks.sending import Webhooks


class Undelivered(Protocol):
    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Gives up the work of messages that were delivered too often."""


class LibraryServices(WorkServices):
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
    def corrections(self) -> Corrections:
        from chalicelib.jobs.library.correcting import Corrections

        return Corrections(self.jobs, self.owned)

    @cached_property
    def archives(self) -> Archives:
        from chalicelib.jobs.library.archives import Archives

        return Archives(
            self.jobs, self.objects, self.owned, self.library, self.intake, self.settings.limits, self.clock, new_id
        )

    @cached_property
    def collecting(self) -> Collecting:
        from chalicelib.jobs.library.collecting import Collecting

        return Collecting(
            self.shares,
            self.jobs,
            self.intake,
            self.owned,
            self.passwords,
            self.attempts,
            self.clock,
            new_id,
        )

    @cached_property
    def shares(self) -> Shares:
        from chalicelib.jobs.library.shares import Shares
        from chalicelib.stores.dynamo.shares import ShareTable

        return Shares(
            ShareTable(self.jobs_table),
            self.jobs,
            self.objects,
            self.owned,
            self.archives,
            self.passwords,
            self.attempts,
            self.clock,
            new_id,
        )

    @cached_property
    def reuse(self) -> Reuse:
        from chalicelib.jobs.intake.reuse import Reuse

        return Reuse(self.core, self.owned, self.intake, self.settling, self.pipelines)

    @cached_property
    def deletion(self) -> Deletion:
        from chalicelib.jobs.library.deletion import Deletion

        return Deletion(self.core, self.owned, self.control)

    @cached_property
    def file_bin(self) -> FileBin:
        from chalicelib.jobs.library.filebin import FileBin

        return FileBin(self.core, self.owned, self.deletion)

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
        from chalicelib.stores.dynamo.guests import GuestTable

        return GuestTable(self.jobs_table)

    @cached_property
    def takeover(self) -> Takeover:
        from chalicelib.jobs.library.takeover import Takeover
        from chalicelib.stores.dynamo.belongings import BelongingsTable

        belongings = BelongingsTable(self.jobs_table)
        return Takeover(self.guest_reminders, self.jobs, self.user_data, belongings, self.queues, self.clock)

    @cached_property
    def guides(self) -> Guides:
        from chalicelib.jobs.library.guides import Guides

        return Guides(self.objects, self.settings.limits.download_url_seconds, self.clock)

    @cached_property
    def results(self) -> Results:
        from chalicelib.jobs.library.results import Results

        return Results(self.jobs, self.owned, self.clock, new_id)

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Dead letters, each to the service whose queue they come from."""
        owners: dict[str, Undelivered] = {
            "inspect-": self.inspector,
            "run-": self.runner,
            "import-": self.importer,
            "cleanup-": self.deletion,
            "webhooks-": self.webhooks,
        }
        for record in event["Records"]:
            queue = record["eventSourceARN"].rpartition(":")[2]
            for kind, owner in owners.items():
                if kind in queue:
                    self.observer.measure("GivenUp", Queue=queue[queue.index(kind) :])
                    owner.undelivered({"Records": [record]})
                    break
