"""Sign-up and sign-in by the colour system's calls, with Millrace's accounts."""

from __future__ import annotations

import re

from chalicelib.accounts.errors import (
    AccountChanged,
    AlreadyRegistered,
    EmailTaken,
    RegistrationOff,
    SessionEnded,
    TooManyAttempts,
    UsernameTaken,
    WeakPassword,
    WrongCredentials,
)
from chalicelib.accounts.people import READ
from chalicelib.api import auth
from chalicelib.api.compat.colour import worded
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.accounts import AccountAnswer, RegisterRequest
from chalicelib.api.models.compat.colour import (
    ColourError,
    ColourRefresh,
    ColourSaid,
    ColourSignIn,
    ColourSignUp,
    ColourTokens,
    ColourUser,
)
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services

routes = Routes(__name__, Dialect(ColourError, worded))

OTHER = re.compile(r"[^\w .-]+")
SHORTEST, LONGEST = 3, 50


@routes.route(
    "POST",
    "/compat/colour/auth/signup",
    "Create an account, by the colour system's call",
    body=ColourSignUp,
    answer=ColourUser,
    status=201,
    open=True,
    errors=(RegistrationOff, WeakPassword, EmailTaken, UsernameTaken, AlreadyRegistered, AccountChanged, Unauthorized),
)
def sign_up_for_colour(call: Call) -> Reply:
    """Usernames are unique: some letters are added to a taken name."""
    body: ColourSignUp = call.body
    wanted = _name(body.full_name or body.email.partition("@")[0])

    def register(username: str) -> AccountAnswer:
        given = {"email": body.email, "username": username, "password": body.password}
        return auth.registered(call, RegisterRequest.model_validate(given))

    try:
        made = register(wanted)
    except UsernameTaken:
        made = register(f"{wanted[: LONGEST - 7]}-{new_id()[-6:]}")
    return Reply(_user(made), 201)


@routes.route(
    "POST",
    "/compat/colour/auth/signin",
    "Sign in with a form",
    form=ColourSignIn,
    answer=ColourTokens,
    open=True,
    errors=(WrongCredentials, TooManyAttempts),
)
def sign_in_for_colour(call: Call) -> ColourTokens:
    body: ColourSignIn = call.body
    services().first_admin.ensure(body.username)
    found = services().sessions.login(body.username, body.password.get_secret_value(), call.address)
    return ColourTokens(access_token=found.access_token, refresh_token=found.refresh_token)


@routes.route(
    "POST",
    "/compat/colour/auth/refresh",
    "Refresh the tokens, by the colour system's call",
    body=ColourRefresh,
    answer=ColourTokens,
    open=True,
    errors=(SessionEnded,),
)
def refresh_for_colour(call: Call) -> ColourTokens:
    """The refresh token can be used once; the answer contains the next."""
    found = services().sessions.refresh(call.body.refresh_token.get_secret_value())
    return ColourTokens(access_token=found.access_token, refresh_token=found.refresh_token)


@routes.route("GET", "/compat/colour/auth/me", "Your account, in the colour system's shape", answer=ColourUser)
def get_colour_user(call: Call) -> ColourUser:
    return _user(auth.me(call.user))


@routes.route(
    "POST",
    "/compat/colour/auth/logout",
    "Sign out, by the colour system's call",
    answer=ColourSaid,
    scope=READ,
)
def sign_out_for_colour(call: Call) -> ColourSaid:
    services().sessions.logout(call.user)
    services().authentication.has_ended(call.user.session or "")
    return ColourSaid(message="Successfully logged out")


def _name(wanted: str) -> str:
    name = OTHER.sub("-", wanted).strip(" .-")[:LONGEST].strip(" .-")
    return name if len(name) >= SHORTEST else f"user-{new_id()[-8:]}"


def _user(account: AccountAnswer) -> ColourUser:
    return ColourUser(id=account.id, email=account.email, full_name=account.username, created_at=account.created_at)
