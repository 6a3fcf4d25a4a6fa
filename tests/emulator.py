"""moto's AWS, whose DynamoDB is made fit for thousands of transactions over one table.

moto copies a table whole for each operation of a transaction, so that it can be undone, and keeps every copy and every
item that there ever was. Here a transaction copies only what it may change, and nothing is kept.
"""

from __future__ import annotations

import copy
import threading
from collections import defaultdict
from typing import Any

from moto import mock_aws
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.sqs.models import sqs_backends

__all__ = ["has_messages", "mock_aws"]

_here = threading.local()
"""updated: the keys of the items that the running transaction changes in place, by table; copies: those made for it."""


def has_messages(account: str, region: str, queue: str) -> bool:
    """Whether a message can be received. A request takes a hundred times as long, and tests have thirty queues."""
    return bool(sqs_backends[account][region].queues[queue].messages)


class _Forgetful(list[Any]):
    def append(self, one: Any) -> None:
        """moto's list of all instances, which only its web page reads."""


def _transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    updates = [one["Update"] for one in transact_items if "Update" in one]
    _here.updated, _here.copies = [(one["TableName"], one["Key"]) for one in updates], {}
    try:
        _whole(backend, transact_items)
    finally:
        del _here.updated, _here.copies


def _copied(table: Table, memo: dict[int, Any]) -> Table:
    """The table as it was, for undoing the running transaction; elsewhere a deep copy."""
    if table.stream_shard is not None or not hasattr(_here, "copies"):
        made = object.__new__(type(table))
        memo[id(table)] = made
        made.__dict__.update(copy.deepcopy(table.__dict__, memo))
        return made
    if table.name in _here.copies:
        return _here.copies[table.name]  # type: ignore[no-any-return]
    made = _here.copies[table.name] = copy.copy(table)
    made.items = defaultdict(dict, {key: copy.copy(rows) for key, rows in table.items.items()})
    for name, key in _here.updated:
        if name == table.name:
            part, *sort = (DynamoType(key[attribute]) for attribute in table.table_key_attrs)
            rows = made.items[part]
            if sort and sort[0] in rows:
                rows[sort[0]] = copy.deepcopy(rows[sort[0]])
            elif not sort and rows:
                made.items[part] = copy.deepcopy(rows)
    return made


_whole = DynamoDBBackend.transact_write_items
DynamoDBBackend.transact_write_items = _transact  # type: ignore[method-assign]
Table.__deepcopy__ = _copied  # type: ignore[attr-defined]
Table.instances_tracked = _Forgetful()  # type: ignore[attr-defined]
Item.instances_tracked = _Forgetful()  # type: ignore[attr-defined]
