"""The evidence that a folder's other photos give for the time of one."""

from pathlib import Path
from typing import Any

import pytest

from chalicelib.pipelines.media.redating import as_inspected
from tests.pipelines.media.test_media_run import Job, inspected


def shot(number: int, name: str, at: str, *, sure: bool = False, camera: str | None = "Canon EOS R6") -> Any:
    confidence = "high" if sure else "medium"
    return inspected(number, name, at, confidence=confidence, metadata={"camera": camera} if camera else {})


def between(middle: Any, first: str = "2024-01-15T12:00:00Z", last: str = "2024-01-15T13:00:00Z") -> list[Any]:
    return [
        shot(1, "Trip/IMG_0100.JPG", first, sure=True),
        middle,
        shot(3, "Trip/IMG_0102.JPG", last, sure=True),
    ]


def second(job: Job) -> dict[str, Any]:
    return dict(job.all[1].metadata)


def test_a_time_between_those_of_its_neighbours_is_sure(tmp_path: Path) -> None:
    job = Job(between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z")), tmp_path).run()
    found = second(job)
    assert found["confidence"] == "high"
    assert found["timestamp_candidates"][1] == {
        "source": "folder",
        "time": "2024-01-15T12:00:00Z",
        "weight": 1,
        "note": "between",
    }
    assert found["detected_timestamp"] == "2024-01-15T12:20:00Z"
    assert found["inspected"]["confidence"] == "medium"


def test_a_time_that_is_days_off_its_neighbours_is_named(tmp_path: Path) -> None:
    job = Job(between(shot(2, "Trip/IMG_0101.JPG", "2019-01-15T12:20:00Z")), tmp_path).run()
    found = second(job)
    assert found["confidence"] == "medium"
    assert found["timestamp_candidates"][1] == {
        "source": "folder",
        "time": "2024-01-15T12:00:00Z",
        "weight": 1,
        "reason": "contradicts",
    }


@pytest.mark.parametrize(
    "files",
    [
        between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z", camera="Nikon Z 6")),
        between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z", camera=None)),
        between(shot(2, "Other/IMG_0101.JPG", "2024-01-15T12:20:00Z")),
        between(shot(2, "Trip/DSC_0101.JPG", "2024-01-15T12:20:00Z")),
        between(shot(2, "Trip/IMG_0200.JPG", "2024-01-15T12:20:00Z")),
        between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T15:00:00Z")),
        between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z"), last="2024-03-01T00:00:00Z"),
        between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z"), first="2024-01-16T00:00:00Z"),
    ],
    ids=["other camera", "no camera", "other folder", "other counter", "last", "near", "months apart", "out of order"],
)
def test_nothing_is_said_where_neighbours_cant_tell(files: list[Any], tmp_path: Path) -> None:
    before = files[1].metadata
    assert second(Job(files, tmp_path).run()) == before


def test_photos_that_are_unsure_themselves_are_no_witnesses(tmp_path: Path) -> None:
    files = [shot(n, f"IMG_010{n}.JPG", f"2024-01-15T12:0{n}:00Z") for n in (1, 2, 3)]
    job = Job(list(files), tmp_path).run()
    assert [file.metadata["confidence"] for file in job.all] == ["medium"] * 3
    assert job.texts == {}


def test_a_run_that_is_repeated_says_the_same(tmp_path: Path) -> None:
    job = Job(between(shot(2, "Trip/IMG_0101.JPG", "2024-01-15T12:20:00Z")), tmp_path).run()
    once = second(job)
    assert second(job.run()) == once
    assert as_inspected(once)["confidence"] == "medium"
