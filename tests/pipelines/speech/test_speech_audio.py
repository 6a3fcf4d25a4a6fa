"""Sound of every kind, and faulty sound."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from speech_world import FakeRun, encoded, samples_of, spoken, text_of, wav

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.speech.audio import Heard, decode, probe

SAMPLES, _ = samples_of(spoken("early"))
RIGHT = ["we", "went", "home", "early"]


def run(content: bytes, name: str = "a.wav") -> FakeRun:
    return FakeRun((name, content), (name.rpartition(".")[0] + ".lab", text_of("early"))).run()


def warned(done: FakeRun) -> set[str]:
    assert done.recorded is not None
    return {warning["code"] for warning in done.recorded[2]["warnings"]}


def riff(content: bytes, form: int, bits: int, rate: int = 16_000) -> bytes:
    """A wav of the given sample format: 1 for integers, 3 for floats."""
    size = bits // 8
    head = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36 + len(content), b"WAVE", b"fmt ", 16, form, 1, rate, rate * size, size, bits
    )
    return head + struct.pack("<4sI", b"data", len(content)) + content


@pytest.mark.parametrize(
    ("extension", "container", "codec", "rate", "form"),
    [
        ("flac", "flac", "flac", 16_000, None),
        ("mp3", "mp3", "libmp3lame", 44_100, None),
        ("m4a", "mp4", "aac", 44_100, None),
        ("m4a", "ipod", "alac", 44_100, None),
        ("aac", "adts", "aac", 44_100, None),
        ("ogg", "ogg", "libopus", 48_000, None),
        ("opus", "ogg", "libopus", 48_000, None),
        ("aiff", "aiff", "pcm_s16be", 22_050, None),
        ("wma", "asf", "wmav2", 44_100, None),
        ("mp4", "mp4", "aac", 48_000, None),
        ("mov", "mov", "pcm_s16le", 48_000, None),
        ("webm", "webm", "libopus", 48_000, None),
        ("wav", "wav", "pcm_s16le", 96_000, None),
        ("wav", "wav", "pcm_mulaw", 16_000, None),
        ("wav", "wav", "adpcm_ima_wav", 16_000, None),
        ("aif", "aiff", "pcm_s24be", 44_100, None),
        ("aifc", "aiff", "pcm_alaw", 16_000, None),
    ],
)
def test_every_container_gives_the_same_words(
    extension: str, container: str, codec: str, rate: int, form: str | None
) -> None:
    done = run(encoded(SAMPLES, container, codec, rate, form), f"a.{extension}")
    assert done.words() == RIGHT
    start = done.tiers()["speaker - word"][1][0]
    # A lossy codec may shift the sound by one of its own frames.
    assert abs(start - 0.22) < 0.06


@pytest.mark.parametrize(
    "content",
    [
        riff((SAMPLES // 256 + 128).astype("u1").tobytes(), 1, 8),
        riff(np.pad(SAMPLES[:, None].astype("<i2").view("u1"), ((0, 0), (1, 0))).tobytes(), 1, 24),
        riff((SAMPLES.astype("<i4") * 65536).tobytes(), 1, 32),
        riff((SAMPLES / 32768).astype("<f4").tobytes(), 3, 32),
        riff((SAMPLES / 32768).astype("<f8").tobytes(), 3, 64),
        wav(np.repeat(SAMPLES, 2), channels=2),
    ],
)
def test_every_width_of_samples_gives_the_same_words(content: bytes) -> None:
    done = run(content)
    assert done.words() == RIGHT
    assert done.verdict_of("a.wav")[0] == "aligned"


CHUNKS = struct.pack("<4sI6s", b"LIST", 5, b"INFOx\0")  # of odd length, before and after the sound
PLAIN = wav(SAMPLES)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN[:36] + CHUNKS + PLAIN[36:] + CHUNKS,
        PLAIN[:4] + b"\xff" * 4 + PLAIN[8:40] + b"\xff" * 4 + PLAIN[44:],
        PLAIN[:4] + bytes(4) + PLAIN[8:40] + bytes(4) + PLAIN[44:],
        b"RF64" + b"\xff" * 4 + b"WAVE" + struct.pack("<4sIQQQI", b"ds64", 28, 0, len(PLAIN) - 44, len(SAMPLES), 0)
        + PLAIN[12:40] + b"\xff" * 4 + PLAIN[44:],
        wav(np.repeat(SAMPLES, 12), channels=12),
    ],
    ids=["other chunks", "written as a stream", "never finished", "beyond 4 GiB", "twelve channels"],
)  # fmt: skip
def test_wavs_as_recorders_write_them(content: bytes) -> None:
    heard = Heard()
    samples = np.concatenate(list(decode(io.BytesIO(content), heard)))
    assert np.abs(samples.astype(int) - SAMPLES).max() <= 1
    assert heard.warnings == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"RIFX" + PLAIN[4:], "RIFX"),
        (riff(SAMPLES.tobytes(), 1, 16, 3999), "needs 4,000 at least"),
        (riff(SAMPLES.tobytes(), 1, 16, 1), "needs 4,000 at least"),
    ],
)
def test_sound_that_would_come_out_wrong_is_refused(content: bytes, sentence: str) -> None:
    for read in (probe, lambda stream: list(decode(stream, Heard()))):
        with pytest.raises(UnreadableFile, match=sentence):
            read(io.BytesIO(content))


def test_eight_kilohertz_are_aligned_and_told() -> None:
    done = run(encoded(SAMPLES, "wav", "pcm_s16le", 8000))
    assert done.words() == RIGHT
    assert "low_rate" in warned(done)


def test_the_last_interval_ends_where_the_sound_ends() -> None:
    done = run(wav(SAMPLES[:20_123]))
    for rows in done.tiers().values():
        assert rows[0][0] == 0
        assert rows[-1][1] == 20_123 / 16_000
        assert all(start < end for start, end, _ in rows)
        assert all(one[1] == two[0] for one, two in pairwise(rows))


def test_what_is_not_a_number_counts_as_silence() -> None:
    values = (SAMPLES / 32768).astype("<f4")
    values[100:110], values[200], values[300] = np.nan, np.inf, -np.inf
    done = run(riff(values.tobytes(), 3, 32))
    assert done.words() == RIGHT
    assert "not_numbers" in warned(done)


def test_clipped_sound_is_told() -> None:
    done = run(wav(np.clip(SAMPLES.astype(np.int32) * 6, -32768, 32767)))
    assert "clipped" in warned(done)
    assert done.words() == RIGHT


def test_sound_that_is_cut_off_is_aligned_as_far_as_it_goes() -> None:
    whole = wav(np.concatenate([SAMPLES, SAMPLES]))
    done = run(whole[: 44 + 2 * len(SAMPLES)])
    assert done.words() == RIGHT
    assert "truncated" in warned(done)
    assert done.tiers()["speaker - word"][-1][1] == len(SAMPLES) / 16_000


@pytest.mark.parametrize(
    "content",
    [b"", b"RIFF", b"no sound at all" * 100, wav(SAMPLES)[:60], b"\0" * 5000],
    ids=["empty", "a beginning", "text", "no samples", "zeros"],
)
def test_a_file_without_sound_fails_its_pair_alone(content: bytes) -> None:
    done = FakeRun(
        ("a.wav", content), ("a.lab", text_of("early")), ("b.wav", spoken("early")), ("b.lab", text_of("early"))
    ).run()
    verdict, message = done.verdict_of("a.wav")
    assert verdict == "failed"
    assert message
    assert done.verdict_of("b.wav")[0] == "aligned"


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(32_000, np.int16),
        np.random.default_rng(1).normal(0, 3000, 32_000),
        10_000 * np.sin(np.arange(48_000) / 16_000 * 2 * np.pi * 440) * (1 + np.sin(np.arange(48_000) / 3000)) / 2,
        np.zeros(1, np.int16),
        np.zeros(400, np.int16),
    ],
    ids=["silence", "noise", "music", "one sample", "less than a frame or so"],
)
def test_sound_without_speech_is_never_called_aligned(samples: np.ndarray) -> None:
    files = (("a.wav", wav(samples)), ("a.lab", text_of("early")))
    done = FakeRun(*files)
    with suppress(PipelineFailed):  # its only recording failed
        done.run()
    assert done.verdict_of("a.wav")[0] in ("failed", "suspect")


def test_a_film_without_sound_says_so() -> None:
    import av

    content = io.BytesIO()
    with av.open(content, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    with pytest.raises(UnreadableFile) as refused:
        probe(io.BytesIO(content.getvalue()))
    assert refused.value.code == "no_sound"


def test_decoding_holds_no_more_than_a_packet() -> None:
    heard = Heard()
    pieces = list(decode(io.BytesIO(wav(np.tile(SAMPLES, 20))), heard))
    assert max(map(len, pieces)) < 70_000
    assert sum(map(len, pieces)) == 20 * len(SAMPLES) == heard.samples


def film(delay: float, tracks: int = 1) -> bytes:
    """A film of two seconds whose sound begins after `delay` seconds."""
    import av

    content = io.BytesIO()
    with av.open(content, "w", format="mov") as container:
        picture = container.add_stream("mpeg4", rate=10, width=32, height=32, pix_fmt="yuv420p")
        sounds = [container.add_stream("pcm_s16le", rate=16_000, layout="mono") for _ in range(tracks)]
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for stream in sounds:
            heard = av.AudioFrame.from_ndarray(SAMPLES[None, :], format="s16", layout="mono")
            heard.sample_rate, heard.pts, heard.time_base = 16_000, round(delay * 16_000), Fraction(1, 16_000)
            container.mux([*stream.encode(heard), *stream.encode(None)])
    return content.getvalue()


def decoded(content: bytes) -> tuple[np.ndarray, list[str]]:
    heard = Heard()
    samples = np.concatenate(list(decode(io.BytesIO(content), heard)))
    return samples, [one.code for one in heard.warnings]


def test_the_sound_of_a_film_keeps_the_films_times() -> None:
    samples, codes = decoded(film(0.5))
    assert codes == ["gaps"]
    assert not samples[:7900].any()
    np.testing.assert_allclose(samples[8100 : 8000 + len(SAMPLES) - 100], SAMPLES[100:-100], atol=3)
    assert decoded(film(0.0))[1] == []


def test_what_follows_lost_packets_stays_in_its_place() -> None:
    rng = np.random.default_rng(2)
    given = rng.integers(-5000, 5000, 64_000).astype(np.int16)
    content = bytearray(encoded(given, "flac", "flac"))
    content[60_000:62_000] = bytes(2000)
    samples, codes = decoded(bytes(content))
    assert codes == ["gaps"]
    assert len(samples) == len(given)
    np.testing.assert_allclose(samples[-8000:-100], given[-8000:-100], atol=3)


def test_a_second_track_of_sound_is_told() -> None:
    assert decoded(film(0.0, tracks=2))[1] == ["tracks"]


def test_sound_behind_its_declared_end_is_told_and_other_chunks_are_not() -> None:
    content = bytearray(wav(SAMPLES))
    assert decoded(bytes(content) + b"LIST" + (9000).to_bytes(4, "little") + bytes(9000))[1] == []
    content[40:44] = len(SAMPLES).to_bytes(4, "little")  # half of it
    samples, codes = decoded(bytes(content))
    assert len(samples) == len(SAMPLES) // 2
    assert codes == ["undeclared"]


def test_channels_that_cancel_each_other_are_not_called_silent() -> None:
    both = np.stack([SAMPLES, -SAMPLES], axis=1)
    assert decoded(wav(both, channels=2))[1] == ["cancelled"]
    assert decoded(wav(np.stack([SAMPLES, 0 * SAMPLES], axis=1), channels=2))[1] == []


def test_very_quiet_sound_is_told() -> None:
    assert decoded(wav(np.rint(SAMPLES * (30 / np.abs(SAMPLES).max()))))[1] == ["quiet"]


def test_24_bits_at_full_scale_are_clipped() -> None:
    highest = riff(b"\xff\xff\x7f" * 16_000, 1, 24)
    assert decoded(highest)[1] == ["clipped"]
