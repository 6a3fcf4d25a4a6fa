"""The inspection of videos: the container's time, one frame, and few bytes read."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import MediaPipeline
from chalicelib.pipelines.media.options import Options
from infra.local.samples import scene, video
from tests.pipelines.media.makers import SMALL, Reads, large_video, rotated, source, with_idit

PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
QUICKTIME = {
    "com.apple.quicktime.creationdate": "2024-01-15T13:00:00+0100",
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.model": "iPhone 15",
    "com.apple.quicktime.location.ISO6709": "-33.8568+151.2153+012.300/",
}


def inspect(content: bytes, name: str, **options: object) -> Inspection:
    return PIPELINE.inspect(source(content, name), Options(**options))


def candidates(inspection: Inspection) -> list[tuple[str, str]]:
    return [(c["source"], c["time"]) for c in inspection.metadata["timestamp_candidates"]]


def test_a_phones_movie_tells_time_place_and_camera() -> None:
    content = video("mov", scene(1), "2024-01-15T12:00:10Z", size=SMALL, metadata=QUICKTIME)
    found = inspect(content, "a.mov", timezone="Asia/Tokyo")
    assert candidates(found) == [
        ("quicktime_creationdate", "2024-01-15T12:00:00Z"),
        ("mvhd", "2024-01-15T12:00:10Z"),
    ]
    assert found.metadata["confidence"] == "medium"  # both come from the phone's one clock
    assert (found.metadata["taken_local"], found.metadata["utc_offset"]) == ("2024-01-15T13:00:00", "+01:00")
    assert found.metadata["gps"] == {"latitude": -33.8568, "longitude": 151.2153, "altitude": 12.3}
    assert found.metadata["camera"] == "Apple iPhone 15"
    assert found.metadata["duration_seconds"] == 2.0
    assert found.metadata["frame_rate"] == 10.0
    assert found.metadata["codec"] == "mpeg4"
    assert (found.metadata["width"], found.metadata["height"]) == SMALL
    assert "phash" not in found.metadata


def test_an_android_phones_place_is_read() -> None:
    content = video("mp4", scene(1), size=SMALL)
    with_place = video("mp4", scene(1), size=SMALL, metadata={"location": "+46.5763+007.9904/"})
    assert "gps" not in inspect(content, "a.mp4").metadata
    assert inspect(with_place, "a.mp4").metadata["gps"] == {"latitude": 46.5763, "longitude": 7.9904}


@pytest.mark.parametrize(
    ("container", "name", "kind"),
    [("mp4", "a.mp4", "mvhd"), ("mov", "a.mov", "mvhd"), ("matroska", "a.mkv", "container_date")],
)
def test_the_containers_time_is_utc_whatever_the_zone(container: str, name: str, kind: str) -> None:
    content = video(container, scene(1), "2024-01-15T12:00:00Z", size=SMALL)
    assert candidates(inspect(content, name, timezone="Asia/Tokyo")) == [(kind, "2024-01-15T12:00:00Z")]


def test_an_avis_time_is_the_cameras_clock() -> None:
    content = with_idit(video("avi", scene(1), size=SMALL), b"Mon Jan 15 12:00:00 2024")
    assert candidates(inspect(content, "a.avi", timezone="Asia/Tokyo")) == [("container_date", "2024-01-15T03:00:00Z")]


def test_a_clock_never_set_is_no_candidate() -> None:
    content = video("mp4", scene(1), "1904-01-01T00:00:00Z", size=SMALL)
    assert inspect(content, "a.mp4").metadata["confidence"] == "none"


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "avi"])
def test_the_thumbnail_is_the_frame_at_one_second(container: str) -> None:
    content = video(container, scene(1, (640, 480)), size=(640, 480), seconds=3)
    small = Image.open(io.BytesIO(inspect(content, f"a.{container}".replace("matroska", "mkv")).thumbnail or b""))
    assert small.size == (320, 240)
    large = scene(1, (640, 480)).resize((800, 480))
    apart = []
    for second in (0, 1, 2):
        left = second * 10 * 160 // 30
        shown = large.crop((left, 0, left + 640, 480)).convert("L").resize((32, 32)).tobytes()
        seen = small.convert("L").resize((32, 32)).tobytes()
        apart.append(sum(abs(a - b) for a, b in zip(shown, seen, strict=True)))
    assert apart[1] == min(apart)


def test_of_a_shorter_video_the_last_frame_before_one_second_is_shown() -> None:
    content = video("mp4", scene(1), size=SMALL, seconds=1)
    assert inspect(content, "a.mp4").thumbnail


def test_a_video_held_upright_is_shown_upright() -> None:
    flat = video("mov", scene(1), size=SMALL)
    lying, upright = inspect(flat, "a.mov"), inspect(rotated(flat), "a.mov")
    assert (upright.metadata["width"], upright.metadata["height"]) == SMALL[::-1]
    before = Image.open(io.BytesIO(lying.thumbnail or b"")).transpose(Image.Transpose.ROTATE_270).convert("L").tobytes()
    after = Image.open(io.BytesIO(upright.thumbnail or b"")).convert("L").tobytes()
    assert sum(abs(a - b) for a, b in zip(before, after, strict=True)) / len(after) < 6


def test_a_container_without_a_picture_is_refused() -> None:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as target:
        stream = target.add_stream("aac", rate=8000)
        silence = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        silence.sample_rate, silence.pts = 8000, 0
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        target.mux(stream.encode(silence))
        target.mux(stream.encode())
    with pytest.raises(UnreadableFile) as refused:
        inspect(out.getvalue(), "a.mp4")
    assert refused.value.code == "no_video"


@pytest.mark.parametrize(
    ("container", "name"), [("mp4", "a.mp4"), ("mov", "a.mov"), ("matroska", "a.mkv"), ("avi", "a.avi")]
)
def test_of_a_verified_200_mb_video_two_percent_are_read_at_most(container: str, name: str, tmp_path: Path) -> None:
    content = large_video(tmp_path / "large", container, 200_000_000)
    reads = Reads(content)
    file = source(content, name, verified_sha256="0" * 64, stream=reads.stream)
    found = PIPELINE.inspect(file, Options())
    assert found.thumbnail
    assert found.metadata["duration_seconds"] > 10
    assert len(content) > 190_000_000
    assert reads.bytes <= 0.02 * len(content)
    assert len(reads.ranges) <= 8
    assert file.digests is None


def test_an_unverified_video_is_streamed_once_and_hashed() -> None:
    content = video("mp4", scene(1), size=SMALL)
    reads = Reads(content)
    file = source(content, "a.mp4", stream=reads.stream)
    PIPELINE.inspect(file, Options())
    assert reads.ranges == [(0, len(content))]
    assert file.digests is not None
    assert file.digests.size == len(content)


def test_an_unverified_large_video_costs_one_pass_and_a_little(tmp_path: Path) -> None:
    content = large_video(tmp_path / "large", "mp4", 80_000_000)
    reads = Reads(content)
    file = source(content, "a.mp4", stream=reads.stream)
    PIPELINE.inspect(file, Options())
    assert file.digests is not None
    assert len(content) <= reads.bytes <= 1.05 * len(content)


def test_a_fault_of_the_store_while_seeking_is_no_fault_of_the_file(tmp_path: Path) -> None:
    content = large_video(tmp_path / "large", "mp4", 20_000_000)
    reads = Reads(content)

    def broken(start: int, end: int):  # type: ignore[no-untyped-def]
        if start > 0:
            raise ConnectionResetError("the line went dead")
        return reads.stream(start, end)

    with pytest.raises(ConnectionResetError):
        PIPELINE.inspect(source(content, "a.mp4", verified_sha256="0" * 64, stream=broken), Options())
