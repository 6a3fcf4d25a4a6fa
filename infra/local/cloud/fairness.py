"""The messages that a receive hands out, as in SQS's fair queues: no group waits because another has sent many.

A group is given by `MessageGroupId`, on a standard queue; a message without one is a group of its own.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any


def fair(messages: Sequence[dict[str, Any]], now: float, most: int) -> list[dict[str, Any]]:
    """Up to `most` visible messages: each is the oldest of the group with the fewest in flight; among equal groups, of
    that with the older message. messages: all of the queue, the oldest first."""
    in_flight: Counter[str] = Counter()
    waiting: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for place, message in enumerate(messages):
        group = message["group_id"] or message["id"]
        if message["visible_at"] > now:
            in_flight[group] += message["receive_count"] > 0
        elif len(waiting[group]) < most:
            waiting[group].append((place, message))
    heap = [(in_flight[group], some[0][0], group, 0) for group, some in waiting.items()]
    heapq.heapify(heap)
    found: list[dict[str, Any]] = []
    while heap and len(found) < most:
        busy, _, group, number = heapq.heappop(heap)
        some = waiting[group]
        found.append(some[number][1])
        if number + 1 < len(some):
            heapq.heappush(heap, (busy + 1, some[number + 1][0], group, number + 1))
    return found
