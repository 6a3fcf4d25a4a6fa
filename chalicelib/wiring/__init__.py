"""Puts everything together, once for each container: clients, stores, services. Nothing is made before its first use.

Each module adds the services of one subject to those on which it builds: core, accounts, catalogue, work, library,
live.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Lock

from chalicelib import settings
from chalicelib.observing.invocations import Observing
from chalicelib.wiring.clients import Clients
from chalicelib.wiring.live import LiveServices

log = logging.getLogger(__name__)
observing = Observing(settings.surroundings())

LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOOK_AGAIN = timedelta(seconds=15)
"""The longest time for which a container may use stale settings."""


def clock() -> datetime:
    return datetime.now(UTC)


class Services(LiveServices):
    """The services that handlers call."""


class Current:
    """The services of this container. When an admin has changed settings they are rebuilt, clients aside."""

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
        """The next call reads the stored settings again."""
        self._look_at = LONG_AGO

    def cache_clear(self) -> None:
        """Forgets all services: the environment is read again."""
        self._services = None
        self.look_again()

    def _looked(self, services: Services | None) -> Services:
        from chalicelib.stores.dynamo.people_table import PeopleTable
        from chalicelib.stores.dynamo.table import Table

        base = services.base if services else settings.read()
        clients = services.clients if services else Clients(base.public_s3_endpoint)
        try:
            stored, version = PeopleTable(Table(lambda: clients.dynamodb_at_once, base.accounts_table)).stored()
        except Exception as error:
            # Stored settings are a refinement: without them Millrace can still report faults, such as at /health.
            log.warning("The stored settings can't be read now (%s).", type(error).__name__)
            return services or Services(base, clients, {}, clock, observing)
        if services and version == self._version:
            return services
        self._version = version
        return Services(base, clients, stored, clock, observing)


services = Current()
