"""Accounts in DynamoDB; fulfils the contracts of chalicelib.accounts.ports.

IAM: dynamodb:GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem, Query on the accounts table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts.errors import AccountChanged, AlreadyRegistered, EmailTaken, KeyNotFound, UsernameTaken
from chalicelib.accounts.people import Account, ApiKey, AuditEntry
from chalicelib.jobs.library.takeover import Taken
from chalicelib.stores.dynamo import people_items as items
from chalicelib.stores.dynamo.table import Check, ConditionFailed, NewItem, Removal, Table, Write

ATTEMPT_TRIES = 5


class PeopleTable:
    def __init__(self, table: Table) -> None:
        self._table = table

    # -- accounts --------------------------------------------------------------------------------------------------

    def create_account(self, account: Account, entry: AuditEntry) -> None:
        writes = [
            NewItem(items.user_key(account.id), items.account_item(account)),
            self._claim(items.email_key(account.email), account.id),
            self._claim(items.username_key(account.username), account.id),
            items.new_audit_item(entry),
        ]
        try:
            self._table.transact(writes)
        except ConditionFailed as failed:
            for there, error in zip(failed.items, (AlreadyRegistered, EmailTaken, UsernameTaken), strict=False):
                if there is not None:
                    raise error from None
            raise

    def account(self, user_id: str, *, consistent: bool = True) -> Account | None:
        found = self._table.get(items.user_key(user_id), consistent=consistent)
        return items.account_from(found) if found else None

    def is_account(self, user_id: str) -> bool:
        return self._table.get(items.user_key(user_id), only=items.PUBLIC) is not None

    def id_by_email(self, email: str) -> str | None:
        found = self._table.get(items.email_key(email), only=items.PUBLIC)
        return str(found["user_id"]) if found else None

    def account_by_email(self, email: str) -> Account | None:
        found = self._table.get(items.email_key(email))
        return self.account(found["user_id"]) if found else None

    def take_guest(self, guest_id: str, account_id: str, entry: AuditEntry) -> Taken | None:
        key = items.taken_key(guest_id)
        taken = NewItem(key, items.item(key, account_id=account_id, at=entry.at))
        unregistered = Check(items.user_key(guest_id)).where_equal(PK=None)
        try:
            self._table.transact([taken, unregistered, items.new_audit_item(entry)])
        except ConditionFailed:
            there = self.taken(guest_id)
            return there if there and there.account_id == account_id else None
        return Taken(account_id, entry.at)

    def taken(self, guest_id: str) -> Taken | None:
        found = self._table.get(items.taken_key(guest_id))
        return Taken(found["account_id"], datetime.fromisoformat(found["at"])) if found else None

    def change_account(self, account: Account, changes: Mapping[str, Any], entry: AuditEntry | None) -> Account:
        write = Write(items.user_key(account.id)).set(**changes)
        write.where_equal(email=account.email, username=account.username, password_hash=account.password_hash)
        writes: list[Write] = [write]
        errors: list[type[Exception]] = [AccountChanged]
        for name, key_for, taken in (
            ("email", items.email_key, EmailTaken),
            ("username", items.username_key, UsernameTaken),
        ):
            old, new = key_for(getattr(account, name)), key_for(changes.get(name, getattr(account, name)))
            if new != old:
                writes += [self._claim(new, account.id), Removal(old)]
                errors += [taken, AccountChanged]
        if entry is not None:
            writes.append(items.new_audit_item(entry))
        try:
            self._table.transact(writes)
        except ConditionFailed as failed:
            for there, error in zip(failed.items, errors, strict=False):
                if there is not None:
                    raise error from None
            raise
        return replace(account, **changes)

    def _claim(self, key: tuple[str, str], user_id: str) -> NewItem:
        return NewItem(key, items.item(key, user_id=user_id))

    # -- sessions --------------------------------------------------------------------------------------------------

    def create_session(self, user_id: str, session_id: str, token_id: str, expires_at: datetime) -> None:
        key = items.session_key(user_id, session_id)
        self._table.write(NewItem(key, items.item(key, token_id=token_id, **items.expiring(expires_at))))

    def rotate_session(
        self, user_id: str, session_id: str, token_id: str, new_token_id: str, expires_at: datetime
    ) -> bool | None:
        write = Write(items.session_key(user_id, session_id)).set(token_id=new_token_id, **items.expiring(expires_at))
        try:
            self._table.write(write.where_equal(token_id=token_id))
        except ConditionFailed as failed:
            return False if failed.items[0] else None
        return True

    def has_session(self, user_id: str, session_id: str) -> bool:
        return self._table.get(items.session_key(user_id, session_id)) is not None

    def delete_session(self, user_id: str, session_id: str) -> None:
        self._table.delete(items.session_key(user_id, session_id))

    def delete_sessions(self, user_id: str) -> None:
        for found in self._of_user(user_id, items.SESSION):
            self._table.delete((found["PK"], found["SK"]))

    # -- attempts --------------------------------------------------------------------------------------------------

    def attempt(self, name: str, now: datetime, window: timedelta, limit: int) -> datetime | None:
        for _ in range(ATTEMPT_TRIES):
            known = (self._table.get(items.attempts_key(name)) or {}).get("times")
            recent = [at for at in json.loads(known or "[]") if at > (now - window).timestamp()]
            if len(recent) >= limit:
                return datetime.fromtimestamp(recent[-limit], now.tzinfo) + window
            write = Write(items.attempts_key(name)).set(times=[*recent, now.timestamp()], schema_version=items.SCHEMA)
            write.set(**items.expiring(now + window)).where_equal(times=known)
            try:
                self._table.write(write)
            except ConditionFailed:
                continue
            return None
        return now + timedelta(seconds=1)  # that many concurrent attempts are no typing errors

    def forget_attempts(self, name: str) -> None:
        self._table.delete(items.attempts_key(name))

    def remember(self, name: str, until: datetime) -> None:
        write = Write(items.known_key(name)).set(schema_version=items.SCHEMA, **items.expiring(until))
        self._table.write(write)

    def is_known(self, name: str, now: datetime) -> bool:
        found = self._table.get(items.known_key(name))
        return found is not None and int(found["expires_at_epoch"]) > now.timestamp()

    # -- keys ------------------------------------------------------------------------------------------------------

    def create_key(self, key: ApiKey, digest: str, entry: AuditEntry) -> None:
        pointer = items.key_of_user(key.user_id, key.id)
        self._table.transact(
            [
                NewItem(items.key_key(digest), items.key_item(key, digest)),
                NewItem(pointer, items.item(pointer, digest=digest, **items.expiring(key.expires_at))),
                items.new_audit_item(entry),
            ]
        )

    def key(self, digest: str) -> ApiKey | None:
        found = self._table.get(items.key_key(digest))
        return items.key_from(found) if found else None

    def keys_of(self, user_id: str) -> list[ApiKey]:
        pointers = list(self._of_user(user_id, items.KEY))
        found = self._table.get_many([items.key_key(pointer["digest"]) for pointer in pointers])
        return sorted(map(items.key_from, found), key=lambda key: key.id)

    def delete_key(self, user_id: str, key_id: str, entry: AuditEntry) -> None:
        pointer = items.key_of_user(user_id, key_id)
        found = self._table.get(pointer)
        if not found:
            raise KeyNotFound
        writes = [Removal(pointer), Removal(items.key_key(found["digest"])), items.new_audit_item(entry)]
        try:
            self._table.transact(writes)
        except ConditionFailed:
            raise KeyNotFound from None

    def key_used(self, digest: str, now: datetime) -> None:
        try:
            self._table.write(Write(items.key_key(digest)).set(last_used_at=now).where_exists())
        except ConditionFailed:
            return  # revoked just now

    # -- audit and settings ----------------------------------------------------------------------------------------

    def record(self, entry: AuditEntry) -> None:
        self._table.write(items.new_audit_item(entry))

    def entries(self, *, limit: int, before: str | None) -> tuple[list[AuditEntry], str | None]:
        condition, values = ("#range < :before", {":before": before}) if before else ("", {})
        query = self._table.query(items.AUDIT, condition, values, forward=False, limit=limit + 1)
        found = [items.audit_from(item) for item in query]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def stored(self) -> tuple[dict[str, Any], int]:
        found = self._table.get(items.SETTINGS) or {}
        return json.loads(found.get("content", "{}")), int(found.get("version", 0))

    def store(self, values: Mapping[str, Any], version: int, entry: AuditEntry) -> bool:
        write = Write(items.SETTINGS).set(content=values, version=version + 1, schema_version=items.SCHEMA)
        try:
            self._table.transact([write.where_equal(version=version or None), items.new_audit_item(entry)])
        except ConditionFailed:
            return False
        return True

    def _of_user(self, user_id: str, kind: str) -> Any:
        return self._table.query(items.user_partition(user_id), "begins_with(#range, :kind)", {":kind": kind})
