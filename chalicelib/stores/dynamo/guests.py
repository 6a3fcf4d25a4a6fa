"""Guests in DynamoDB: in the accounts table, the bytes sent from each range of addresses; in the jobs table, in the
index `due` under a shard of its own, the end of each guest's token.

IAM: as chalicelib.stores.dynamo.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.stores.dynamo.table import ConditionFailed, Key, Table, Write, timestamp

DUE = "guests"
TRIES = 5


class QuotaTable:
    """Fulfils chalicelib.accounts.guest_quota.QuotaStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take_bytes(self, name: str, size: int, limit: int, now: datetime, window: timedelta) -> datetime | None:
        if size > limit:
            return now + window
        for _ in range(TRIES):
            more = Write(_quota_key(name)).add(bytes=size)
            until, known = more.name("until"), more.name("bytes")
            more.where(f"{until} > {more.value(now)} AND {known} <= {more.value(limit - size)}")
            try:
                self._table.write(more)
            except ConditionFailed as failed:
                there = failed.items[0] or {}
            else:
                return None
            if "until" in there and (free_at := datetime.fromisoformat(there["until"])) > now:
                return free_at
            first = Write(_quota_key(name)).where_equal(until=there.get("until"))
            ends = now + window
            first.set(bytes=size, until=ends, expires_at_epoch=int(ends.timestamp()))
            try:
                self._table.write(first)
            except ConditionFailed:
                continue  # another was the first
            return None
        return now + timedelta(seconds=1)

    def give_back_bytes(self, name: str, size: int) -> None:
        self._table.write(Write(_quota_key(name)).add(bytes=-size))


class GuestTable:
    """Fulfils chalicelib.jobs.library.guests.GuestStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_guest(self, user_id: str, until: datetime) -> None:
        self._table.write(Write(_guest_key(user_id)).set(due_shard=DUE, due_at=until))

    def due_guests(self, now: datetime, limit: int) -> list[str]:
        found = self._table.query(
            DUE,
            "#range <= :now",
            {":now": timestamp(now)},
            index="due",
            hash_name="due_shard",
            range_name="due_at",
            limit=limit,
        )
        return [item["PK"].removeprefix("USER#") for item in found]

    def forget_guest(self, user_id: str) -> None:
        self._table.delete(_guest_key(user_id))


def _quota_key(name: str) -> Key:
    return f"GUESTS#{name}", "GUESTS"


def _guest_key(user_id: str) -> Key:
    return f"USER#{user_id}", "GUEST"
