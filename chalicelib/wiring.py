"""Everything is put together here, once a container: clients, stores, services. Nothing is made before it is used."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, cast

from chalicelib import settings
from chalicelib.jobs.ids import new_id
from chalicelib.observing.invocations import Observing
from chalicelib.wiring_accounts import AccountServices
from chalicelib.wiring_catalogue import CatalogueServices
from chalicelib.wiring_clients import Clients
from chalicelib.wiring_library import LibraryServices

if TYPE_CHECKING:
    from chalicelib.jobs.intake.closing import Closing
    from chalicelib.jobs.intake.direct import DirectIntake
    from chalicelib.jobs.intake.dropfolder import DropFolders
    from chalicelib.jobs.intake.importing import Importer
    from chalicelib.jobs.intake.multipart import Multipart
    from chalicelib.jobs.intake.slips import Slips
    from chalicelib.jobs.intake.uploads import Intake
    from chalicelib.jobs.library.arrivals import Arrivals
    from chalicelib.jobs.library.control import Control
    from chalicelib.jobs.library.listing import Listing
    from chalicelib.jobs.library.ownership import Owned
    from chalicelib.jobs.model import QueueState
    from chalicelib.jobs.schedules import Schedules
    from chalicelib.jobs.sweeper import Sweeper
    from chalicelib.jobs.work.inspection import Inspector
    from chalicelib.jobs.work.running import Runner
    from chalicelib.jobs.work.settling import Settling
    from chalicelib.jobs.work.slices import Slices
    from chalicelib.pipelines.base import Pipeline, Work
    from chalicelib.stores.account_table import AccountTable
    from chalicelib.stores.functions import LambdaInvoker
    from chalicelib.stores.job_table import JobTable
    from chalicelib.stores.object_bucket import ObjectBucket
    from chalicelib.stores.queues import SqsQueues
    from chalicelib.stores.schedules import ScheduleTable
    from chalicelib.stores.user_data import UserDataTable


class Undelivered(Protocol):
    """Whoever gives up on what came too often."""

    def undelivered(self, event: Mapping[str, Any]) -> None: ...


log = logging.getLogger(__name__)
observing = Observing(settings.surroundings())

LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOOK_AGAIN = timedelta(seconds=15)
"""So long a container may go on with settings that have been changed elsewhere."""


def clock() -> datetime:
    return datetime.now(UTC)


class Services(AccountServices, LibraryServices, CatalogueServices):
    """What handlers call. Each is made at its first use, so that a function pays for what it needs."""

    def __init__(self, base: settings.Settings, clients: Clients, stored: Mapping[str, Any]) -> None:
        """base: the settings of the deployment. stored: those that an admin has set over them."""
        from chalicelib.accounts.stored_settings import effective

        self.base = base
        self.settings = effective(base, stored)
        self.clock = clock
        self.clients = clients
        self.observer = observing

    @cached_property
    def pipelines(self) -> Mapping[str, Pipeline]:
        from chalicelib.pipelines.registry import PIPELINES

        return PIPELINES

    @cached_property
    def works(self) -> Mapping[str, Work]:
        from chalicelib.catalogue.works import CATALOGUE_WORKS
        from chalicelib.pipelines.registry import WORKS

        return WORKS | {work.name: work(self.catalogue_tools) for work in CATALOGUE_WORKS}

    @cached_property
    def inspecting(self) -> Mapping[str, Pipeline]:
        """The pipelines as they look into strangers' files."""
        from chalicelib.pipelines.apart import Apart

        if not settings.surroundings().apart:
            return self.pipelines
        return {name: cast("Pipeline", Apart(pipeline)) for name, pipeline in self.pipelines.items()}

    @cached_property
    def jobs(self) -> JobTable:
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.job_table import JobTable

        return JobTable(Table(lambda: self.clients.dynamodb, self.settings.jobs_table), self.announce, clock)

    @cached_property
    def accounts(self) -> AccountTable:
        from chalicelib.stores.account_table import AccountTable
        from chalicelib.stores.dynamo import Table

        return AccountTable(Table(lambda: self.clients.dynamodb, self.settings.accounts_table))

    @cached_property
    def objects(self) -> ObjectBucket:
        from chalicelib.stores.object_bucket import ObjectBucket

        return ObjectBucket(lambda: self.clients.s3, lambda: self.clients.s3_signer, self.settings.bucket)

    @cached_property
    def user_data(self) -> UserDataTable:
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.user_data import UserDataTable

        table = Table(lambda: self.clients.dynamodb, self.settings.jobs_table)
        return UserDataTable(table, self.objects, clock, new_id)

    @cached_property
    def queues(self) -> SqsQueues:
        from chalicelib.stores.queues import SqsQueues

        return SqsQueues(lambda: self.clients.sqs, self.settings.queue_url_prefix)

    @cached_property
    def listing(self) -> Listing:
        from chalicelib.jobs.library.listing import Listing

        return Listing(self.jobs, self.pipelines)

    def queue_state(self, work: Work) -> QueueState:
        """Of a pipeline that works per file there is none, which spares a read for each poll."""
        from chalicelib.jobs.model import QueueState
        from chalicelib.jobs.works import works_per_file

        return QueueState() if works_per_file(work) else self.jobs.queue_state(work.name)

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Dead letters, each to whoever gave up on it: the queue's name says who that was."""
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

    @cached_property
    def owned(self) -> Owned:
        from chalicelib.jobs.library.ownership import Owned

        return Owned(self.jobs)

    @cached_property
    def settling(self) -> Settling:
        from chalicelib.jobs.work.settling import Settling

        return Settling(self.jobs, self.objects, self.queues, self.works, clock, observing)

    @cached_property
    def slices(self) -> Slices:
        from chalicelib.jobs.work.slices import Slices

        return Slices(self.jobs, self.queues, self.works, clock, self.invoker)

    @property
    def invoker(self) -> LambdaInvoker | None:
        from chalicelib.stores.functions import LambdaInvoker

        prefix = self.settings.function_prefix
        return LambdaInvoker(lambda: self.clients.functions, prefix) if prefix else None

    @cached_property
    def intake(self) -> Intake:
        from chalicelib.jobs.intake.uploads import Intake

        return Intake(
            self.jobs, self.objects, self.owned, self.settling, self.works, self.settings.limits, clock, new_id
        )

    @cached_property
    def direct(self) -> DirectIntake:
        from chalicelib.jobs.intake.direct import DirectIntake

        return DirectIntake(self.intake, self.objects, self.control)

    @cached_property
    def multipart(self) -> Multipart:
        from chalicelib.jobs.intake.multipart import Multipart

        return Multipart(self.jobs, self.objects, self.owned, self.settings.limits, clock)

    @cached_property
    def control(self) -> Control:
        from chalicelib.jobs.library.control import Control

        return Control(
            self.jobs,
            self.objects,
            self.queues,
            self.owned,
            self.settling,
            self.slices,
            self.works,
            self.settings.limits,
            clock,
        )

    @cached_property
    def drops(self) -> DropFolders:
        from chalicelib.jobs.intake.dropfolder import DropFolders

        limits, owner = self.settings.limits, self.drop_owners.owner
        return DropFolders(
            self.jobs, self.objects, self.queues, self.intake, self.settling, limits, clock, new_id, owner
        )

    @cached_property
    def arrivals(self) -> Arrivals:
        from chalicelib.jobs.library.arrivals import Arrivals

        return Arrivals(self.objects, clock)

    @cached_property
    def slips(self) -> Slips:
        from chalicelib.jobs.intake.slips import Slips

        return Slips(self.objects, self.pipelines, self.drop_owners.owner)

    @cached_property
    def closing(self) -> Closing:
        from chalicelib.jobs.intake.closing import Closing

        limits = self.settings.limits
        return Closing(self.jobs, self.objects, self.queues, self.drops, self.settling, limits, clock)

    @cached_property
    def importer(self) -> Importer:
        from chalicelib.jobs.intake.importing import Importer, Root

        own = self.settings.bucket
        roots = [Root.parse(root, own) for root in self.settings.import_roots]
        return Importer(
            self.jobs,
            self.objects,
            self.queues,
            self.intake,
            self.settling,
            self.closing,
            roots,
            own,
            self.settings.limits,
            clock,
        )

    @cached_property
    def schedule_table(self) -> ScheduleTable:
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.schedules import ScheduleTable

        return ScheduleTable(Table(lambda: self.clients.dynamodb, self.settings.jobs_table))

    @cached_property
    def schedules(self) -> Schedules:
        from chalicelib.jobs.schedules import Schedules

        return Schedules(self.schedule_table, self.intake, self.importer, clock, new_id)

    @cached_property
    def inspector(self) -> Inspector:
        from chalicelib.jobs.work.inspection import Inspector

        return Inspector(
            self.jobs,
            self.objects,
            self.queues,
            self.settling,
            self.drops,
            self.inspecting,
            self.settings.limits,
            clock,
            observing,
        )

    @cached_property
    def runner(self) -> Runner:
        from chalicelib.jobs.work.context import Stores
        from chalicelib.jobs.work.running import Runner

        stores = Stores(self.jobs, self.objects, self.objects, self.user_data, clock, observing)
        return Runner(stores, self.queues, self.settling, self.slices, self.works)

    @cached_property
    def sweeper(self) -> Sweeper:
        from chalicelib.jobs.sweeper import Sweeper

        return Sweeper(
            self.jobs,
            self.queues,
            self.control,
            self.settling,
            self.drops,
            self.slices,
            self.works,
            self.settings.limits,
            clock,
            observing,
        )


