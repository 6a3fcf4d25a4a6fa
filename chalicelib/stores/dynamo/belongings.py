"""A user's items in a partition of their own that can be handed to another: webhooks and shares.

IAM: as chalicelib.stores.dynamo.
"""

from __future__ import annotations

from chalicelib.stores.dynamo.catalogue import head_key
from chalicelib.stores.dynamo.items import share_key
from chalicelib.stores.dynamo.shares import SHARE
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, Removal, Table, Write
from chalicelib.stores.dynamo.webhook_items import ENDPOINT, endpoint_key


class BelongingsTable:
    """Fulfils chalicelib.jobs.library.takeover.Belongings."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def hand_on(self, before: str, owner_id: str) -> tuple[int, int]:
        return self._hand_on_webhooks(before, owner_id), self._hand_on_shares(before, owner_id)

    def forget(self, before: str) -> None:
        found = self._table.query(f"USER#{before}", "begins_with(#range, :kind)", {":kind": ENDPOINT})
        self._table.delete_many([(item["PK"], item["SK"]) for item in found])

    def has_scenes(self, owner_id: str) -> bool:
        return any(True for _ in self._table.query(head_key(owner_id)[0], limit=1))

    def _hand_on_webhooks(self, before: str, owner_id: str) -> int:
        """The old item stays for events that still happen in the old owner's name. It is marked, so that a webhook that
        its new owner deletes doesn't come back."""
        given = 0
        for item in self._table.query(f"USER#{before}", "begins_with(#range, :kind)", {":kind": ENDPOINT}):
            key = endpoint_key(owner_id, item["SK"].removeprefix(ENDPOINT))
            mark = Write((item["PK"], item["SK"])).where_exists().where_equal(given_to=None).set(given_to=owner_id)
            given += self._done([_copy(item, key).where_equal(created_at=None), mark])
        return given

    def _hand_on_shares(self, before: str, owner_id: str) -> int:
        given = 0
        for item in self._table.query(f"USER#{before}", "begins_with(#range, :kind)", {":kind": SHARE}):
            way: Key = (f"USER#{owner_id}", item["SK"])
            share = Write(share_key(item["digest"])).where_exists().set(owner=owner_id)
            given += self._done([share, _copy(item, way), Removal((item["PK"], item["SK"]))])
        return given

    def _done(self, writes: list[Write]) -> bool:
        try:
            self._table.transact(writes)
        except ConditionFailed:
            return False  # given already, or gone
        return True


def _copy(item: Item, key: Key) -> Write:
    return Write(key).set(**{name: value for name, value in item.items() if name not in ("PK", "SK")})
