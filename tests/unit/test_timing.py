"""The times at which a schedule is due, also across clock changes, and the refused times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.jobs.timing import InvalidTiming, Timing


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(timing: Timing, moment: datetime, count: int) -> list[str]:
    found = []
    for _ in range(count):
        moment = timing.after(moment)
        found.append(moment.strftime("%Y-%m-%d %H:%M"))
    return found


def test_minutes_are_counted_from_where_the_schedule_began() -> None:
    timing = Timing(at("2026-11-27 10:07"), every_minutes=90)
    assert times(timing, at("2026-11-27 10:07"), 2) == ["2026-11-27 11:37", "2026-11-27 13:07"]
    assert timing.after(at("2026-11-28 00:00")) == at("2026-11-28 01:07")
    assert timing.after(at("2026-11-28 01:07")) == at("2026-11-28 02:37")
    assert timing.after(at("2026-11-01 00:00")) == at("2026-11-27 11:37")


def test_a_cron_expression_is_read_in_its_zone() -> None:
    timing = Timing(at("2026-11-27 10:00"), cron="30 6 * * MON-FRI", zone="America/New_York")
    assert times(timing, at("2026-11-27 10:00"), 3) == ["2026-11-27 11:30", "2026-11-30 11:30", "2026-12-01 11:30"]


def test_a_time_that_a_spring_night_leaves_out_comes_right_after_it() -> None:
    timing = Timing(at("2026-03-01 00:00"), cron="30 2 * * *", zone="Europe/Berlin")
    timing.check()
    assert times(timing, at("2026-03-28 00:00"), 3) == ["2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"]


def test_a_time_that_an_autumn_night_has_twice_comes_once() -> None:
    timing = Timing(at("2026-10-01 00:00"), cron="30 2 * * *", zone="Europe/Berlin")
    assert times(timing, at("2026-10-24 12:00"), 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]


@pytest.mark.parametrize(
    ("cron", "fine"),
    [
        ("*/15 * * * *", True),
        ("*/14 * * * *", False),
        ("* * * * *", False),
        ("0,50 * * * *", False),
        ("0,50 3 * * *", True),
        ("50 23 * * *", True),
        ("0,50 0,23 * * *", False),
        ("0 0 29 2 *", True),
    ],
)
def test_times_are_a_quarter_of_an_hour_apart_at_least(cron: str, fine: bool) -> None:
    timing = Timing(at("2026-11-27 10:00"), cron=cron)
    if fine:
        timing.check()
    else:
        with pytest.raises(InvalidTiming, match="15 minutes apart"):
            timing.check()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cron": "0 0 * *"}, "cron"),
        ({"cron": "0 0 0 * * *"}, "cron"),
        ({"cron": "60 0 * * *"}, "cron"),
        ({"cron": ""}, "cron"),
        ({"cron": "0 0 31 2 *"}, "cron"),
        ({"cron": "@daily"}, "cron"),
        ({"every_minutes": 14}, "every_minutes"),
        ({"every_minutes": 10**9}, "every_minutes"),
        ({}, "cron"),
        ({"cron": "0 0 * * *", "every_minutes": 60}, "cron"),
        ({"cron": "0 0 * * *", "zone": "Nowhere/Else"}, "zone"),
        ({"cron": "0 0 * * *", "zone": "../etc/passwd"}, "zone"),
        ({"cron": "0 0 * * *", "zone": ""}, "zone"),
    ],
    ids=str,
)
def test_what_is_no_time_is_refused_with_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidTiming) as refused:
        Timing(at("2026-11-27 10:00"), **wrong).check()  # type: ignore[arg-type]
    assert refused.value.field == field
