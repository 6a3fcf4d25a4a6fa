# ruff: noqa: DTZ001  # cameras and names know no zone
"""The time that a file's name tells."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.media.filenames import from_name
from chalicelib.pipelines.media.timestamps import Found

NOON = datetime(2024, 1, 15, 12)
SECONDS = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20240115_120000.jpg",
        "PXL_20240115_120000123.jpg",
        "PXL_20240115_120000123.MP.jpg",
        "2024-01-15_12-00-00.jpg",
        "Screenshot_2024-01-15-12-00-00.png",
        "Screenshot_2024-01-15-12-00-00-123_com.app.png",
        "Screenshot 2024-01-15 at 12.00.00.png",
        "Screenshot 2024-01-15 at 12.00.00\u202fPM.png",
        "WhatsApp Image 2024-01-15 at 12.00.00.jpeg",
        "VID_20240115_120000.mp4",
        "signal-2024-01-15-120000.jpg",
        "signal-2024-01-15-12-00-00-123.jpg",
        "20240115120000.jpg",
        "20240115_120000(1).jpg",
        "IMG_20240115_120000_1.jpg",
        "IMG_20240115_120000~2.jpg",
        "2024-01-15 12.00.00-1.jpg",
        "holidays/20230101_080000/IMG_20240115_120000.jpg",
        r"C:\20230101_080000\IMG_20240115_120000.jpg",
    ],
)
def test_a_name_with_date_and_time_tells_both(name: str) -> None:
    assert from_name(name) == Found("filename_datetime", NOON)


@pytest.mark.parametrize(
    ("name", "hour"), [("at 1.05.09 PM", 13), ("at 12.05.09 AM", 0), ("at 12.05.09 pm", 12), ("at 1.05.09 AM", 1)]
)
def test_a_twelve_hour_clock_is_understood(name: str, hour: int) -> None:
    assert from_name(f"Screenshot 2024-01-15 {name}.png") == Found(
        "filename_datetime", datetime(2024, 1, 15, hour, 5, 9)
    )


@pytest.mark.parametrize(
    "name",
    [
        "IMG-20240115-WA0001.jpg",
        "2024-01-15.jpg",
        "2024_01_15 party.jpg",
        "scan 2024.01.15 (3).tiff",
        "IMG_20240115_0001.jpg",
        "20240115_250000.jpg",
        "2024-01-15 at 13.00.00 PM.jpg",
    ],
)
def test_a_name_with_a_date_alone_or_with_an_impossible_time_tells_the_date(name: str) -> None:
    assert from_name(name) == Found("filename_date", datetime(2024, 1, 15))


@pytest.mark.parametrize(
    "name",
    [
        "20240231_120000.jpg",
        "IMG_20241301_120000.jpg",
        "IMG_5195.HEIC",
        "DSCN0010.jpg",
        "12345678.jpg",
        "18991231_120000.jpg",
        "120240115_120000.jpg",
        "1705312800000.jpg",
        "2024-0115.jpg",
        "20240115/photo.jpg",
        "",
    ],
)
def test_a_name_without_a_possible_date_tells_nothing(name: str) -> None:
    assert from_name(name) is None


@given(st.text(max_size=300))
def test_no_name_upsets_the_reader(name: str) -> None:
    from_name(name)


@given(
    SECONDS,
    st.sampled_from(
        [
            "IMG_%Y%m%d_%H%M%S",
            "%Y-%m-%d_%H-%M-%S",
            "Screenshot_%Y-%m-%d-%H-%M-%S",
            "%Y%m%d%H%M%S",
            "signal-%Y-%m-%d-%H%M%S",
        ]
    ),
    st.sampled_from([".jpg", ".JPEG", "_001.png", " (2).mp4", "~3.heic"]),
)
def test_every_time_in_a_known_pattern_is_read_back(at: datetime, pattern: str, end: str) -> None:
    assert from_name(at.strftime(pattern) + end) == Found("filename_datetime", at)


@given(SECONDS)
def test_every_date_in_a_known_pattern_is_read_back(at: datetime) -> None:
    assert from_name(at.strftime("IMG-%Y%m%d-WA0001.jpg")) == Found(
        "filename_date", at.replace(hour=0, minute=0, second=0)
    )
