"""The ports of accounts. A method that names a condition writes nothing where the condition fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.accounts.people import Account, ApiKey, AuditEntry
from chalicelib.jobs.library.takeover import Taken


class AccountStore(Protocol):
    def create_account(self, account: Account, entry: AuditEntry) -> None:
        """Writes the account and its claims to email and username in one transaction. AlreadyRegistered where the id
        has an account; EmailTaken, UsernameTaken, both compared without regard to case."""

    def account(self, user_id: str, *, consistent: bool = True) -> Account | None: ...
    def take_guest(self, guest_id: str, account_id: str, entry: AuditEntry) -> Taken | None:
        """Records that the guest's belongings are the account's, and returns since when: the first time counts. None
        where another account took the guest over, or the guest has one."""

    def taken(self, guest_id: str) -> Taken | None:
        """Strongly consistent."""

    def is_account(self, user_id: str) -> bool:
        """Reads no attribute of the account."""

    def id_by_email(self, email: str) -> str | None:
        """The id of the account with that email; reads no other attribute."""

    def account_by_email(self, email: str) -> Account | None: ...
    def change_account(self, account: Account, changes: Mapping[str, Any], entry: AuditEntry | None) -> Account:
        """Returns the changed account. EmailTaken, UsernameTaken; AccountChanged where email, username or password are
        no longer as in `account`."""


class SessionStore(Protocol):
    def create_session(self, user_id: str, session_id: str, token_id: str, expires_at: datetime) -> None: ...
    def rotate_session(
        self, user_id: str, session_id: str, token_id: str, new_token_id: str, expires_at: datetime
    ) -> bool | None:
        """True where `token_id` was the session's current one and `new_token_id` is now; False where it was another;
        None where there is no such session."""

    def has_session(self, user_id: str, session_id: str) -> bool: ...
    def delete_session(self, user_id: str, session_id: str) -> None: ...
    def delete_sessions(self, user_id: str) -> None: ...


class AttemptStore(Protocol):
    def attempt(self, name: str, now: datetime, window: timedelta, limit: int) -> datetime | None:
        """Counts an attempt and returns None; where there were `limit` within `window`, counts nothing and returns when
        the next one is allowed. Concurrent attempts never exceed `limit` either."""

    def forget_attempts(self, name: str) -> None: ...
    def remember(self, name: str, until: datetime) -> None: ...
    def is_known(self, name: str, now: datetime) -> bool:
        """Whether it is still remembered now."""


class KeyStore(Protocol):
    def create_key(self, key: ApiKey, digest: str, entry: AuditEntry) -> None: ...
    def key(self, digest: str) -> ApiKey | None: ...
    def keys_of(self, user_id: str) -> list[ApiKey]:
        """The oldest first."""

    def delete_key(self, user_id: str, key_id: str, entry: AuditEntry) -> None:
        """KeyNotFound."""

    def key_used(self, digest: str, now: datetime) -> None: ...


class AuditStore(Protocol):
    def record(self, entry: AuditEntry) -> None: ...
    def entries(self, *, limit: int, before: str | None) -> tuple[list[AuditEntry], str | None]:
        """A page of entries, the latest first; and the id to continue before, None at the end."""


class SettingStore(Protocol):
    def stored(self) -> tuple[dict[str, Any], int]:
        """The values that were set, and their version (0: none ever was)."""

    def store(self, values: Mapping[str, Any], version: int, entry: AuditEntry) -> bool:
        """Replaces all of them where they are still at `version`; False otherwise."""
