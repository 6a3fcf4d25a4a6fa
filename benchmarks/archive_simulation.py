"""Zips as AWS would make them: the planner's own parts at the rates of zip_estimate.py, in sequence.

A simulation, not a measurement on AWS. It includes the processor time of the plan, measured here, but not the reading
of the job's files from the table.
"""

from __future__ import annotations

import heapq
import io
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from chalicelib.files.archive import PART, Entry, Plan, plan
from chalicelib.jobs.work import zip_estimate as rates
from chalicelib.jobs.work.archiving import PASSED_THROUGH
from chalicelib.jobs.work.zip_parts import COPIES, READERS, Source
from chalicelib.jobs.work.zip_slices import Target, shareable, shares, write_shares

Row = dict[str, str | int | float | bool]
Way = Literal["a streaming writer", "one worker", "fast"]
MB = 1_000_000


@dataclass(frozen=True)
class Case:
    """known: whether the members' CRC32s are. goal: the most seconds and USD, and the workers' share of the bytes."""

    title: str
    count: int
    size: int
    known: bool
    seconds: float | None = None
    usd: float | None = None
    cheap_usd: float | None = None
    passed: float | None = None


CASES = (
    Case("3,000 of 5 MB", 3000, 5 * MB, True, seconds=15, usd=0.02, cheap_usd=0.010),
    Case("200 of 200 MB", 200, 200 * MB, True, seconds=8),
    Case("200 of 200 MB, CRC32s unknown", 200, 200 * MB, False),
    Case("200,000 of 20 kB", 200_000, 20_000, True, seconds=56),
    Case("20 of 5 GB, CRC32s unknown", 20, 5000 * MB, False, passed=0.002),
)


@dataclass
class Store:
    """S3's limits for all workers together: the time at which the next request of each kind may begin."""

    gets_at: float = 0.0
    puts_at: float = 0.0

    def get(self, now: float, count: int) -> float:
        self.gets_at = max(self.gets_at, now) + count / rates.GETS
        return self.gets_at

    def put(self, now: float) -> float:
        self.puts_at = max(self.puts_at, now) + 1 / rates.PUTS
        return self.puts_at


def entries_of(case: Case) -> list[Entry]:
    at = datetime(2024, 6, 1, tzinfo=UTC)
    key = "uploads/media/01m8fj1mavte4m3td0gn83bsrw"
    return [
        Entry(
            f"2024/06/20240601_{n:06}.bin",
            case.size,
            n if case.known else None,
            Source(n, f"{key}/{n:08}", case.size, f"{n:032x}", None),
            modified_at=at + timedelta(seconds=n),
        )
        for n in range(1, case.count + 1)
    ]


