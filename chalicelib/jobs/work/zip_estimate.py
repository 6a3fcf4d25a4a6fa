"""The time and cost of planned zips, made by one worker or by many: pure functions over the plans.

Rates: 75 MB/s through a worker, 20 ms to the first byte, and what S3 takes of one prefix in a second (its user guide,
"Best practices design patterns"). The rate of a copy inside S3 isn't published: COPY_RATE is an assumption.
Prices: us-east-1, as in infra/aws/prices.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from chalicelib.files.archive import Plan
from chalicelib.jobs.work.zip_parts import COPIES, READERS, Source
from chalicelib.pipelines.base import Strategy

RATE, COPY_RATE = 75e6, 200e6
"""Bytes per second: through one worker, and of one copy inside the store."""
FIRST_BYTE = 0.02
PUTS, GETS = 3500, 5500
"""Requests per second."""
WORKERS = 40
SHARE_SECONDS = 120
"""The most time that one slice should take: far less than a function may run."""
START, PLAN = 1.0, 25e-6
"""Seconds: until an invoked worker begins, and of planning a member, once before the slices and once after them."""
ENDING = 0.1
"""Seconds in which a zip is begun and completed, which one worker does for each: an assumption."""
WORTH = 60
"""Seconds from which `auto` takes many workers."""

GB = 1769 / 1024
USD_GB_SECOND, USD_INVOCATION, USD_PUT, USD_GET = 0.0000133334, 0.20e-6, 5.00e-6, 0.40e-6
USD_SLICE = 8 * 0.625e-6 + 4 * 0.125e-6 + 4 * 0.40e-6
"""The price of a slice: its claims and counts in the table, 8 write units and two strongly consistent queries, and its
message."""


@dataclass(frozen=True)
class Estimate:
    """strategy: the one chosen, "fast" or "cheap". workers: concurrent ones. seconds: from the plan to the zip. usd:
    for requests and functions."""

    strategy: Literal["fast", "cheap"]
    workers: int
    seconds: float
    usd: float


@dataclass(frozen=True)
class Estimates:
    """estimate: that of the wanted strategy."""

    estimate: Estimate
    fast: Estimate
    cheap: Estimate


@dataclass(frozen=True)
class Needs:
    """The work of making a zip; the needs of several zips add up.

    passed, copied: bytes through workers, and inside the store. gets, puts: requests. Seconds of one worker: passing
    and copying, which run in parallel; waiting, after both: parts whose CRC32s come from the copies; alone: zip after
    zip, but for waiting. longest: seconds of the longest part.
    """

    zips: int = 0
    members: int = 0
    passed: int = 0
    copied: int = 0
    gets: int = 0
    puts: int = 0
    passing: float = 0.0
    copying: float = 0.0
    waiting: float = 0.0
    alone: float = 0.0
    longest: float = 0.0

    def __add__(self, other: Needs) -> Needs:
        added = (getattr(self, one.name) + getattr(other, one.name) for one in fields(self))
        return replace(Needs(*added), longest=max(self.longest, other.longest))


def needs(planned: Plan) -> Needs:
    passed = copied = gets = 0
    passing = copying = waiting = longest = 0.0
    count = len(planned.parts)
    for number in range(1, count + 1):
        size = planned.cuts[number] - planned.cuts[number - 1]
        took = part_seconds(planned, number)
        if isinstance(planned.lies_in(number), Source):
            copied += size
            copying += took
            longest = max(longest, took * COPIES)
            continue
        passed += size
        gets += planned.reads(number)
        if planned.waits(number):
            waiting += took
        else:
            passing += took
            longest = max(longest, took)
    alone = max(passing, copying)
    return Needs(1, planned.layout.count, passed, copied, gets, count, passing, copying, waiting, alone, longest)


def part_seconds(planned: Plan, number: int) -> float:
    """The seconds for which a part occupies one worker while it makes others in parallel."""
    size = planned.cuts[number] - planned.cuts[number - 1]
    if isinstance(planned.lies_in(number), Source):
        return (FIRST_BYTE + size / COPY_RATE) / COPIES
    return FIRST_BYTE * -(-planned.reads(number) // READERS) + size / RATE


def estimate(found: Needs, strategy: Strategy = "auto", first: tuple[float, float] = (0.0, 0.0)) -> Estimate:
    """The estimate for `strategy`; `auto` takes many workers where one would need over a minute and they are at least
    twice as fast. first: (seconds, USD) of the work that one worker does before."""
    cheap = _with(found, 1, first)
    if strategy == "cheap":
        return cheap
    fast = _with(found, min(WORKERS, found.puts), first)
    if strategy == "fast":
        return fast
    alone, shared = (one.seconds - first[0] for one in (cheap, fast))
    return fast if alone >= WORTH and shared <= alone / 2 else cheap


def estimates(found: Needs, strategy: Strategy, first: tuple[float, float] = (0.0, 0.0)) -> Estimates:
    return Estimates(*(estimate(found, way, first) for way in (strategy, "fast", "cheap")))


def reading(sizes: Sequence[int]) -> tuple[float, float]:
    """(seconds, USD) for one worker that reads files of these sizes for their CRC32s, one after the other."""
    seconds = sum(sizes) / RATE + FIRST_BYTE * len(sizes)
    return seconds, seconds * GB * USD_GB_SECOND + len(sizes) * USD_GET


def share_count(estimated: Estimate, found: Needs) -> int:
    """The number of slices that the zips are divided into; 0 where one worker makes them."""
    if estimated.strategy == "cheap":
        return 0
    return max(estimated.workers, -(-int(max(found.passing, found.copying)) // SHARE_SECONDS))


def _with(found: Needs, workers: int, first: tuple[float, float]) -> Estimate:
    own = PLAN * found.members
    shared = workers > 1
    alone = max(found.passing, found.copying) if shared else found.alone
    working = max(alone / workers, found.gets / GETS, found.puts / PUTS, found.longest)
    last = found.waiting + ENDING * found.zips
    seconds = own + working + last + (START + own if shared else 0)
    busy = working * workers + last + own * (1 + shared) + (START * workers if shared else 0)
    usd = busy * GB * USD_GB_SECOND + found.puts * USD_PUT + found.gets * USD_GET + USD_INVOCATION * workers
    if shared:
        usd += workers * (USD_SLICE + 2 * USD_GET) + USD_PUT
    return Estimate("fast" if shared else "cheap", workers, _tenths(first[0] + seconds), round(first[1] + usd, 6))


def _tenths(seconds: float) -> float:
    return max(0.1, round(seconds, 1))  # even the smallest zip takes a moment