class Current:
    """The services of this container. When an admin has changed settings they are made anew, clients aside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._services: Services | None = None
        self._version = -1
        self._look_at = LONG_AGO

    def __call__(self) -> Services:
        services = self._services
        if services is not None and clock() < self._look_at:
            return services
        with self._lock:
            if self._services is None or clock() >= self._look_at:
                self._services = self._looked(self._services)
                self._look_at = clock() + LOOK_AGAIN
            return self._services

    def look_again(self) -> None:
        """The next call sees what has been stored by now."""
        self._look_at = LONG_AGO

    def cache_clear(self) -> None:
        """As if nothing had been called yet: the environment is read again."""
        self._services = None
        self.look_again()

    def _looked(self, services: Services | None) -> Services:
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.people_table import PeopleTable

        base = services.base if services else settings.read()
        clients = services.clients if services else Clients(base.public_s3_endpoint)
        try:
            stored, version = PeopleTable(Table(lambda: clients.dynamodb_at_once, base.accounts_table)).stored()
        except Exception as error:
            # What was stored is a refinement: without it Millrace can still say what is wrong, at /health for one.
            log.warning("The stored settings can't be read now (%s).", type(error).__name__)
            return services or Services(base, clients, {})
        if services and version == self._version:
            return services
        self._version = version
        return Services(base, clients, stored)


services = Current()
