"""Authentication of requests: a person's access token, or a program's key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.accounts.keys import PREFIX, ApiKeys
from chalicelib.accounts.people import ACCOUNT, ADMINISTER, GUEST, User
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.tokens import Tokens
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ports.outside import Clock

GUESTS_FOR = timedelta(minutes=1)
SESSIONS_FOR = timedelta(seconds=5)
"""How long a look-up is cached, so that polling stays cheap and yet a session ends within seconds."""
REMEMBERED = 10_000


class Authentication:
    def __init__(
        self, tokens: Tokens, keys: ApiKeys, accounts: AccountStore, sessions: SessionStore, clock: Clock
    ) -> None:
        self._tokens = tokens
        self._keys = keys
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self._believed: dict[str, datetime] = {}

    def authenticate(self, headers: Mapping[str, str], scope: str | None = None) -> User:
        """The caller with these headers (names in lower case). scope: the route's. Unauthorized."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if token.startswith(PREFIX):
            return self._keys.verify(token)
        user = self._tokens.verify(token)
        if user.role == GUEST:
            self._check_guest(user.id)
        else:
            self._check_session(user, at_once=scope in (ACCOUNT, ADMINISTER))
        return user

    def has_registered(self, guest_id: str) -> None:
        """Ends the token of a guest who has registered or signed in to an account: here at once, in other containers
        within a minute."""
        self._believed.pop(guest_id, None)

    def has_ended(self, session: str) -> None:
        """Ends the session's access tokens here at once; in other containers they end within seconds."""
        self._believed.pop(session, None)

    def _check_guest(self, user_id: str) -> None:
        """Refuses the token of a guest who has an account: the token lasts for weeks, but only the password may open an
        account."""
        if self._believes(user_id):
            return
        if self._accounts.account(user_id) is not None:
            raise Unauthorized("This guest has registered. Sign in with the account.")
        if self._accounts.taken(user_id) is not None:
            raise Unauthorized("This guest has signed in to an account. Sign in with that.")
        self._believe(user_id, GUESTS_FOR)

    def _check_session(self, user: User, *, at_once: bool) -> None:
        """Refuses the access tokens of an ended session, such as after a sign-out or a change of password. at_once:
        without the cache, for requests that change an account or the installation."""
        session = user.session or ""
        if not at_once and self._believes(session):
            return
        if not session or not self._sessions.has_session(user.id, session):
            self.has_ended(session)
            raise Unauthorized("This session has ended. Sign in again.")
        self._believe(session, SESSIONS_FOR)

    def _believes(self, name: str) -> bool:
        now = self._clock()
        return self._believed.get(name, now) > now

    def _believe(self, name: str, how_long: timedelta) -> None:
        if len(self._believed) >= REMEMBERED:
            self._believed.clear()
        self._believed[name] = self._clock() + how_long
