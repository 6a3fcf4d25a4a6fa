"""Live updates: the tickets that open sockets."""

from __future__ import annotations

from chalicelib.accounts.people import READ
from chalicelib.accounts.standing import Credential
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.live import LiveTicket
from chalicelib.jobs.errors import NoLiveUpdates
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "POST",
    "/live/ticket",
    "A ticket for a socket",
    answer=LiveTicket,
    status=201,
    scope=READ,
    errors=(NoLiveUpdates,),
)
def create_live_ticket(call: Call) -> LiveTicket:
    """Addresses are logged where headers aren't, so a ticket opens a socket, never a token. The ticket gives the same
    access as the token or key that requested it, until that expires."""
    url = services().settings.live_url
    if not url or not services().settings.live_endpoint:
        raise NoLiveUpdates("This installation has no sockets. Ask for the status, at the pace that it names.")
    credential = Credential.of(call.user, call.headers.get("authorization", ""))
    ticket, expires_at = services().live_tickets.issue(credential)
    return LiveTicket(ticket=ticket, url=url, expires_at=expires_at)
