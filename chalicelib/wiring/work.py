"""The services that take files in and work on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.jobs.ids import new_id
from chalicelib.wiring.catalogue import CatalogueServices

if TYPE_CHECKING:
    from chalicelib.jobs.core import Core
    from chalicelib.jobs.intake.closing import Closing
    from chalicelib.jobs.intake.direct import DirectIntake
    from chalicelib.jobs.intake.dropfolder import DropFolders
    from chalicelib.jobs.intake.importing import Importer
    from chalicelib.jobs.intake.looking import ImportFolders
    from chalicelib.jobs.intake.multipart import Multipart
    from chalicelib.jobs.intake.slips import Slips
    from chalicelib.jobs.intake.uploads import Intake
    from chalicelib.jobs.library.arrivals import Arrivals
    from chalicelib.jobs.library.control import Control
    from chalicelib.jobs.schedules import Schedules
    from chalicelib.jobs.sweeper import Sweeper
    from chalicelib.jobs.work.inspection import Inspector
    from chalicelib.jobs.work.running import Runner
    from chalicelib.jobs.work.settling import Settling
    from chalicelib.jobs.work.slices import Slices
    from chalicelib.pipelines.base import Work
    from chalicelib.stores.dynamo.job_table import JobTable
    from chalicelib.stores.dynamo.schedules import ScheduleTable


class WorkServices(CatalogueServices):
    @cached_property
    def works(self) -> Mapping[str, Work]:
        from chalicelib.catalogue.works import CATALOGUE_WORKS
        from chalicelib.pipelines.registry import WORKS

        return WORKS | {work.name: work(self.catalogue_tools) for work in CATALOGUE_WORKS}

    @cached_property
    def core(self) -> Core[JobTable]:
        from chalicelib.jobs.core import Core

        return Core(
            self.jobs, self.objects, self.queues, self.works, self.settings.limits, self.clock, new_id, self.observer
        )

    @cached_property
    def settling(self) -> Settling:
        from chalicelib.jobs.work.settling import Settling

        return Settling(self.core)

    @cached_property
    def slices(self) -> Slices:
        from chalicelib.jobs.work.slices import Slices
        from chalicelib.stores.functions import LambdaInvoker

        prefix = self.settings.function_prefix
        return Slices(self.core, LambdaInvoker(lambda: self.clients.functions, prefix) if prefix else None)

    @cached_property
    def intake(self) -> Intake:
        from chalicelib.jobs.intake.uploads import Intake

        return Intake(self.core, self.owned, self.settling)

    @cached_property
    def direct(self) -> DirectIntake:
        from chalicelib.jobs.intake.direct import DirectIntake

        return DirectIntake(self.intake, self.objects, self.control)

    @cached_property
    def multipart(self) -> Multipart:
        from chalicelib.jobs.intake.multipart import Multipart

        return Multipart(self.jobs, self.objects, self.owned, self.settings.limits, self.clock)

    @cached_property
    def control(self) -> Control:
        from chalicelib.jobs.library.control import Control

        return Control(self.core, self.owned, self.settling, self.slices)

    @cached_property
    def drops(self) -> DropFolders:
        from chalicelib.jobs.intake.dropfolder import DropFolders

        return DropFolders(self.core, self.intake, self.settling, self.drop_owners.owner)

    @cached_property
    def arrivals(self) -> Arrivals:
        from chalicelib.jobs.library.arrivals import Arrivals

        return Arrivals(self.objects, self.clock)

    @cached_property
    def slips(self) -> Slips:
        from chalicelib.jobs.intake.slips import Slips

        return Slips(self.objects, self.pipelines, self.drop_owners.owner)

    @cached_property
    def closing(self) -> Closing:
        from chalicelib.jobs.intake.closing import Closing

        return Closing(self.core, self.drops, self.settling)

    @cached_property
    def importer(self) -> Importer:
        from chalicelib.jobs.intake.importing import Importer, Root

        own = self.settings.bucket
        roots = [Root.parse(root, own) for root in self.settings.import_roots]
        return Importer(self.core, self.intake, self.settling, self.closing, roots, own)

    @cached_property
    def import_folders(self) -> ImportFolders:
        from chalicelib.jobs.intake.looking import ImportFolders

        return ImportFolders(self.objects, self.importer, self.pipelines)

    @cached_property
    def schedule_table(self) -> ScheduleTable:
        from chalicelib.stores.dynamo.schedules import ScheduleTable

        return ScheduleTable(self.jobs_table)

    @cached_property
    def schedules(self) -> Schedules:
        from chalicelib.jobs.schedules import Schedules

        return Schedules(self.schedule_table, self.intake, self.importer, self.clock, new_id)

    @cached_property
    def inspector(self) -> Inspector:
        from chalicelib.jobs.work.inspection import Inspector

        return Inspector(self.core, self.settling, self.drops, self.inspecting)

    @cached_property
    def runner(self) -> Runner:
        from chalicelib.jobs.work.running import Runner

        return Runner(self.core, self.objects, self.user_data, self.settling, self.slices)

    @cached_property
    def sweeper(self) -> Sweeper:
        from chalicelib.jobs.sweeper import Sweeper

        return Sweeper(self.core, self.control, self.settling, self.drops, self.slices)
