"""The estimated time and cost of a zip, beside the simulation of its parts."""

import json
from pathlib import Path

import pytest

from benchmarks.archive_simulation import CASES, Case, alone, entries_of, shared, streamed
from chalicelib.files.archive import MIB, Entry, Plan, plan
from chalicelib.jobs.work import zip_estimate as rates
from chalicelib.jobs.work.archiving import PASSED_THROUGH
from chalicelib.jobs.work.zip_estimate import estimate, needs, share_count
from chalicelib.jobs.work.zip_parts import Source
from chalicelib.jobs.work.zip_slices import Ahead, Target, shareable, shares

PRICES = json.loads((Path(__file__).parents[2] / "infra/aws/prices.json").read_text())["prices"]
SMALL = [case for case in CASES if case.count < 10_000]


def planned_of(case: Case) -> Plan:
    return plan(entries_of(case), part=PASSED_THROUGH)


def of(*sizes: int) -> Plan:
    found = [Entry(f"{n}", size, 0, Source(n, f"k{n}", size, "e", None)) for n, size in enumerate(sizes)]
    return plan(found, part=PASSED_THROUGH)


def ahead_of(planned: Plan) -> list[Ahead]:
    to = Target("zip", "upload", planned)
    return [(to, number) for number in shareable(planned, range(1, len(planned.parts) + 1))]


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        (rates.USD_PUT, "s3.put"),
        (rates.USD_GET, "s3.get"),
        (rates.USD_GB_SECOND, "lambda.gb_second"),
        (rates.USD_INVOCATION, "lambda.request"),
    ],
)
def test_prices_are_the_published_ones(ours: float, name: str) -> None:
    assert ours == pytest.approx(PRICES[name]["usd"] / PRICES[name]["per"])


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.title)
def test_the_estimate_is_near_the_simulation(case: Case) -> None:
    planned = planned_of(case)
    seconds, usd, passed = alone(planned, 0)
    cheap = estimate(needs(planned), "cheap")
    assert passed == needs(planned).passed
    assert cheap.usd == pytest.approx(usd, rel=0.25)
    assert cheap.seconds == pytest.approx(seconds, rel=0.25, abs=2)
    seconds, usd, _, workers = shared(planned, 0)
    fast = estimate(needs(planned), "fast")
    assert fast.usd == pytest.approx(usd, rel=0.4)
    assert fast.seconds == pytest.approx(seconds, rel=0.25, abs=2)
    assert fast.workers == workers


@pytest.mark.parametrize(
    "case", [case for case in SMALL if case.seconds or case.cheap_usd], ids=lambda case: case.title
)
def test_the_goals_are_reached(case: Case) -> None:
    planned = planned_of(case)
    seconds, usd, _, _ = shared(planned, 0.5)
    assert seconds <= (case.seconds or seconds)
    assert usd <= (case.usd or usd)
    assert estimate(needs(planned), "cheap").usd <= (case.cheap_usd or 1)
    assert seconds < streamed(case)[0] / 10


def test_of_large_members_hardly_a_byte_passes_through_workers() -> None:
    case = CASES[-1]
    found = needs(planned_of(case))
    assert found.passed <= 0.002 * case.count * case.size
    assert found.passed <= case.count * 5 * MIB + MIB
    assert found.passed + found.copied == planned_of(case).size


def test_many_workers_are_taken_only_where_one_would_need_long() -> None:
    small, large = of(*[5_000_000] * 20), of(*[5_000_000] * 3000)
    assert (estimate(needs(small)).strategy, estimate(needs(large)).strategy) == ("cheap", "fast")
    assert share_count(estimate(needs(small)), needs(small)) == 0
    assert share_count(estimate(needs(large)), needs(large)) == rates.WORKERS
    assert share_count(estimate(needs(large), "cheap"), needs(large)) == 0
    assert estimate(needs(small), "fast").workers > 1


def test_a_very_large_zip_falls_into_slices_of_two_minutes() -> None:
    planned = of(*[9_000_000] * 80_000)
    count = share_count(estimate(needs(planned)), needs(planned))
    groups = shares(ahead_of(planned), count)
    assert len(groups) > rates.WORKERS
    took = [sum(rates.part_seconds(planned, number) for _, number in group) for group in groups]
    assert max(took) <= 1.5 * rates.SHARE_SECONDS


@pytest.mark.parametrize("count", [1, 2, 7, 40, 1000])
def test_shares_hold_each_part_once_in_order_and_are_about_equal(count: int) -> None:
    planned = of(*([5_000_000] * 100 + [300_000_000] * 5 + [20_000] * 500))
    ahead = ahead_of(planned)
    groups = shares(ahead, count)
    assert [one for group in groups for one in group] == ahead
    assert 1 <= len(groups) <= count
    took = [sum(rates.part_seconds(planned, number) for _, number in group) for group in groups]
    longest = max(rates.part_seconds(planned, number) for _, number in ahead)
    assert max(took) <= sum(took) / count + longest + 1e-9


def test_an_empty_zip_and_a_tiny_one_cost_next_to_nothing() -> None:
    for planned in (of(), of(1)):
        found = estimate(needs(planned))
        assert (found.strategy, found.workers) == ("cheap", 1)
        assert 0 < found.usd < 0.0001
