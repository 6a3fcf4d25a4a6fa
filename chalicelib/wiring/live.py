"""The services of live updates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.jobs.ids import new_id
from chalicelib.wiring.library import LibraryServices

if TYPE_CHECKING:
    from chalicelib.accounts.standing import Standing
    from chalicelib.jobs.model import Job
    from chalicelib.live.states import States
    from chalicelib.live.talking import Talking
    from chalicelib.live.tickets import Tickets
    from chalicelib.live.watching import Watching
    from chalicelib.stores.dynamo.live_table import LiveTable
    from chalicelib.stores.sockets import ManagedSockets


class LiveServices(LibraryServices):
    """Tickets, sockets' messages, and the looks at watched topics."""

    @cached_property
    def live_table(self) -> LiveTable:
        from chalicelib.stores.dynamo.live_table import LiveTable

        return LiveTable(self.jobs_table)

    @cached_property
    def sockets(self) -> ManagedSockets:
        from chalicelib.stores.sockets import ManagedSockets

        return ManagedSockets(self.settings.live_endpoint or "", lambda: self.clients.session)

    @cached_property
    def standing(self) -> Standing:
        from chalicelib.accounts.standing import Standing

        return Standing(self.people, self.people, self.people, self.clock)

    @cached_property
    def live_tickets(self) -> Tickets:
        from chalicelib.live.tickets import Tickets

        return Tickets(self.live_table, self.standing, self.clock)

    @cached_property
    def live_states(self) -> States:
        from chalicelib.live.states import States

        def describe(job: Job) -> Mapping[str, Any]:
            from chalicelib.api.live_views import frame

            return frame(job)

        return States(self.jobs, describe, self.clock)

    @cached_property
    def talking(self) -> Talking:
        from chalicelib.live.talking import Talking

        return Talking(
            self.live_table,
            self.sockets,
            self.queues,
            self.live_tickets,
            self.live_states,
            self.standing,
            self.clock,
            new_id,
        )

    @cached_property
    def watching(self) -> Watching:
        from chalicelib.live.watching import Watching

        return Watching(self.live_table, self.sockets, self.queues, self.live_states, self.standing, self.clock)
