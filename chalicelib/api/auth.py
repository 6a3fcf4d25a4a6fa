"""Sign-in, and the user's own account."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from chalicelib.accounts.errors import (
    AccountChanged,
    AlreadyRegistered,
    EmailTaken,
    GuestsOff,
    GuestTokenRefused,
    RegistrationOff,
    SessionEnded,
    TooManyAttempts,
    TooManyGuests,
    UsernameTaken,
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from chalicelib.accounts.people import GUEST, READ, SCOPES, Account, User
from chalicelib.accounts.sessions import SignedIn
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.preconditions import check_match, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.accounts import (
    AccountAnswer,
    AccountChanges,
    LoginRequest,
    PasswordRequest,
    RefreshRequest,
    RegisterRequest,
    SignedInAnswer,
    TakenOverAnswer,
    Token,
)
from chalicelib.jobs.errors import FieldError, InvalidFields, PreconditionFailed, Unauthorized
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services

routes = Routes(__name__)

ME = "/api/auth/me"
TAKEOVER_FOR = timedelta(seconds=10)
"""Part of the 29 seconds for which API Gateway waits."""
NEEDS_PASSWORD = FieldError("current_password", "is needed to change the email")


@routes.route(
    "POST",
    "/auth/guest",
    "Start as a guest",
    answer=Token,
    status=201,
    open=True,
    headers=("Location",),
    errors=(GuestsOff, TooManyGuests),
)
def begin_as_guest(call: Call) -> Reply:
    if not services().settings.allow_guests:
        raise GuestsOff
    services().attempts.begin_guest(call.address, services().settings.guests_per_hour)
    user_id, seconds = new_id(), services().settings.guest_seconds
    token = services().tokens.issue(user_id, GUEST, seconds)
    return Reply(Token(access_token=token, expires_in=seconds, user_id=user_id), 201, {"Location": ME})


@routes.route(
    "POST",
    "/auth/register",
    "Create an account",
    body=RegisterRequest,
    answer=AccountAnswer,
    status=201,
    open=True,
    headers=("Location",),
    errors=(
        RegistrationOff,
        WeakPassword,
        EmailTaken,
        UsernameTaken,
        AlreadyRegistered,
        AccountChanged,
        Unauthorized,
    ),
)
def register(call: Call) -> Reply:
    return Reply(registered(call, call.body), 201, {"Location": ME})


def registered(call: Call, body: RegisterRequest) -> AccountAnswer:
    if not services().settings.allow_registration:
        raise RegistrationOff
    # An invalid token is refused, not ignored: the guest's jobs would be lost silently.
    caller = services().authenticate(call.headers) if call.headers.get("authorization") else None
    services().first_admin.ensure(body.email)
    guest_id = caller.id if caller and caller.role == GUEST else None
    account = services().users.register(body.email, body.username, body.password.get_secret_value(), guest_id=guest_id)
    services().authentication.has_registered(account.id)
    return account_answer(account, SCOPES[account.role])


@routes.route(
    "POST",
    "/auth/login",
    "Sign in",
    body=LoginRequest,
    answer=SignedInAnswer,
    open=True,
    errors=(WrongCredentials, TooManyAttempts, GuestTokenRefused),
)
def login(call: Call) -> SignedInAnswer:
    body: LoginRequest = call.body
    services().first_admin.ensure(body.email)
    guest_id = _guest(body.guest_token.get_secret_value()) if body.guest_token else None
    signed_in = services().sessions.login(body.email, body.password.get_secret_value(), call.address)
    answer = signed_in_answer(signed_in)
    return answer.model_copy(update={"taken_over": _taken_over(guest_id, signed_in.user_id)}) if guest_id else answer


def _guest(token: str) -> str:
    """The guest whose token it is. A token that was taken over before may come again, from a client that missed the
    answer."""
    try:
        guest = services().tokens.verify(token)
    except Unauthorized:
        raise GuestTokenRefused from None
    if guest.role != GUEST:
        raise GuestTokenRefused
    return guest.id


def _taken_over(guest_id: str, account_id: str) -> TakenOverAnswer:
    taken = services().users.take_guest(guest_id, account_id)
    services().authentication.has_registered(guest_id)
    # These first, since running jobs need them.
    connections = services().owners_connections.hand_on(guest_id, account_id)
    found = services().takeover.begin(guest_id, taken, services().clock() + TAKEOVER_FOR)
    return TakenOverAnswer(**asdict(found), connections=connections)


@routes.route(
    "POST",
    "/auth/refresh",
    "Refresh the tokens",
    body=RefreshRequest,
    answer=SignedInAnswer,
    open=True,
    errors=(SessionEnded,),
)
def refresh(call: Call) -> SignedInAnswer:
    body: RefreshRequest = call.body
    return signed_in_answer(services().sessions.refresh(body.refresh_token.get_secret_value()))


@routes.route("POST", "/auth/logout", "Sign out", status=204, scope=READ)
def logout(call: Call) -> Reply:
    services().sessions.logout(call.user)
    services().authentication.has_ended(call.user.session or "")
    return Reply(None, 204)


@routes.route("GET", "/auth/me", "Your account", answer=AccountAnswer, conditional=True)
def get_me(call: Call) -> AccountAnswer:
    return me(call.user)


@routes.route(
    "PATCH",
    "/auth/me",
    "Change your account",
    body=AccountChanges,
    answer=AccountAnswer,
    scope="account",
    errors=(EmailTaken, UsernameTaken, WrongPassword, TooManyAttempts, AccountChanged, PreconditionFailed),
)
def change_me(call: Call) -> Reply:
    body: AccountChanges = call.body
    changes = {name: value for name, value in (("email", body.email), ("username", body.username)) if value}
    account = services().users.account(call.user.id)
    check_match(call, account_answer(account, call.user.scopes))
    if changes.get("email", account.email) != account.email and body.current_password is None:
        raise InvalidFields("The email is what you sign in with.", errors=[NEEDS_PASSWORD])
    password = body.current_password.get_secret_value() if body.current_password else None
    return versioned(
        account_answer(services().users.change(account, changes, password, call.address), call.user.scopes)
    )


@routes.route(
    "POST",
    "/auth/password",
    "Change your password",
    body=PasswordRequest,
    answer=SignedInAnswer,
    scope="account",
    errors=(WrongPassword, WeakPassword, TooManyAttempts, AccountChanged),
)
def change_password(call: Call) -> SignedInAnswer:
    """Ends every session, including this one; the answer begins another."""
    body: PasswordRequest = call.body
    current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    account = services().users.change_password(services().users.account(call.user.id), current, new, call.address)
    services().authentication.has_ended(call.user.session or "")
    return signed_in_answer(services().sessions.begin(account))


def me(user: User) -> AccountAnswer:
    if user.role == GUEST:
        return AccountAnswer(
            id=user.id, email=None, username=None, role=GUEST, scopes=sorted(user.scopes), created_at=None
        )
    return account_answer(services().users.account(user.id), user.scopes)


def account_answer(account: Account, scopes: frozenset[str]) -> AccountAnswer:
    return AccountAnswer(
        id=account.id,
        email=account.email,
        username=account.username,
        role=account.role,
        scopes=sorted(scopes),
        created_at=account.created_at,
    )


def signed_in_answer(signed_in: SignedIn) -> SignedInAnswer:
    return SignedInAnswer(
        access_token=signed_in.access_token,
        refresh_token=signed_in.refresh_token,
        expires_in=signed_in.seconds,
        user_id=signed_in.user_id,
    )
