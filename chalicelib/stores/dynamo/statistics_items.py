"""Numbers of the whole installation: totals and days, spread over shards, so that no item takes all the writes."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from chalicelib.jobs.statistics import Amounts
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.table import Table, Write

SHARDS = 8
TOTALS = ("jobs_processed", "processing_seconds", "unique_users", "stored_bytes")


class StatisticsItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def statistics(self) -> Mapping[str, float]:
        totals = dict.fromkeys(TOTALS, 0.0)
        since: list[float] = []
        for item in self._table.query(items.STATISTICS, "#range >= :from", {":from": "TOTAL#"}, consistent=False):
            for name in TOTALS:
                totals[name] += item.get(name, 0)
            since += [item["since"]] if "since" in item else []
        return totals | ({"since": min(since)} if since else {})

    def counted(self, days: Sequence[str]) -> Mapping[str, Amounts]:
        # One query for at most one small item for each day and shard, however much was counted.
        found: dict[str, defaultdict[str, float]] = {day: defaultdict(float) for day in days}
        bounds = {":first": items.day_key(min(days))[1], ":last": items.day_key(max(days), SHARDS)[1]}
        for item in self._table.query(items.STATISTICS, "#range BETWEEN :first AND :last", bounds, consistent=False):
            day = items.day_from(item)
            for name, amount in item.items():
                if day in found and isinstance(amount, int | float):
                    found[day][name] += amount
        return found


def total() -> Write:
    """A write on the installation's totals, to add counts to."""
    return Write(items.statistics_key(shard()))


def on_day(day: str, amounts: Amounts) -> Write:
    return Write(items.day_key(day, shard())).add(**amounts)


def shard() -> int:
    return random.randrange(SHARDS)  # noqa: S311 - spreads the writes, no secret
