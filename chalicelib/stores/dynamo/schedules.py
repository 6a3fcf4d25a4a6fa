"""Schedules in DynamoDB: each in its owner's partition, and in the index `due` under a shard of its own until paused.

IAM: as chalicelib.stores.dynamo.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chalicelib.jobs.errors import ScheduleNotFound, StaleTransition, TooManySchedules
from chalicelib.jobs.schedules import Schedule, Started
from chalicelib.jobs.timing import Timing
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Table, Write, timestamp

SCHEDULE = "SCHEDULE#"
DUE = "schedules"


class ScheduleTable:
    """Fulfils chalicelib.jobs.schedules.ScheduleStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_schedule(self, schedule: Schedule, most: int) -> Schedule:
        there = self.schedules(schedule.owner_id)
        for one in there:
            if one.id == schedule.id:
                return one
        if len(there) >= most:
            raise TooManySchedules(f"You have {most} schedules. Delete one first.", retry_after=60)
        key = _key(schedule.owner_id, schedule.id)
        item: Item = {"PK": key[0], "SK": key[1], "name": schedule.name, "pipeline": schedule.pipeline}
        item |= {"path": schedule.path, "recursive": schedule.recursive, "created_at": schedule.created_at}
        item |= _changes({"options": schedule.options, "timing": schedule.timing, "next_at": schedule.next_at})
        with suppress(ConditionFailed):
            self._table.write(NewItem(key, item))
        return self.schedule(schedule.owner_id, schedule.id)

    def schedule(self, owner_id: str, schedule_id: str) -> Schedule:
        item = self._table.get(_key(owner_id, schedule_id))
        if item is None:
            raise ScheduleNotFound("There is no such schedule.")
        return _schedule(item)

    def schedules(self, owner_id: str) -> list[Schedule]:
        found = self._table.query(f"USER#{owner_id}", "begins_with(#range, :kind)", {":kind": SCHEDULE})
        return [_schedule(item) for item in found]

    def change_schedule(self, schedule: Schedule, changes: Mapping[str, Any]) -> Schedule:
        write = Write(_key(schedule.owner_id, schedule.id)).where_exists()
        write.where_equal(version=schedule.version or None).set(**_changes(changes), version=schedule.version + 1)
        try:
            return _schedule(self._table.write(write))
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise ScheduleNotFound("There is no such schedule.") from None
            raise StaleTransition(schedule.id) from None

    def delete_schedule(self, schedule: Schedule) -> None:
        self._table.delete(_key(schedule.owner_id, schedule.id))

    def due_schedules(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        found = self._table.query(
            DUE,
            "#range <= :now",
            {":now": timestamp(now)},
            index="due",
            hash_name="due_shard",
            range_name="due_at",
            limit=limit,
        )
        return [(item["PK"].removeprefix("USER#"), item["SK"].removeprefix(SCHEDULE)) for item in found]


def _key(owner_id: str, schedule_id: str) -> Key:
    return f"USER#{owner_id}", f"{SCHEDULE}{schedule_id}"


def _changes(changes: Mapping[str, Any]) -> Item:
    """Fields as attributes: a schedule with a due time is in the index."""
    item = dict(changes)
    if timing := item.pop("timing", None):
        item |= {"since": timing.since, "cron": timing.cron, "every_minutes": timing.every_minutes, "zone": timing.zone}
    if "next_at" in item:
        at = item.pop("next_at")
        item |= {"due_at": at, "due_shard": DUE if at else None}
    if "history" in item:
        item["history"] = [_plain(started) for started in item["history"]]
    return item


def _plain(started: Started) -> dict[str, Any]:
    known = {name: value for name, value in asdict(started).items() if value is not None}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()}


def _started(value: Mapping[str, Any]) -> Started:
    times = {name: datetime.fromisoformat(value[name]) if name in value else None for name in ("at", "due_at")}
    return Started(**{"job_id": None, **value, **times})


def _schedule(item: Item) -> Schedule:
    moments = {name: datetime.fromisoformat(item[name]) for name in ("since", "created_at")}
    due_at = datetime.fromisoformat(item["due_at"]) if "due_at" in item else None
    return Schedule(
        id=item["SK"].removeprefix(SCHEDULE),
        owner_id=item["PK"].removeprefix("USER#"),
        name=item["name"],
        pipeline=item["pipeline"],
        options=json.loads(item["options"]),
        path=item.get("path"),
        recursive=item["recursive"],
        timing=Timing(moments["since"], item.get("cron"), item.get("every_minutes"), item["zone"]),
        next_at=due_at,
        created_at=moments["created_at"],
        history=tuple(_started(value) for value in json.loads(item.get("history", "[]"))),
        version=item.get("version", 0),
    )
