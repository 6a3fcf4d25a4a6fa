"""Shapes of live updates."""

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Time


class LiveTicket(Answer):
    ticket: str = Field(description="The socket's query parameter `ticket`. Valid once, within a minute.")
    url: str = Field(description="The socket's address: `ws://…` or `wss://…`, or a path on this host.")
    expires_at: Time
