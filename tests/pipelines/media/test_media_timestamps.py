# ruff: noqa: DTZ001  # cameras and names know no zone
"""The time of capture: candidates, weights, zones, confidence."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.media.clocks import never_set
from chalicelib.pipelines.media.sources import SOURCES, as_markdown
from chalicelib.pipelines.media.timestamps import Choice, Found, Whereabouts, choose, doubt, times_as_json
from chalicelib.pipelines.media.writing import is_date, iso, utc_offset, written

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOON = datetime(2024, 1, 15, 12)
PARIS = ZoneInfo("Europe/Paris")
IN_TOKYO = {"latitude": 35.68, "longitude": 139.76}
AT_SEA = {"latitude": 30.0, "longitude": -40.0}


def chosen(
    *found: Found,
    zone: str = "UTC",
    earliest_year: int = 1900,
    now: datetime = NOW,
    place: dict[str, float] | None = None,
    offset: timezone | None = None,
) -> Choice:
    return choose(found, Whereabouts(ZoneInfo(zone), place, offset), earliest_year, now)


def told(*found: Found, **where: Any) -> tuple[str, str, str, str]:
    """Instant, wall clock, offset, and the source of the offset."""
    said = times_as_json(chosen(*found, **where))
    return said["detected_timestamp"], said["taken_local"], said["utc_offset"], said["offset_source"]


def reasons(choice: Choice) -> dict[str, str | None]:
    return {c.source: c.reason for c in choice.candidates}


def utc(source: str, at: datetime = NOON) -> Found:
    return Found(source, at.replace(tzinfo=UTC), utc=True)


def original(at: datetime = NOON) -> Found:
    return Found("exif_datetime_original", at)


def test_the_table_of_sources_drives_code_and_docs() -> None:
    docs = Path(__file__).parents[3] / "docs" / "media.md"
    assert as_markdown() in docs.read_text()
    assert [s.weight for s in SOURCES] == sorted((s.weight for s in SOURCES), reverse=True)
    assert len({s.name for s in SOURCES}) == len(SOURCES)


def test_the_heaviest_candidate_wins_and_all_are_kept() -> None:
    choice = chosen(
        utc("modified_at", datetime(2025, 1, 2, 3)), Found("exif_datetime", datetime(2024, 2, 1, 3)), original()
    )
    assert choice.best is not None
    assert (choice.best.source, choice.best.at) == ("exif_datetime_original", NOON.replace(tzinfo=UTC))
    assert [c.source for c in choice.candidates] == ["exif_datetime_original", "exif_datetime", "modified_at"]


def test_of_equal_weights_the_one_further_up_in_the_table_wins() -> None:
    choice = chosen(utc("gps", NOON - timedelta(hours=1)), Found("exif_datetime_digitized", NOON))
    assert choice.best is not None
    assert choice.best.source == "exif_datetime_digitized"


@pytest.mark.parametrize(
    ("found", "confidence"),
    [
        ([("exif_datetime_original", 0), ("gps", 30)], "high"),
        ([("exif_datetime_original", 0), ("gps", -30)], "high"),
        ([("exif_datetime_original", 0), ("gps", 31)], "medium"),
        ([("exif_datetime_original", 0), ("filename_datetime", 1)], "high"),
        ([("exif_datetime_original", 0), ("xmp_create_date", 0)], "high"),
        ([("quicktime_creationdate", 0), ("modified_at", 5)], "high"),
        ([("mvhd", 0), ("filename_datetime", 0)], "medium"),
        ([("exif_datetime", 0)], "medium"),
        ([("filename_datetime", 0), ("modified_at", 2)], "medium"),
        ([("filename_datetime", 0), ("modified_at", 2000)], "low"),
        ([("modified_at", 0)], "low"),
        ([], "none"),
    ],
)
def test_confidence_follows_weight_and_agreement(found: list[tuple[str, int]], confidence: str) -> None:
    times = [
        (utc if source == "gps" else Found)(source, NOON + timedelta(seconds=seconds)) for source, seconds in found
    ]
    assert chosen(*times).confidence == confidence


@pytest.mark.parametrize(
    "pair",
    [
        ("exif_datetime_original", "exif_datetime_digitized"),
        ("quicktime_creationdate", "mvhd"),
        ("exif_datetime_original", "exif_datetime"),
    ],
)
def test_two_tags_of_one_clock_are_one_witness(pair: tuple[str, str]) -> None:
    assert chosen(*(Found(source, NOON) for source in pair)).confidence == "medium"


def test_a_date_without_a_time_of_day_is_no_witness() -> None:
    midnight = datetime(2024, 1, 15)
    assert chosen(original(midnight), Found("filename_date", midnight, date_only=True)).confidence == "medium"


def test_agreement_with_another_than_the_winner_does_not_count() -> None:
    other = NOON + timedelta(hours=1)
    choice = chosen(Found("filename_datetime", NOON), Found("modified_at", other), Found("filename_date", other))
    assert choice.confidence == "low"


def test_gps_days_away_takes_high_away_and_is_named() -> None:
    choice = chosen(original(), Found("filename_datetime", NOON), utc("gps", NOON + timedelta(days=3)))
    assert choice.confidence == "medium"
    assert reasons(choice)["gps"] == "contradicts"


def test_gps_hours_away_is_an_old_fix_and_contradicts_nothing() -> None:
    choice = chosen(original(), Found("filename_datetime", NOON), utc("gps", NOON - timedelta(hours=3, minutes=7)))
    assert choice.confidence == "high"


def test_a_name_of_another_year_takes_high_away_and_is_named() -> None:
    choice = chosen(original(), utc("gps"), Found("filename_datetime", datetime(2013, 7, 12, 16, 54, 27)))
    assert choice.confidence == "medium"
    assert reasons(choice)["filename_datetime"] == "contradicts"


@pytest.mark.parametrize(
    "at",
    [
        datetime(2000, 1, 1, 0, 0, 12),
        datetime(2000, 1, 1),
        datetime(2002, 12, 8, 12),
        datetime(1970, 1, 1, 0, 0, 1),
        datetime(1980, 1, 1),
        datetime(1904, 1, 1),
        datetime(2005, 1, 1),
    ],
)
def test_a_clock_never_set_is_named_and_not_believed(at: datetime) -> None:
    choice = chosen(original(at), Found("exif_datetime_digitized", at), Found("filename_datetime", NOON))
    assert choice.best is not None
    assert choice.best.source == "filename_datetime"
    assert choice.confidence == "low"
    assert reasons(choice) == {
        "filename_datetime": None,
        "exif_datetime_original": "never_set",
        "exif_datetime_digitized": "never_set",
    }
    assert chosen(original(at)).best is None


@pytest.mark.parametrize(
    "at",
    [datetime(1975, 6, 15, 12), datetime(2000, 1, 1, 1, 30), datetime(1975, 1, 1), datetime(2002, 12, 8, 12, 0, 1)],
)
def test_an_old_date_is_no_clock_that_was_never_set(at: datetime) -> None:
    assert not never_set(at)
    assert chosen(original(at)).confidence == "medium"


def test_a_year_that_somebody_wrote_down_is_believed() -> None:
    assert chosen(Found("xmp_date_created", datetime(2005, 1, 1), date_only=True)).confidence == "medium"
    assert chosen(Found("xmp_sidecar", datetime(2005, 1, 1))).confidence == "medium"


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (datetime(1899, 12, 31, 23, 59, 59), "too_early"),
        (datetime(1900, 1, 2), None),
        (datetime(1, 1, 3), "too_early"),
        (NOW.replace(tzinfo=None) + timedelta(hours=13), None),
        (NOW.replace(tzinfo=None) + timedelta(hours=15), "future"),
        (NOW + timedelta(minutes=4), None),
        (NOW + timedelta(minutes=6), "future"),
    ],
)
def test_implausible_times_are_named_and_not_believed(at: datetime, reason: str | None) -> None:
    choice = chosen(original(at))
    assert reasons(choice) == {"exif_datetime_original": reason}
    assert (choice.best is None) is bool(reason)


@pytest.mark.parametrize("at", [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59)])
def test_times_at_the_end_of_the_calendar_upset_nothing(at: datetime) -> None:
    for zone in ("Asia/Tokyo", "America/New_York"):
        assert chosen(original(at), zone=zone).best is None


def test_the_earliest_year_is_an_option() -> None:
    scanned = original(datetime(1975, 6, 1))
    assert chosen(scanned, earliest_year=1980).confidence == "none"
    assert chosen(scanned).confidence == "medium"


def test_a_containers_clock_is_none_of_1950() -> None:
    assert chosen(utc("mvhd", datetime(1950, 5, 6, 7))).confidence == "none"


# -- wall clock, offset, instant ------------------------------------------------------------------------------------


def test_an_offset_in_exif_counts_for_all_that_the_camera_wrote() -> None:
    found = (original(), Found("filename_datetime", NOON))
    two = timezone(timedelta(hours=2))
    assert told(*found, zone="America/New_York", offset=two) == (
        "2024-01-15T10:00:00Z", "2024-01-15T12:00:00", "+02:00", "exif",
    )  # fmt: skip
    assert chosen(*found, zone="America/New_York", offset=two).confidence == "high"


def test_the_place_tells_the_offset_where_exif_does_not() -> None:
    assert told(original(), zone="America/New_York", place=IN_TOKYO) == (
        "2024-01-15T03:00:00Z", "2024-01-15T12:00:00", "+09:00", "gps_position",
    )  # fmt: skip


def test_the_place_knows_summer_time() -> None:
    paris = {"latitude": 48.85, "longitude": 2.35}
    assert told(original(datetime(2024, 7, 15, 12)), place=paris)[2] == "+02:00"
    assert told(original(), place=paris)[2] == "+01:00"


def test_at_sea_a_place_tells_no_offset() -> None:
    assert told(original(), zone="Europe/Paris", place=AT_SEA)[3] == "option"


@pytest.mark.parametrize(("hours", "offset"), [(6, "-06:00"), (-5.75, "+05:45"), (-14, "+14:00"), (12, "-12:00")])
def test_gps_time_tells_the_offset_where_it_is_a_real_one(hours: float, offset: str) -> None:
    satellites = utc("gps", NOON + timedelta(hours=hours, seconds=1))
    assert told(original(), satellites, zone="Asia/Tokyo")[2:] == (offset, "gps_time")


@pytest.mark.parametrize("minutes", [7, 22, 15 * 60, -13 * 60 + 8])
def test_gps_time_tells_no_offset_where_it_is_none(minutes: int) -> None:
    assert told(original(), utc("gps", NOON + timedelta(minutes=minutes)), zone="Asia/Tokyo")[3] == "option"


def test_a_camera_that_kept_the_clock_of_home_has_the_offset_that_gps_time_says() -> None:
    satellites = utc("gps", NOON - timedelta(hours=1))
    assert told(original(), satellites, place=IN_TOKYO) == (
        "2024-01-15T11:00:00Z", "2024-01-15T12:00:00", "+01:00", "gps_time",
    )  # fmt: skip


def test_a_name_in_utc_tells_the_cameras_offset() -> None:
    named = utc("filename_datetime", NOON - timedelta(hours=9))
    assert told(original(), named)[2:] == ("+09:00", "name")
    assert chosen(original(), named).confidence == "high"


def test_a_films_instant_and_the_clock_in_its_name_tell_the_offset() -> None:
    named = Found("filename_datetime", NOON + timedelta(hours=2))
    assert told(utc("mvhd"), named) == ("2024-01-15T12:00:00Z", "2024-01-15T14:00:00", "+02:00", "name")


def test_where_nothing_tells_an_offset_the_jobs_zone_gives_it() -> None:
    assert told(original(), zone="Asia/Tokyo") == (
        "2024-01-15T03:00:00Z", "2024-01-15T12:00:00", "+09:00", "option",
    )  # fmt: skip


def test_an_instant_is_told_in_the_zone_of_its_place() -> None:
    assert told(utc("mvhd"), zone="Europe/Paris", place=IN_TOKYO)[1:] == (
        "2024-01-15T21:00:00",
        "+09:00",
        "gps_position",
    )
    assert told(utc("mvhd"), zone="Europe/Paris")[1:] == ("2024-01-15T13:00:00", "+01:00", "option")


def test_a_time_that_nobody_knows_has_no_parts() -> None:
    assert times_as_json(chosen()) == {
        "detected_timestamp": None,
        "taken_local": None,
        "utc_offset": None,
        "offset_source": None,
        "subsecond": None,
        "timestamp_source": None,
        "confidence": "none",
        "timestamp_candidates": None,
    }


def test_parts_of_a_second_are_kept() -> None:
    assert times_as_json(chosen(original(NOON.replace(microsecond=350_000))))["subsecond"] == 0.35


def test_a_time_that_came_twice_is_marked_and_the_first_is_taken() -> None:
    choice = chosen(Found("exif_datetime", datetime(2024, 10, 27, 2, 30)), zone="Europe/Paris")
    assert choice.candidates[0].as_json() == {
        "source": "exif_datetime",
        "time": "2024-10-27T00:30:00Z",
        "weight": 5,
        "note": "ambiguous",
    }


def test_a_time_that_the_clocks_skipped_is_marked() -> None:
    choice = chosen(Found("exif_datetime", datetime(2024, 3, 31, 2, 30)), zone="Europe/Paris")
    assert choice.candidates[0].note == "skipped"


def test_an_offset_leaves_no_doubt() -> None:
    at = datetime(2024, 10, 27, 2, 30, tzinfo=timezone(timedelta(hours=1)))
    assert chosen(Found("exif_datetime", at), zone="Europe/Paris").candidates[0].note is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)))
def test_doubt_is_cast_exactly_where_the_clocks_change(local: datetime) -> None:
    moments = {local - timedelta(hours=h) for h in (0, 1, 2)}
    read_back = [
        m.replace(tzinfo=UTC)
        for m in moments
        if m.replace(tzinfo=UTC).astimezone(PARIS).replace(tzinfo=None, fold=0) == local
    ]
    assert doubt(local, PARIS) == {0: "skipped", 1: None, 2: "ambiguous"}[len(read_back)]


@pytest.mark.parametrize(
    ("text", "offset", "at"),
    [
        ("2024:01:15 12:00:00", "", NOON),
        ("2024:01:15 12:00:00\0", "", NOON),
        ("2024-01-15T12:00:00", "", NOON),
        ("2024:01:15 12:00:00.123", "", NOON.replace(microsecond=123_000)),
        ("2024:01:15 12:00:00", "+02:00", NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("2024:01:15 12:00:00", "-0530", NOON.replace(tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("2024:01:15 12:00:00", "nonsense", NOON),
        ("2024-01-15T12:00:00.000000Z", "", NOON.replace(tzinfo=UTC)),
        ("2024-01-15T12:00:00+0100", "+05:00", NOON.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("0000:00:00 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("2024:02:31 12:00:00", "", None),
        ("2024:01:15 24:28:33", "", datetime(2024, 1, 15, 0, 28, 33)),  # Nexus phones, half past midnight of that day
        ("2024:01:15 25:00:00", "", None),
        ("2024-01-15T12:00", "", NOON),
        ("2024-01-15T12:00+0100", "", NOON.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("2024-01-15", "", datetime(2024, 1, 15)),
        ("2024:01:15 12:00:60", "", None),
        ("٢٠٢٤:01:15 12:00:00", "", None),
        ("", "", None),
    ],
)
def test_written_times_are_read_or_are_none(text: str, offset: str, at: datetime | None) -> None:
    found = written(text, offset)
    assert found == at
    assert (found and found.utcoffset()) == (at and at.utcoffset())


def test_a_day_alone_is_known_as_such() -> None:
    assert is_date("2024-01-15")
    assert not is_date("2024-01-15T12:00")


@pytest.mark.parametrize("text", ["+14:01", "-15:00", "+01:60", "02:00", "+2:00", "Z+1", "", "+٠٢:00"])
def test_absurd_offsets_are_none(text: str) -> None:
    assert utc_offset(text) is None


@given(st.text(max_size=40), st.text(max_size=10))
def test_no_text_upsets_the_reader_of_times(text: str, offset: str) -> None:
    written(text, offset)


@given(st.datetimes(), st.sampled_from(["", "+09:00", "-03:30", "+0545", "Z"]))
def test_every_time_written_as_exif_is_read_back(at: datetime, offset: str) -> None:
    at = at.replace(microsecond=0, fold=0)
    found = written(f"{at.year:04}:{at:%m:%d %H:%M:%S}", offset)
    assert found is not None
    assert found.replace(tzinfo=None) == at
    assert found.tzinfo == (utc_offset(offset) if offset else None)


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_told_in_utc_with_z(at: datetime) -> None:
    assert datetime.fromisoformat(iso(at)) == at.replace(microsecond=0)
    assert iso(at).endswith("Z")
    assert len(iso(at)) == 20
