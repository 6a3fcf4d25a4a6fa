"""Whether credentials are still valid, for uses that outlast the request that brought them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.accounts.keys import PREFIX, digest
from chalicelib.accounts.people import GUEST, User
from chalicelib.accounts.ports import AccountStore, KeyStore, SessionStore
from chalicelib.jobs.ports.outside import Clock

BELIEVED = timedelta(seconds=5)
REMEMBERED = 10_000


@dataclass(frozen=True)
class Credential:
    """The record of a token or key; it can't be used in its place.

    kind: session, key or guest. name: the session's id or the key's hash; a guest's is empty. expires_at: None for a
    key without an end.
    """

    user_id: str
    kind: str
    name: str = ""
    expires_at: datetime | None = None

    @classmethod
    def of(cls, user: User, authorization: str) -> Credential:
        """The credential of `user`. authorization: the header that authenticated the user."""
        secret = authorization.partition(" ")[2].strip()
        if secret.startswith(PREFIX):
            return cls(user.id, "key", digest(secret), user.expires_at)
        if user.role == GUEST:
            return cls(user.id, "guest", "", user.expires_at)
        return cls(user.id, "session", user.session or "", user.expires_at)


class Standing:
    """Costs one read each time, and none for the next five seconds."""

    def __init__(self, accounts: AccountStore, sessions: SessionStore, keys: KeyStore, clock: Clock) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._keys = keys
        self._clock = clock
        self._believed: dict[Credential, datetime] = {}

    def stands(self, credential: Credential) -> bool:
        now = self._clock()
        if credential.expires_at is not None and credential.expires_at <= now:
            return False
        if self._believed.get(credential, now) > now:
            return True
        if not self._looked_up(credential, now):
            self._believed.pop(credential, None)
            return False
        if len(self._believed) >= REMEMBERED:
            self._believed.clear()
        self._believed[credential] = now + BELIEVED
        return True

    def _looked_up(self, credential: Credential, now: datetime) -> bool:
        match credential.kind:
            case "session":
                return self._sessions.has_session(credential.user_id, credential.name)
            case "key":
                key = self._keys.key(credential.name)
                return key is not None and (key.expires_at is None or key.expires_at > now)
            case "guest":  # once a guest has an account, only its password opens it
                return self._accounts.account(credential.user_id) is None
        return False
