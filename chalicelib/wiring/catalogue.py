"""The services of the scene catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import settings
from chalicelib.catalogue.remote import TRIES
from chalicelib.jobs.ids import new_id
from chalicelib.wiring.accounts import AccountServices

if TYPE_CHECKING:
    from chalicelib.catalogue.catalogue import Catalogue
    from chalicelib.catalogue.planning import Plans
    from chalicelib.catalogue.pushing import Pushing
    from chalicelib.catalogue.works.common import Tools
    from chalicelib.outgoing.addresses import Addresses
    from chalicelib.outgoing.connections import Connections as OwnersConnections
    from chalicelib.outgoing.servers import Servers
    from chalicelib.stores.dynamo.connections import ConnectionTable


SECONDS = 30.0
MODEL_SECONDS = 120.0
"""Seconds for an answer: a language model on a home machine takes long."""
TEST_SECONDS = 8.0
"""Seconds within a request, whose answer API Gateway awaits for 29 seconds."""
MOST_BYTES = 32 * 1024 * 1024
"""The most bytes of one answer of a connected server."""


class CatalogueServices(AccountServices):
    @cached_property
    def connection_table(self) -> ConnectionTable:
        from chalicelib.stores.dynamo.connections import ConnectionTable

        return ConnectionTable(self.jobs_table)

    @cached_property
    def connection_addresses(self) -> Addresses:
        from chalicelib.outgoing.addresses import Addresses

        return Addresses(self.settings.connection_networks, whose="A connection's")

    @cached_property
    def owners_connections(self) -> OwnersConnections:
        from chalicelib.outgoing.connections import Connections
        from chalicelib.outgoing.sealing import Seals

        seals = Seals(self._connection_keys)
        return Connections(self.connection_table, self.connection_addresses, seals, self.clock, new_id)

    def _connection_keys(self) -> Sequence[str]:
        if secret := self.settings.connection_key_secret:
            return self.secrets.versions(secret)
        keys = [self.settings.connection_key or self.settings.token_key, *self.settings.previous_token_keys]
        if not keys[0]:
            raise settings.SettingError("Set MILLRACE_CONNECTION_KEY_SECRET: the keys of connections need one.")
        return keys

    @cached_property
    def connections(self) -> Servers:
        return self._servers(SECONDS, MODEL_SECONDS, tries=TRIES)

    @cached_property
    def tested_connections(self) -> Servers:
        """The same, with the short patience of a test for which a person waits."""
        return self._servers(TEST_SECONDS, TEST_SECONDS, tries=1)

    def _servers(self, seconds: float, model_seconds: float, tries: int) -> Servers:
        from chalicelib.outgoing.posting import Poster
        from chalicelib.outgoing.servers import Servers

        # A key is for the connection's address alone, so redirects aren't followed.
        def poster(most: float) -> Poster:
            return Poster(self.connection_addresses, most, redirects=0, most_bytes=MOST_BYTES)

        return Servers(self.connection_table, self.owners_connections, poster(seconds), poster(model_seconds), tries)

    @cached_property
    def catalogue(self) -> Catalogue:
        from chalicelib.catalogue.catalogue import Catalogue
        from chalicelib.stores.dynamo.catalogue import CatalogueObjects, CatalogueTable

        return Catalogue(CatalogueTable(self.jobs_table, new_id), CatalogueObjects(self.objects), self.clock, new_id)

    @cached_property
    def pushing(self) -> Pushing:
        from chalicelib.catalogue.pushing import Pushing

        return Pushing(self.catalogue, self.clock)

    @cached_property
    def plans(self) -> Plans:
        from chalicelib.catalogue.planning import Plans
        from chalicelib.stores.dynamo.plans import PlanTable

        return Plans(PlanTable(self.jobs_table), self.clock, new_id)

    def catalogue_tools(self) -> Tools:
        from chalicelib.catalogue.works.common import Tools
        from chalicelib.jobs.library.videos import OwnVideos

        return Tools(
            self.catalogue, self.plans, self.connections, OwnVideos(self.jobs, lambda: self.objects), self.clock
        )
