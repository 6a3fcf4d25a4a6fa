"""Signing in."""

from __future__ import annotations

from chalicelib.api.http import Call, Reply, Routes
from chalicelib.api.models import Token
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("POST", "/auth/guest", "Begin as a guest", answer=Token, status=201, open=True)
def begin_as_guest(call: Call) -> Reply:
    user_id, seconds = new_id(), services().settings.guest_seconds
    token = services().tokens.issue(user_id, "guest", seconds)
    return Reply(Token(access_token=token, expires_in=seconds, user_id=user_id), 201)
