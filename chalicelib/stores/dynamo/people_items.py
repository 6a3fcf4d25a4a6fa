"""The items of accounts, sessions, keys and settings in the accounts table: keys and attributes, formatted here alone.

A user's partition holds `USER` (of a guest who has signed in to an account, `TAKEN`), `SESSION#{id}` and `KEY#{id}`; an
email or a username has an item of its own, by which DynamoDB keeps two users from taking it; a key is found by its
hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from chalicelib.accounts.passwords import normal
from chalicelib.accounts.people import Account, ApiKey, AuditEntry
from chalicelib.stores.dynamo.table import Item, Key, NewItem

SCHEMA = 1
USER, SESSION, KEY = "USER", "SESSION#", "KEY#"
AUDIT = "AUDIT"
SETTINGS = ("SETTINGS", "SETTINGS")


PUBLIC = ("PK", "SK", "user_id")
"""The attributes that functions which decode strangers' files may read: they learn that an account exists, and the
owner of an email."""


def user_partition(user_id: str) -> str:
    return f"USER#{user_id}"


def user_key(user_id: str) -> Key:
    return user_partition(user_id), USER


def taken_key(guest_id: str) -> Key:
    return user_partition(guest_id), "TAKEN"


def email_key(email: str) -> Key:
    return f"EMAIL#{email.casefold()}", "EMAIL"


def username_key(username: str) -> Key:
    return f"USERNAME#{normal(username).casefold()}", "USERNAME"


def session_key(user_id: str, session_id: str) -> Key:
    return user_partition(user_id), f"{SESSION}{session_id}"


def key_key(digest: str) -> Key:
    return f"{KEY}{digest}", "KEY"


def key_of_user(user_id: str, key_id: str) -> Key:
    return user_partition(user_id), f"{KEY}{key_id}"


def attempts_key(name: str) -> Key:
    return f"ATTEMPTS#{name}", "ATTEMPTS"


def known_key(name: str) -> Key:
    return f"KNOWN#{name}", "KNOWN"


def audit_key(entry_id: str) -> Key:
    return AUDIT, entry_id


def item(key: Key, **attributes: Any) -> Item:
    return {"PK": key[0], "SK": key[1], "schema_version": SCHEMA} | attributes


def expiring(moment: datetime | None) -> Item:
    """The attribute by which the table deletes an item, some time after that moment."""
    return {"expires_at_epoch": int(moment.timestamp())} if moment else {}


def account_item(account: Account) -> Item:
    return item(user_key(account.id), **{f.name: getattr(account, f.name) for f in fields(Account) if f.name != "id"})


def account_from(found: Mapping[str, Any]) -> Account:
    return Account(
        id=found["PK"].removeprefix("USER#"),
        email=found["email"],
        username=found["username"],
        role=found["role"],
        created_at=datetime.fromisoformat(found["created_at"]),
        password_hash=found["password_hash"],
        password_changed_at=moment(found, "password_changed_at"),
    )


def key_item(key: ApiKey, digest: str) -> Item:
    content = {f.name: getattr(key, f.name) for f in fields(ApiKey) if f.name != "id"}
    return item(key_key(digest), **content, key_id=key.id, **expiring(key.expires_at))


def key_from(found: Mapping[str, Any]) -> ApiKey:
    return ApiKey(
        id=found["key_id"],
        user_id=found["user_id"],
        name=found["name"],
        scopes=tuple(json.loads(found["scopes"])),
        hint=found["hint"],
        created_at=datetime.fromisoformat(found["created_at"]),
        expires_at=moment(found, "expires_at"),
        last_used_at=moment(found, "last_used_at"),
    )


def audit_item(entry: AuditEntry) -> Item:
    content = {f.name: getattr(entry, f.name) for f in fields(AuditEntry) if f.name != "id"}
    return item(audit_key(entry.id), **content)


def new_audit_item(entry: AuditEntry) -> NewItem:
    return NewItem(audit_key(entry.id), audit_item(entry))


def audit_from(found: Mapping[str, Any]) -> AuditEntry:
    return AuditEntry(
        id=found["SK"],
        at=datetime.fromisoformat(found["at"]),
        actor_id=found["actor_id"],
        action=found["action"],
        target=found["target"],
        details=json.loads(found["details"]),
    )


def moment(found: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(found[name]) if name in found else None
