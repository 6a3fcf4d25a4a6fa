"""Who sent a request: a person with an access token, or a program with a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from chalicelib.accounts.keys import PREFIX, ApiKeys
from chalicelib.accounts.people import GUEST, User
from chalicelib.accounts.ports import AccountStore
from chalicelib.accounts.tokens import Tokens
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ports import Clock

ASK_AGAIN = timedelta(minutes=1)
REMEMBERED = 10_000


class Authentication:
    def __init__(self, tokens: Tokens, keys: ApiKeys, accounts: AccountStore, clock: Clock) -> None:
        self._tokens = tokens
        self._keys = keys
        self._accounts = accounts
        self._clock = clock
        self._guests: dict[str, datetime] = {}

    def authenticate(self, headers: Mapping[str, str]) -> User:
        """Who sent these headers (names in lower case). Unauthorized."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if token.startswith(PREFIX):
            return self._keys.verify(token)
        user = self._tokens.verify(token)
        if user.role == GUEST and not self._still_guest(user.id):
            raise Unauthorized("This guest has registered. Sign in with the account.")
        return user

    def has_registered(self, guest_id: str) -> None:
        """Ends the guest's token here at once; in other containers it ends within a minute."""
        self._guests.pop(guest_id, None)

    def _still_guest(self, user_id: str) -> bool:
        """A guest's token is good for weeks: once the guest has an account, only its password may open it. Asked for at
        most once a minute, so that polling stays as cheap as it was."""
        now = self._clock()
        if self._guests.get(user_id, now) > now:
            return True
        if self._accounts.account(user_id) is not None:
            return False
        if len(self._guests) >= REMEMBERED:
            self._guests.clear()
        self._guests[user_id] = now + ASK_AGAIN
        return True
