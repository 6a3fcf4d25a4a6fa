"""A migration of the items from one version to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.stores.dynamo.table import Item, Table, Write


@dataclass(frozen=True)
class Migration:
    """number: its place in the order. table: `jobs`, `accounts` or `catalog`.

    change: the writes for one item of the table, made in one transaction; none where there is nothing to do. They must
    no longer hold for an item after they were made, and fail where the item has changed since it was read.
    """

    number: int
    name: str
    table: str
    change: Callable[[Item, Table], Sequence[Write]]
