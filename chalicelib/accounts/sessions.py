"""Signing in and staying signed in. A session is a family of refresh tokens, of which only the latest is valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.accounts.attempts import Attempts
from chalicelib.accounts.audit import Audit
from chalicelib.accounts.errors import SessionEnded, WrongCredentials
from chalicelib.accounts.passwords import Passwords
from chalicelib.accounts.people import Account, User
from chalicelib.accounts.ports import AccountStore, SessionStore
from chalicelib.accounts.tokens import RefreshToken, Tokens
from chalicelib.jobs.errors import Unauthorized
from chalicelib.jobs.ports.outside import Clock, NewId


@dataclass(frozen=True)
class SignedIn:
    """seconds: the access token's lifetime."""

    user_id: str
    seconds: int
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class Sessions:
    def __init__(
        self,
        store: SessionStore,
        accounts: AccountStore,
        tokens: Tokens,
        passwords: Passwords,
        attempts: Attempts,
        audit: Audit,
        clock: Clock,
        new_id: NewId,
        *,
        access_seconds: int,
        refresh_seconds: int,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._tokens = tokens
        self._passwords = passwords
        self._attempts = attempts
        self._audit = audit
        self._clock = clock
        self._new_id = new_id
        self._access_seconds = access_seconds
        self._refresh_seconds = refresh_seconds

    def login(self, email: str, password: str, address: str) -> SignedIn:
        """WrongCredentials, after the same work with or without such an account; TooManyAttempts."""
        self._attempts.begin(email, address)
        account = self._accounts.account_by_email(email)
        right = self._passwords.verify(account.password_hash if account else None, password)
        if account is None or not right:
            raise WrongCredentials
        self._attempts.succeeded(email, address)
        if self._passwords.outdated(account.password_hash):
            account = self._accounts.change_account(account, {"password_hash": self._passwords.hash(password)}, None)
        return self.begin(account)

    def begin(self, account: Account) -> SignedIn:
        token = RefreshToken(account.id, self._new_id(), self._new_id())
        self._store.create_session(token.user_id, token.session, token.id, self._expiry())
        return self._signed_in(account, token)

    def refresh(self, refresh_token: str) -> SignedIn:
        """A new pair for the latest refresh token of a session. An earlier one shows that the token was copied: this
        ends the session, since a thief can't be distinguished from the user. SessionEnded."""
        try:
            given = self._tokens.verify_refresh(refresh_token)
        except Unauthorized:
            raise SessionEnded from None
        fresh = RefreshToken(given.user_id, given.session, self._new_id())
        rotated = self._store.rotate_session(given.user_id, given.session, given.id, fresh.id, self._expiry())
        account = self._accounts.account(given.user_id) if rotated else None
        if account is not None:
            return self._signed_in(account, fresh)
        self._store.delete_session(given.user_id, given.session)
        if rotated is False:
            self._audit.record(given.user_id, "session.reused", given.session)
        raise SessionEnded

    def logout(self, user: User) -> None:
        """Ends the session that the caller has signed in to; a guest or a key has none."""
        if user.session:
            self._store.delete_session(user.id, user.session)

    def _signed_in(self, account: Account, token: RefreshToken) -> SignedIn:
        access = self._tokens.issue(account.id, account.role, self._access_seconds, token.session)
        refresh = self._tokens.issue_refresh(token, self._refresh_seconds)
        return SignedIn(account.id, self._access_seconds, access, refresh)

    def _expiry(self) -> datetime:
        return self._clock() + timedelta(seconds=self._refresh_seconds)
