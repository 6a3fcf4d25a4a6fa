"""Shapes of live updates."""

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Time


class LiveTicket(Answer):
    ticket: str = Field(description="Goes into the address as `?ticket=`. Good once, for a minute.")
    url: str = Field(description="Where to open the socket: `ws://…` or `wss://…`, or a path on this very host.")
    expires_at: Time
