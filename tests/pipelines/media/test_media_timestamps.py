# ruff: noqa: DTZ001  # cameras and names know no zone
"""When was it taken: candidates, weights, zones, confidence."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.media.timestamps import WEIGHTS, Choice, Found, choose, doubt, iso, utc_offset, written

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOON = datetime(2024, 1, 15, 12)
PARIS = ZoneInfo("Europe/Paris")


def chosen(*found: Found, zone: str = "UTC", earliest_year: int = 2000, now: datetime = NOW) -> Choice:
    return choose(found, ZoneInfo(zone), earliest_year, now)


def test_the_weights_are_the_documented_ones() -> None:
    assert WEIGHTS == {
        "exif_datetime_original": 10,
        "exif_datetime_digitized": 8,
        "gps": 8,
        "quicktime_creationdate": 8,
        "mvhd": 7,
        "container_date": 7,
        "exif_datetime": 5,
        "filename_datetime": 3,
        "filename_date": 2,
        "modified_at": 1,
    }


def test_the_heaviest_candidate_wins_and_all_are_kept() -> None:
    choice = chosen(
        Found("modified_at", datetime(2025, 1, 1, tzinfo=UTC)),
        Found("exif_datetime", datetime(2024, 2, 1)),
        Found("exif_datetime_original", NOON),
    )
    assert choice.best is not None
    assert (choice.best.source, choice.best.at) == ("exif_datetime_original", NOON.replace(tzinfo=UTC))
    assert [c.source for c in choice.candidates] == ["exif_datetime_original", "exif_datetime", "modified_at"]


@pytest.mark.parametrize(
    ("found", "confidence"),
    [
        ([("exif_datetime_original", 0), ("gps", 30)], "high"),
        ([("exif_datetime_original", 0), ("gps", -30)], "high"),
        ([("exif_datetime_original", 0), ("gps", 31)], "medium"),
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
    times = [Found(source, NOON + timedelta(seconds=seconds)) for source, seconds in found]
    assert chosen(*times).confidence == confidence


def test_agreement_with_another_than_the_winner_does_not_count() -> None:
    other = NOON + timedelta(days=1)
    choice = chosen(Found("filename_datetime", NOON), Found("filename_date", other), Found("modified_at", other))
    assert choice.confidence == "low"


def test_times_without_a_zone_are_in_the_jobs_zone_and_others_are_not() -> None:
    choice = chosen(
        Found("exif_datetime_original", NOON),
        Found("gps", NOON.replace(tzinfo=UTC)),
        zone="America/New_York",
    )
    assert [c.at.hour for c in choice.candidates] == [17, 12]


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        (datetime(1999, 12, 31, 23, 59, 59), False),
        (datetime(2000, 1, 1), True),
        (datetime(1, 1, 1), False),
        (datetime(9999, 12, 31, 23, 59, 59), False),
        (NOW.replace(tzinfo=None) + timedelta(hours=13), True),
        (NOW.replace(tzinfo=None) + timedelta(hours=15), False),
        (NOW + timedelta(minutes=4), True),
        (NOW + timedelta(minutes=6), False),
    ],
)
def test_implausible_times_are_no_candidates(at: datetime, kept: bool) -> None:
    assert bool(chosen(Found("exif_datetime_original", at)).candidates) is kept


def test_the_earliest_year_is_an_option() -> None:
    scanned = Found("exif_datetime_original", datetime(1975, 6, 1))
    assert chosen(scanned).confidence == "none"
    assert chosen(scanned, earliest_year=1970).confidence == "medium"


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
        ("2024:01:15 12:00:00.123", "", NOON),
        ("2024:01:15 12:00:00", "+02:00", NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("2024:01:15 12:00:00", "-0530", NOON.replace(tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
        ("2024:01:15 12:00:00", "nonsense", NOON),
        ("2024-01-15T12:00:00.000000Z", "", NOON.replace(tzinfo=UTC)),
        ("2024-01-15T12:00:00+0100", "+05:00", NOON.replace(tzinfo=timezone(timedelta(hours=1)))),
        ("0000:00:00 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("2024:02:31 12:00:00", "", None),
        ("2024:01:15 24:00:00", "", None),
        ("2024:01:15 12:00:60", "", None),
        ("٢٠٢٤:01:15 12:00:00", "", None),
        ("", "", None),
    ],
)
def test_written_times_are_read_or_are_none(text: str, offset: str, at: datetime | None) -> None:
    found = written(text, offset)
    assert found == at
    assert (found and found.utcoffset()) == (at and at.utcoffset())


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
