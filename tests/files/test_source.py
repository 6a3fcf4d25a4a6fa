"""A stored file is read once, hashed on the way, and seekable at every moment."""

import hashlib
import io
import random
import zlib
from collections.abc import Iterator

import pytest

from chalicelib.files import source as module
from chalicelib.files.hashing import Hasher
from chalicelib.files.ranges import BLOCK, RangeReader
from chalicelib.files.source import SourceFile


class Store:
    """Serves ranges of one object, in chunks of an awkward size, and records the requests."""

    def __init__(self, content: bytes, chunk: int = 50_000) -> None:
        self.content = content
        self.requests: list[tuple[int, int]] = []
        self.bytes = 0
        self._chunk = chunk

    def stream(self, start: int, end: int) -> Iterator[bytes]:
        self.requests.append((start, end))
        for at in range(start, end, self._chunk):
            piece = self.content[at : min(at + self._chunk, end)]
            self.bytes += len(piece)
            yield piece


def stored(size: int, sha256: str | None = None) -> tuple[Store, SourceFile]:
    store = Store(random.Random(size).randbytes(size))
    return store, SourceFile("name", size, store.stream, verified_sha256=sha256)


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 17])
@pytest.mark.parametrize("sha256", [None, "known"])
def test_head_then_load_then_open_reads_each_byte_once(size: int, sha256: str | None) -> None:
    store, file = stored(size, sha256)
    assert file.head() == store.content[:BLOCK]
    digests = file.load()
    assert file.open().read() == store.content
    assert (digests.sha256, digests.crc32) == (hashlib.sha256(store.content).hexdigest(), zlib.crc32(store.content))
    assert digests.size == size == store.bytes


def test_an_unverified_file_is_one_request() -> None:
    store, file = stored(5 * BLOCK)
    file.head()
    file.load()
    file.load()
    assert store.requests == [(0, 5 * BLOCK)]
    assert file.sha256 == hashlib.sha256(store.content).hexdigest()


def test_a_verified_file_as_small_as_a_photo_is_asked_for_once() -> None:
    store, file = stored(10 * BLOCK, "known")
    file.head()
    file.load()
    assert len(store.requests) == 1
    assert store.bytes == 10 * BLOCK


def test_a_verified_large_file_that_is_only_opened_is_fetched_where_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", BLOCK)
    store, file = stored(100 * BLOCK, "known")
    file.head()
    with file.open() as opened:
        opened.seek(-10, io.SEEK_END)
        assert opened.read() == store.content[-10:]
        opened.seek(3)
        assert opened.read(4) == store.content[3:7]
    assert store.bytes == 2 * BLOCK
    assert file.sha256 == "known"
    assert file.digests is None


def test_a_large_file_keeps_its_head_and_tail_after_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", BLOCK)
    store, file = stored(30 * BLOCK + 5)
    file.load()
    loaded = store.bytes
    opened = file.open()
    assert opened.read(1000) == store.content[:1000]
    opened.seek(-BLOCK, io.SEEK_END)
    assert opened.read() == store.content[-BLOCK:]
    assert store.bytes == loaded
    opened.seek(15 * BLOCK)
    assert opened.read(10) == store.content[15 * BLOCK : 15 * BLOCK + 10]
    assert store.bytes > loaded


def test_two_open_views_do_not_move_each_other() -> None:
    store, file = stored(10 * BLOCK, "known")
    first, second = file.open(), file.open()
    first.seek(4 * BLOCK)
    second.seek(7 * BLOCK + 1)
    assert first.read(2 * BLOCK) == store.content[4 * BLOCK : 6 * BLOCK]
    assert second.read(9) == store.content[7 * BLOCK + 1 : 7 * BLOCK + 10]


def test_closing_a_view_leaves_the_file_readable() -> None:
    store, file = stored(3 * BLOCK, "known")
    file.open().close()
    assert file.open().read() == store.content


def test_random_reads_equal_the_content() -> None:
    content = random.Random(1).randbytes(40 * BLOCK + 33)
    reader = io.BufferedReader(RangeReader(lambda start, end: content[start:end], len(content)))
    rng = random.Random(2)
    for _ in range(500):
        at, length = rng.randrange(len(content) + 10), rng.randrange(3 * BLOCK)
        reader.seek(at)
        assert reader.read(length) == content[at : at + length]


def test_reading_on_takes_few_requests_and_no_byte_twice() -> None:
    store = Store(bytes(200 * BLOCK))
    reader = RangeReader(lambda start, end: b"".join(store.stream(start, end)), len(store.content))
    assert len(io.BufferedReader(reader, BLOCK).read()) == 200 * BLOCK
    assert len(store.requests) <= 10
    assert store.bytes == 200 * BLOCK


def test_a_seek_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        RangeReader(lambda start, end: b"", 10).seek(-1)


def test_the_hasher_passes_chunks_on_unchanged() -> None:
    hasher = Hasher()
    assert list(hasher.through([b"ab", b"", b"c"])) == [b"ab", b"", b"c"]
    digests = hasher.digests()
    assert (digests.sha256, digests.crc32, digests.size) == (
        hashlib.sha256(b"abc").hexdigest(),
        zlib.crc32(b"abc"),
        3,
    )


def test_whatever_is_opened_can_be_asked_for_its_name_as_libraries_do() -> None:
    """pydicom reads the name of every io.BufferedReader."""
    _, unread = stored(5 * BLOCK, "known")
    _, loaded = stored(5 * BLOCK)
    loaded.load()
    over_ranges = io.BufferedReader(RangeReader(lambda start, end: b"", 0))
    for stream in (unread.open(), over_ranges):
        assert isinstance(stream, io.BufferedReader)
        assert stream.name == ""
    assert not isinstance(loaded.open(), io.BufferedReader)
