"""Plans in DynamoDB: `PLANS#{owner}` / `PLAN#{id}`, and all changes of a scene in one item, `PLAN#{id}` /
`SCENE#{id}`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from chalicelib.catalogue.plans import Change, Plan, PlanFull, PlanStatus
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Table, Write

_plan = TypeAdapter(Plan)
_changes = TypeAdapter(tuple[Change, ...])


LARGEST = 380_000
"""Bytes: an item of the table holds 400 kB."""


class PlanTable:
    """Fulfils chalicelib.catalogue.ports.PlanStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, plan: Plan) -> bool:
        key = plan_key(plan.owner_id, plan.id)
        try:
            self._table.write(NewItem(key, {"PK": key[0], "SK": key[1], **_stored(plan)}))
        except ConditionFailed:
            return False
        return True

    def plan(self, owner_id: str, plan_id: str) -> Plan | None:
        item = self._table.get(plan_key(owner_id, plan_id))
        return _plan_from(item) if item else None

    def plans(self, owner_id: str, status: PlanStatus | None) -> list[Plan]:
        found = self._table.query(f"PLANS#{owner_id}", "begins_with(#range, :plan)", {":plan": "PLAN#"}, forward=False)
        return [_plan_from(item) for item in found if status in {None, item["status"]}]

    def replace(self, before: Plan, after: Plan) -> Plan | None:
        after = replace(after, version=before.version + 1)
        write = Write(plan_key(after.owner_id, after.id)).set(**_stored(after)).where_equal(version=before.version)
        try:
            self._table.write(write)
        except ConditionFailed:
            return None
        return after

    def put_changes(self, plan_id: str, changes: Sequence[tuple[str, Sequence[Change]]]) -> None:
        self._table.put_many([_changes_item(plan_id, scene_id, some) for scene_id, some in changes])

    def changes(self, plan_id: str, after: str | None = None) -> Iterator[tuple[str, tuple[Change, ...]]]:
        first = f"SCENE#{after}" if after else "SCENE#"
        bounds = {":first": first, ":last": "SCENE#~"}
        for item in self._table.query(f"PLAN#{plan_id}", "#range BETWEEN :first AND :last", bounds):
            scene_id = item["SK"].removeprefix("SCENE#")
            if scene_id != after:
                yield scene_id, _changes_from(item)

    def changes_of_scene(self, plan_id: str, scene_id: str) -> tuple[Change, ...]:
        item = self._table.get((f"PLAN#{plan_id}", f"SCENE#{scene_id}"))
        return _changes_from(item) if item else ()


def plan_key(owner_id: str, plan_id: str) -> Key:
    return f"PLANS#{owner_id}", f"PLAN#{plan_id}"


def _stored(plan: Plan) -> Item:
    packed = zlib.compress(_plan.dump_json(plan))
    if len(packed) > LARGEST:
        raise PlanFull("The plan holds as many single decisions as it can: apply these first.")
    return {"plan": packed, "status": plan.status, "version": plan.version}


def _plan_from(item: Item) -> Plan:
    text = item["plan"]
    return _plan.validate_json(text if isinstance(text, str) else zlib.decompress(text))  # text: of earlier versions


def _changes_item(plan_id: str, scene_id: str, changes: Sequence[Change]) -> Item:
    packed = zlib.compress(_changes.dump_json(tuple(changes), exclude_defaults=True))
    return {"PK": f"PLAN#{plan_id}", "SK": f"SCENE#{scene_id}", "changes": packed}


def _changes_from(item: Item) -> tuple[Change, ...]:
    return _changes.validate_json(zlib.decompress(item["changes"]))
