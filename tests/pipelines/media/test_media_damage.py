"""Damaged files never crash the inspection; they yield a reason or a sound answer."""

import json
import re
import struct
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import MediaPipeline
from chalicelib.pipelines.media.heic import items_are_named
from chalicelib.pipelines.media.kinds import RAW_TYPES
from chalicelib.pipelines.media.options import Options
from infra.local.samples import exif, scene
from tests.pipelines.media.makers import SMALL, each_kind, heic, mutations, source

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "photos"
PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
KINDS = each_kind()
CODES = {"empty_file", "content_mismatch", "too_many_pixels", "no_video", "unreadable"}


def outcome(content: bytes, name: str) -> str:
    """The refusal's code, or `ok` where the answer is sound."""
    refusal, inspection = None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, about damaged tags
        try:
            inspection = PIPELINE.inspect(source(content, name), Options())
        except UnreadableFile as refused:
            refusal = refused
    if refusal:
        assert refusal.code in CODES
        assert re.fullmatch(r"[A-Z][^\n]{10,150}\.", refusal.message)
        return refusal.code
    assert inspection is not None
    assert_sound(inspection)
    return "ok"


def assert_sound(inspection: Inspection) -> None:
    metadata = inspection.metadata
    assert len(json.dumps(metadata, allow_nan=False)) < 1500
    pictureless = inspection.content_type in RAW_TYPES
    assert inspection.thumbnail or pictureless
    assert (inspection.thumbnail or b"\xff\xd8\xff").startswith(b"\xff\xd8\xff")
    assert metadata.get("width", 1) > 0 if pictureless else metadata["width"] > 0
    assert metadata.get("height", 1) > 0 if pictureless else metadata["height"] > 0
    assert metadata["confidence"] in ("high", "medium", "low", "none")
    assert ("detected_timestamp" in metadata) == (metadata["confidence"] != "none")


@pytest.mark.parametrize("name", KINDS)
def test_500_mutations_never_crash_and_always_have_an_answer(name: str) -> None:
    outcomes = [outcome(damaged, name) for damaged in mutations(KINDS[name], seed=7, count=500)]
    assert outcome(KINDS[name], name) == "ok"
    assert outcomes.count("unreadable") > 50
    assert "ok" in outcomes


@pytest.mark.parametrize("name", KINDS)
def test_no_length_at_which_a_file_is_cut_off_crashes(name: str) -> None:
    content = KINDS[name]
    for length in range(0, len(content), max(1, len(content) // 150)):
        outcome(content[:length], name)
    assert outcome(b"", name) == "empty_file"


@pytest.mark.skipif(not SAMPLES.exists(), reason="the collection of real photos isn't here")
def test_mutations_of_real_photos_never_crash() -> None:
    for path in sorted(SAMPLES.iterdir()):
        content = path.read_bytes()
        for damaged in mutations(content, seed=11, count=8 if len(content) > 500_000 else 30):
            outcome(damaged, path.name)


def test_a_heic_whose_items_types_are_no_text_is_refused_before_it_kills_the_decoder() -> None:
    content = heic(scene(1, SMALL), exif("2024:01:15 12:00:00"))
    assert items_are_named(content)
    damaged = content.replace(b"Exif\0", b"Ex\xe9f\0", 1)
    assert not items_are_named(damaged)
    assert outcome(damaged, "a.heic") == "unreadable"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


@pytest.mark.parametrize(
    "entry",
    [
        box(b"infe", b"\2\0\0\0" + b"\0\1\0\0" + b"\xffvc1\0"),
        box(b"infe", b"\3\0\0\0" + b"\0\0\0\1\0\0" + b"\xffvc1\0"),
        box(b"infe", b"\2\0\0\0" + b"\0\1\0\0" + b"mime\0" + b"application/\xff\0"),
    ],
)
@pytest.mark.parametrize("large", [False, True])
def test_items_are_looked_at_in_every_form_of_the_box(entry: bytes, large: bool) -> None:
    count = b"\1\0\0\0\0\0\0\1" if entry[8] == 3 else b"\0\0\0\0\0\1"
    info = box(b"iinf", count + entry)
    meta = bytes(4) + box(b"hdlr", bytes(20)) + info
    whole = struct.pack(">I4sQ", 1, b"meta", len(meta) + 16) + meta if large else box(b"meta", meta)
    file_type = box(b"ftyp", b"heic\0\0\0\0")
    assert not items_are_named(file_type + whole)
    assert items_are_named(file_type + whole.replace(b"\xff", b"h"))


def test_a_box_of_size_zero_or_nonsense_ends_the_look() -> None:
    assert items_are_named(b"\0\0\0\0meta" + bytes(40))
    assert items_are_named(b"\0\0\0\1meta")
    assert items_are_named(b"\0\0\0\3meta" + b"\xff" * 40)
    assert items_are_named(b"")
