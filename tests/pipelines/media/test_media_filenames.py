# ruff: noqa: DTZ001  # cameras and names know no zone
"""The time read from a file's name."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.media.filenames import counter, from_name
from chalicelib.pipelines.media.timestamps import Found

NOON = datetime(2024, 1, 15, 12)
SECONDS = st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20240115_120000.jpg",
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
    found = from_name(name)
    assert found is not None
    assert (found.source, found.at.replace(microsecond=0), found.utc) == ("filename_datetime", NOON, False)


@pytest.mark.parametrize(
    "name",
    [
        "Bildschirmfoto 2024-01-15 um 12.00.00.png",
        "Capture d’écran 2024-01-15 à 12.00.00.png",
        "Capture d’e\u0301cran 2024-01-15 a\u0300 12.00.00.png",
        "Captura de pantalla 2024-01-15 a las 12.00.00.png",
        "Captura de Tela 2024-01-15 às 12.00.00.png",
        "Captura de ecrã 2024-01-15, às 12.00.00.png",
        "Schermata 2024-01-15 alle 12.00.00.png",
        "Schermafbeelding 2024-01-15 om 12.00.00.png",
        "Skärmavbild 2024-01-15 kl. 12.00.00.png",
        "Skærmbillede 2024-01-15 kl. 12.00.00.png",
        "Näyttökuva 2024-01-15 kello 12.00.00.png",
        "Zrzut ekranu 2024-01-15 o 12.00.00.png",
        "Снимок экрана 2024-01-15 в 12.00.00.png",
        "Snímek obrazovky 2024-01-15 v 12.00.00.png",
        "Képernyőfotó 2024-01-15 - 12.00.00.png",
        "Ekran Resmi 2024-01-15 12.00.00.png",
        "截屏2024-01-15 12.00.00.png",
        "截屏2024-01-15 下午12.00.00.png",
        "スクリーンショット 2024-01-15 12.00.00.png",
        "스크린샷 2024-01-15 오후 12.00.00.png",
        "ภาพถ่ายหน้าจอ 2567-01-15 เวลา 12.00.00.png",
        "Ảnh màn hình 2024-01-15 lúc 12.00.00.png",
        "צילום מסך 2024-01-15 ב-12.00.00.png",
        "Captură de ecran din 2024-01-15 la 12.00.00 (2).png",
    ],
)
def test_a_macs_screenshot_in_any_language_tells_its_time(name: str) -> None:
    assert from_name(name) == Found("filename_datetime", NOON)


def test_a_half_day_may_stand_before_the_time() -> None:
    assert from_name("스크린샷 2024-01-15 오전 9.05.09.png") == Found(
        "filename_datetime", datetime(2024, 1, 15, 9, 5, 9)
    )
    assert from_name("截圖 2024-01-15 下午1.05.09.png") == Found("filename_datetime", datetime(2024, 1, 15, 13, 5, 9))


def test_a_telegram_export_tells_its_time() -> None:
    assert from_name("photo_5123@15-01-2024_12-00-00.jpg") == Found("filename_datetime", NOON)
    assert from_name("video_2@15-01-2024_12-00-00.mp4") == Found("filename_datetime", NOON)


@pytest.mark.parametrize(
    "name", ["mmexport1705320000123.jpg", "wx_camera_1705320000123.jpg", "FB_IMG_1705320000123.jpg"]
)
def test_milliseconds_of_wechat_and_facebook_are_an_instant(name: str) -> None:
    found = from_name(name)
    assert found is not None
    assert found.utc
    assert found.at.isoformat() == "2024-01-15T12:00:00.123000+00:00"


@pytest.mark.parametrize(
    "name", ["PXL_20240115_120000123.jpg", "PXL_20240115_120000123.MP.jpg", "a/PXL_20240115_120000123.TS.mp4"]
)
def test_a_pixels_name_is_utc(name: str) -> None:
    assert from_name(name) == Found("filename_datetime", NOON.replace(microsecond=123_000, tzinfo=UTC), utc=True)


def test_hour_24_is_the_first_of_that_day() -> None:
    assert from_name("IMG_20160202_242833.jpg") == Found("filename_datetime", datetime(2016, 2, 2, 0, 28, 33))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("IMG_9999.JPG", ("IMG_", 9999)),
        ("a/DSC_0001.NEF", ("DSC_", 1)),
        ("sea.jpg", ("sea", None)),
        ("IMG_1234~2.jpg", ("IMG_", 1234)),
    ],
)
def test_a_cameras_counter_is_told(name: str, count: tuple[str, int | None]) -> None:
    assert counter(name) == count


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
    assert from_name(name) == Found("filename_date", datetime(2024, 1, 15), date_only=True)


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
    found = from_name(at.strftime(pattern) + end)
    assert found is not None
    assert (found.source, found.at.replace(microsecond=0)) == ("filename_datetime", at)


@given(SECONDS)
def test_every_date_in_a_known_pattern_is_read_back(at: datetime) -> None:
    assert from_name(at.strftime("IMG-%Y%m%d-WA0001.jpg")) == Found(
        "filename_date", at.replace(hour=0, minute=0, second=0), date_only=True
    )
