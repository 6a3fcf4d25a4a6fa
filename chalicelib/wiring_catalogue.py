"""The services of the scene catalogue."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import settings
from chalicelib.jobs.ids import new_id

if TYPE_CHECKING:
    from chalicelib.catalogue.catalogue import Catalogue
    from chalicelib.catalogue.planning import Plans
    from chalicelib.catalogue.ports import Connections
    from chalicelib.catalogue.works import Tools
    from chalicelib.jobs.ports import Clock
    from chalicelib.stores.object_bucket import ObjectBucket
    from chalicelib.wiring_clients import Clients


class CatalogueServices:
    """Part of Services, which has what is named here without a value."""

    settings: settings.Settings
    clock: Clock
    clients: Clients

    if TYPE_CHECKING:

        @cached_property
        def objects(self) -> ObjectBucket: ...

    @cached_property
    def connections(self) -> Connections:
        from chalicelib.catalogue.ports import NoConnections

        return NoConnections()

    @cached_property
    def catalogue(self) -> Catalogue:
        from chalicelib.catalogue.catalogue import Catalogue
        from chalicelib.stores.catalogue import CatalogueObjects, CatalogueTable
        from chalicelib.stores.dynamo import Table

        table = Table(lambda: self.clients.dynamodb, self.settings.jobs_table)
        return Catalogue(CatalogueTable(table, new_id), CatalogueObjects(self.objects), self.clock, new_id)

    @cached_property
    def plans(self) -> Plans:
        from chalicelib.catalogue.planning import Plans
        from chalicelib.stores.dynamo import Table
        from chalicelib.stores.plans import PlanTable

        table = Table(lambda: self.clients.dynamodb, self.settings.jobs_table)
        return Plans(PlanTable(table), self.clock, new_id)

    def catalogue_tools(self) -> Tools:
        from chalicelib.catalogue.works import Tools

        return Tools(self.catalogue, self.plans, self.connections, self.clock)