def worked(planned: Plan, groups: Sequence[Sequence[int]], store: Store, begin: float) -> tuple[float, float]:
    """(end, total busy seconds) of one worker per group, all beginning at `begin`. A worker assembles its parts in
    sequence, so that they share its rate, and runs copies beside them."""
    at: list[tuple[float, int, int]] = [(begin, worker, 0) for worker in range(len(groups))]
    heapq.heapify(at)
    copying = [[begin] * COPIES for _ in groups]
    ends = [begin] * len(groups)
    while at:
        now, worker, place = heapq.heappop(at)
        if place == len(groups[worker]):
            continue
        number = groups[worker][place]
        size = planned.cuts[number] - planned.cuts[number - 1]
        if isinstance(planned.lies_in(number), Source):
            free = heapq.heappop(copying[worker])
            end = store.put(max(now, free)) + rates.FIRST_BYTE + size / rates.COPY_RATE
            heapq.heappush(copying[worker], end)
            heapq.heappush(at, (now, worker, place + 1))
        else:
            reads = planned.reads(number)
            waited = max(now + rates.FIRST_BYTE * -(-reads // READERS), store.get(now, reads))
            end = store.put(waited + size / rates.RATE)
            heapq.heappush(at, (end, worker, place + 1))
        ends[worker] = max(ends[worker], end)
    return max(ends, default=begin), sum(end - begin for end in ends)


def streamed(case: Case) -> tuple[float, float]:
    """(seconds, USD) of one worker that reads the members in sequence into parts of 16 MiB."""
    total = case.count * case.size
    seconds = case.count * rates.FIRST_BYTE + total / rates.RATE
    parts = -(-total // PART)
    return seconds, _usd(seconds, parts + 2, case.count, 1)


def alone(planned: Plan, own: float) -> tuple[float, float, int]:
    """(seconds, USD, bytes through it) of one worker. own: seconds of computing."""
    found = rates.needs(planned)
    numbers = range(1, len(planned.parts) + 1)
    order = [*(n for n in numbers if not planned.waits(n)), *(n for n in numbers if planned.waits(n))]
    end, _ = worked(planned, [order], Store(), own)
    return end, _usd(end, found.puts + 2, found.gets, 1), found.passed


def shared(planned: Plan, own: float) -> tuple[float, float, int, int]:
    """(seconds, USD, bytes through workers, number of workers) of many workers, each invoked directly, with the run
    before and the run after them."""
    found = rates.needs(planned)
    numbers = range(1, len(planned.parts) + 1)
    count = rates.share_count(rates.estimate(found, "fast"), found)
    to = Target("results/media/complete", "upload", planned)
    shared_out = shares([(to, number) for number in shareable(planned, numbers)], count)
    groups = [[number for _, number in group] for group in shared_out]
    out = io.BytesIO()
    began = time.process_time()
    write_shares(shared_out, out)
    written = time.process_time() - began
    store, first = Store(), own + written
    end, busy = worked(planned, groups, store, first + rates.START)
    taken = {number for group in groups for number in group}
    rest = [number for number in numbers if number not in taken]
    done, _ = worked(planned, [rest], store, end + own)
    busy += first + (done - end) + rates.START * len(groups)
    usd = _usd(busy, found.puts + 3, found.gets + 2 * len(groups), len(groups) + 2)
    return done, usd + len(groups) * rates.USD_SLICE, found.passed, len(groups)


def _usd(busy: float, puts: int, gets: int, invocations: int) -> float:
    return (
        busy * rates.GB * rates.USD_GB_SECOND
        + puts * rates.USD_PUT
        + gets * rates.USD_GET
        + invocations * rates.USD_INVOCATION
    )


def rows() -> list[Row]:
    found: list[Row] = []
    for case in CASES:
        total = case.count * case.size

        def add(
            way: Way,
            workers: int,
            seconds: float,
            usd: float,
            passed: int,
            goal: str,
            case: Case = case,
            total: int = total,
        ) -> None:
            found.append(
                {
                    "zip of": case.title,
                    "way": way,
                    "workers": workers,
                    "seconds": round(seconds, 1),
                    "USD": round(usd, 4),
                    "MB through workers": round(passed / MB),
                    "of all bytes, %": round(100 * passed / total, 2),
                    "goal": goal,
                }
            )

        seconds, usd = streamed(case)
        add("a streaming writer", 1, seconds, usd, total, "")
        entries = entries_of(case)
        began = time.process_time()
        planned = plan(entries, part=PASSED_THROUGH)
        assert planned.fingerprint
        own = time.process_time() - began
        seconds, usd, passed = alone(planned, own)
        add(
            "one worker",
            1,
            seconds,
            usd,
            passed,
            _goal(None, case.cheap_usd, case.passed, seconds, usd, passed / total),
        )
        seconds, usd, passed, workers = shared(planned, own)
        goal = _goal(case.seconds, case.usd, case.passed, seconds, usd, passed / total)
        add("fast", workers, seconds, usd, passed, goal)
    return found


def _goal(
    seconds: float | None, usd: float | None, share: float | None, took: float, cost: float, passed: float
) -> str:
    """The goal, and whether it is reached."""
    aims = [
        (f"{seconds:g} s" if seconds else "", not seconds or took <= seconds),
        (f"{usd:g} USD" if usd else "", not usd or cost <= usd),
        (f"{100 * share:g} %" if share else "", not share or passed <= share),
    ]
    named = ", ".join(name for name, _ in aims if name)
    return f"{named}: {'reached' if all(reached for _, reached in aims) else 'missed'}" if named else ""
