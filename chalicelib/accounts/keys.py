"""Keys for programs: shown once, kept as a hash, valid for the scopes that they were made with."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from chalicelib.accounts.audit import Audit
from chalicelib.accounts.people import ADMIN, ADMINISTER, READ, UPLOAD, USER, ApiKey, User
from chalicelib.accounts.ports import AccountStore, KeyStore
from chalicelib.jobs.errors import Forbidden, TooManyKeys, Unauthorized
from chalicelib.jobs.ports.outside import Clock, NewId

PREFIX = "mr_"
MOST = 50
USE_NOTED_EVERY = timedelta(hours=1)


class ApiKeys:
    def __init__(self, store: KeyStore, accounts: AccountStore, audit: Audit, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._accounts = accounts
        self._audit = audit
        self._clock = clock
        self._new_id = new_id

    def create(self, user: User, name: str, scopes: Sequence[str], days: int | None) -> tuple[ApiKey, str]:
        """The key's record, and the key itself, which is shown only this once. Forbidden for a scope that the user
        doesn't have."""
        if beyond := set(scopes) - user.scopes:
            raise Forbidden(f"You can't grant scopes that you don't have: {', '.join(sorted(beyond))}.")
        if len(self._store.keys_of(user.id)) >= MOST:
            raise TooManyKeys(f"You have {MOST} keys. Revoke one.")
        secret, now = PREFIX + secrets.token_hex(20), self._clock()
        key = ApiKey(
            id=self._new_id(),
            user_id=user.id,
            name=name,
            scopes=tuple(sorted(set(scopes))),
            hint=secret[-4:],
            created_at=now,
            expires_at=now + timedelta(days=days) if days else None,
        )
        details = {"name": name, "scopes": list(key.scopes)}
        self._store.create_key(key, digest(secret), self._audit.entry(user.id, "key.created", key.id, details))
        return key, secret

    def of(self, user_id: str) -> list[ApiKey]:
        return self._store.keys_of(user_id)

    def revoke(self, user_id: str, key_id: str) -> None:
        """KeyNotFound, also for another user's key."""
        self._store.delete_key(user_id, key_id, self._audit.entry(user_id, "key.revoked", key_id))

    def verify(self, secret: str) -> User:
        """The key's user, with the key's scopes. Unauthorized unless the key is known and in force."""
        hashed, now = digest(secret), self._clock()
        key = self._store.key(hashed)
        if key is None or (key.expires_at is not None and key.expires_at <= now):
            raise Unauthorized("The key is wrong, was revoked or has expired.")
        if key.last_used_at is None or now - key.last_used_at >= USE_NOTED_EVERY:
            self._store.key_used(hashed, now)
        granted = frozenset(key.scopes) & {READ, UPLOAD}
        if ADMINISTER in key.scopes and self._administers(key.user_id):
            return User(key.user_id, ADMIN, granted | {ADMINISTER})
        return User(key.user_id, USER, granted)

    def _administers(self, user_id: str) -> bool:
        """Whether the key's owner is still an admin: a key doesn't outlast that role."""
        account = self._accounts.account(user_id)
        return account is not None and account.role == ADMIN


def digest(secret: str) -> str:
    # 160 random bits need no salt and no slowness.
    return hashlib.sha256(secret.encode()).hexdigest()
