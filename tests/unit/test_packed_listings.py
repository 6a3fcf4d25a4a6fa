"""The library's packed listing of a finished job: small, complete, and in parts that fit an item."""

import random
import secrets

import pytest

from chalicelib.jobs.ids import new_id
from chalicelib.jobs.library import files as library
from chalicelib.jobs.library.files import Entry, packed, unpacked
from chalicelib.pipelines.base import Pipeline
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.volume import VOLUME

JOB = new_id()


def photos(count: int) -> list[Entry]:
    """Names and times as cameras make them, with random sizes."""
    dice = random.Random(1)
    found = []
    for i in range(1, count + 1):
        taken = f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}T{i % 24:02d}:{i % 60:02d}:{dice.randrange(60):02d}Z"
        size = dice.randrange(2_000_000, 9_000_000)
        found.append(Entry(JOB, i, "image", f"IMG_{i:05d}.JPG", size, "inspected", taken, None, (), None))
    return found


def test_a_listing_comes_back_as_it_was() -> None:
    entries = [*photos(10), Entry(JOB, 11, "video", "日本\n.mov", 0, "rejected", None, "Title", ("a", "b"), f"{JOB}-1")]
    assert list(unpacked(JOB, packed(entries))) == entries
    assert list(unpacked(JOB, packed([]))) == []
    assert len(list(packed([]))) == 1


def test_a_listing_takes_less_than_20_bytes_a_photo() -> None:
    assert sum(map(len, packed(photos(8000)))) < 20 * 8000


def test_even_names_that_can_not_be_compressed_stay_below_what_an_item_holds() -> None:
    entries = [entry._replace(filename=secrets.token_urlsafe(190)) for entry in photos(4000)]
    parts = list(packed(entries))
    assert len(parts) > 1
    assert max(map(len, parts)) <= library.LARGEST_PART < 400_000
    assert list(unpacked(JOB, parts)) == entries


@pytest.mark.parametrize(
    ("pipeline", "filename", "content_type", "kind"),
    [
        (MEDIA, "a.jpg", "image/jpeg", "image"),
        (MEDIA, "a.jpg", "video/mp4", "video"),
        (MEDIA, "a.MOV", None, "video"),
        (VOLUME, "a.nii.gz", "application/gzip", "volume"),
        (None, "a.wav", None, "audio"),
        (None, "a.bin", None, "other"),
        (MEDIA, "a.json", "application/json", "other"),
    ],
)
def test_a_kind_follows_from_the_pipeline_and_the_bytes(
    pipeline: Pipeline | None, filename: str, content_type: str | None, kind: str
) -> None:
    assert library.kind_of(pipeline, filename, content_type) == kind
