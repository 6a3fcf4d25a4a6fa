"""People and programs: accounts, sessions' tokens, keys, and the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.jobs.errors import Forbidden

GUEST, USER, ADMIN = "guest", "user", "admin"

READ, UPLOAD, ADMINISTER, ACCOUNT = "read", "upload", "admin", "account"

SCOPES = {
    GUEST: frozenset({READ, UPLOAD}),
    USER: frozenset({READ, UPLOAD, ACCOUNT}),
    ADMIN: frozenset({READ, UPLOAD, ACCOUNT, ADMINISTER}),
}
"""The scopes of each role."""


@dataclass(frozen=True)
class User:
    """The caller. scopes: the credentials'. session: a person's sign-in. expires_at: the token's; None for a key."""

    id: str
    role: str
    scopes: frozenset[str] = frozenset({UPLOAD, READ})
    session: str | None = None
    expires_at: datetime | None = None


def require(user: User, scope: str) -> None:
    """Forbidden where the credentials lack the scope."""
    if scope in user.scopes:
        return
    if scope == ACCOUNT:
        raise Forbidden("This requires signing in with a password: a guest's token or a key isn't enough.")
    raise Forbidden(f"These credentials don't have the scope `{scope}`.")


@dataclass(frozen=True)
class Account:
    """A registered user. email: in lower case. password_hash: argon2id, with its parameters."""

    id: str
    email: str
    username: str
    role: str
    created_at: datetime
    password_hash: str = field(repr=False)
    password_changed_at: datetime | None = None


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. hint: its last four characters. expires_at None: never."""

    id: str
    user_id: str
    name: str
    scopes: tuple[str, ...]
    hint: str
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class AuditEntry:
    """An entry of the audit log. id sorts by time. details: never a secret."""

    id: str
    at: datetime
    actor_id: str
    action: str
    target: str
    details: Mapping[str, Any] = field(default_factory=dict)
