"""Zips around every limit, as sparse files: by S3's rules, byte for byte a plain writer's, and readable everywhere.

Members are holes of zeros, so that a zip of many gigabytes takes only its headers on disk.
"""

import io
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chalicelib.files.archive import MAX_PART, MAX_PARTS, MIB, MIN_PART, Entry, Plan, Range, assemble, plan
from chalicelib.files.hashing import crc32, joined_crc32
from chalicelib.jobs.work.archiving import PASSED_THROUGH

GIB = 1024 * MIB
EDGES = [0, 1, MIN_PART - 1, MIN_PART, MIN_PART + 1, 16 * MIB - 1, 16 * MIB, 16 * MIB + 1]
HUGE = [4 * GIB - 2, 4 * GIB - 1, 4 * GIB, 4 * GIB + 1]
COUNTS = [65_534, 65_535, 65_536]
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=300) | st.sampled_from(
    ["a/b/c.jpg", "año/写真 1.jpg", ".hidden", "x" * 250]
)
SEVEN_ZIP = "7zz" if shutil.which("7zz") else "7z"
READERS = {"unzip": ["unzip", "-tqq"], SEVEN_ZIP: [SEVEN_ZIP, "t", "-bso0"], "bsdtar": ["bsdtar", "-tf"]}
EACH_READER = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed"))
    for name in READERS
]
derandomized = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZEROS = bytes(MIB)
MEBIBYTE = crc32(ZEROS)


def zeros_crc32(size: int) -> int:
    """The CRC32 of `size` zeros, by doubling."""
    crc, one, length = 0, crc32(b"\0"), 1
    while size:
        if size & 1:
            crc = joined_crc32(crc, one, length)
        one, length, size = joined_crc32(one, one, length), 2 * length, size >> 1
    return crc


def read(source: object, start: int, end: int) -> bytes:
    return bytes(end - start)


def entry(path: str, size: int, known: bool = True) -> Entry:
    return Entry(path, size, zeros_crc32(size) if known else None, source=path)


sizes = st.sampled_from(EDGES) | st.integers(0, 3 * MIN_PART)
drawn = st.lists(st.tuples(NAMES, sizes | st.sampled_from(HUGE), st.booleans()), max_size=7, unique_by=lambda m: m[0])


def entries_of(members: list[tuple[str, int, bool]]) -> list[Entry]:
    """A large member may have no CRC32 yet."""
    paths = {path for path, *_ in members}
    assume(not any(path.startswith(f"{other}/") for path in paths for other in paths))
    return [entry(path, size, known or size < 16 * MIB) for path, size, known in members]


def learned(planned: Plan) -> Plan:
    return planned.knowing({index: zeros_crc32(planned.layout.entry(index).size) for index in planned.layout.unknown})


def pieces(planned: Plan) -> Iterator[tuple[int, bytes | int]]:
    """(offset, bytes or number of zeros) of the parts: copied ranges, and long runs of a part, are holes."""
    for part in planned.parts:
        at = part.start
        for segment in part.segments:
            yield at, segment.size if isinstance(segment, Range) else segment.content
            at += segment.size


def sparse(planned: Plan, target: Path) -> None:
    with target.open("wb") as out:
        for at, piece in pieces(planned):
            if isinstance(piece, bytes):
                out.seek(at)
                out.write(piece)
        out.truncate(planned.size)


class PlainWriter:
    """The zip of a plain writer: entry after entry, then the directory. Holes stand for the members' zeros."""

    def __init__(self, entries: list[Entry]) -> None:
        self.pieces: list[tuple[int, bytes]] = []
        self._at = 0
        directory = []
        for one in entries:
            name, large = one.path.encode(), one.size >= 0xFFFFFFFF
            extra = struct.pack("<HHQQ", 1, 16, one.size, one.size) if large else b""
            shown, needed, header_at = min(one.size, 0xFFFFFFFF), 45 if large else 20, self._at
            common = struct.pack("<HHHHH", needed, 0x800, 0, 0, 33)
            common += struct.pack("<LLLH", zeros_crc32(one.size), shown, shown, len(name))
            self._put(b"PK\3\4" + common + struct.pack("<H", len(extra)) + name + extra)
            self._at += one.size
            values = [value for value in (one.size, one.size, header_at) if value >= 0xFFFFFFFF]
            extra = struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""
            needed = 45 if values else 20
            common = struct.pack("<H", needed) + common[2:]
            record = b"PK\1\2" + struct.pack("<H", 3 << 8 | needed) + common + struct.pack("<HHHH", len(extra), 0, 0, 0)
            record += struct.pack("<LL", 0o100644 << 16, min(header_at, 0xFFFFFFFF))
            directory.append(record + name + extra)
        begin = self._at
        for record in directory:
            self._put(record)
        size, count = self._at - begin, len(entries)
        if count >= 0xFFFF or size >= 0xFFFFFFFF or begin >= 0xFFFFFFFF:
            end = self._at
            self._put(struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 3 << 8 | 45, 45, 0, 0, count, count, size, begin))
            self._put(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
        few = min(count, 0xFFFF)
        tail = (min(size, 0xFFFFFFFF), min(begin, 0xFFFFFFFF), 0)
        self._put(struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, few, few, *tail))
        self.size = self._at

    def _put(self, content: bytes) -> None:
        self.pieces.append((self._at, content))
        self._at += len(content)


def joined(found: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The pieces with neighbours merged, so that the cuts of their writer don't matter."""
    runs: list[tuple[int, bytearray]] = []
    for at, content in found:
        if runs and runs[-1][0] + len(runs[-1][1]) == at:
            runs[-1][1].extend(content)
        elif content:
            runs.append((at, bytearray(content)))
    return [(at, bytes(content)) for at, content in runs]


@derandomized
@given(drawn, st.sampled_from([PASSED_THROUGH, 10 * MIB, 16 * MIB]))
def test_parts_obey_s3_whatever_the_members(members: list[tuple[str, int, bool]], largest: int) -> None:
    planned = plan(entries_of(members), part=largest)
    parts = list(learned(planned).parts)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) <= MAX_PARTS
    assert all(MIN_PART <= part.size <= MAX_PART for part in parts[:-1])
    assert 1 <= parts[-1].size <= MAX_PART
    assert [part.start for part in parts] == [sum(p.size for p in parts[:n]) for n in range(len(parts))]
    assert sum(part.size for part in parts) == planned.size
    for part in parts:
        assert part.copy_of is not None or part.size <= largest + MIN_PART
        assert (part.copy_of and part.copy_of.source) == planned.lies_in(part.number)
    # Parts with unknown CRC32s wait; copied bodies never do.
    for number in range(1, len(parts) + 1):
        assert not (planned.waits(number) and parts[number - 1].copy_of)
        if not planned.waits(number):
            assert planned.parts[number - 1] == parts[number - 1]


@derandomized
@given(drawn)
def test_the_parts_one_after_the_other_are_what_a_plain_writer_makes(members: list[tuple[str, int, bool]]) -> None:
    entries = entries_of(members)
    planned = learned(plan(entries, part=PASSED_THROUGH))
    plain = PlainWriter(entries)
    found = [(at, piece) for at, piece in pieces(planned) if isinstance(piece, bytes)]
    assert (planned.size, joined(found)) == (plain.size, joined(plain.pieces))
    # The CRC32 of the whole follows from the pieces in the order of the zip.
    crc, at = 0, 0
    for place, content in joined(plain.pieces):
        crc = joined_crc32(crc, zeros_crc32(place - at), place - at)
        crc, at = crc32(content, crc), place + len(content)
    assert planned.crc32 == crc


@derandomized
@given(drawn)
def test_what_is_unknown_is_learned_from_the_pieces(members: list[tuple[str, int, bool]]) -> None:
    entries = entries_of(members)
    planned = plan(entries, part=PASSED_THROUGH)
    for index in planned.layout.unknown:
        size, crc, at = planned.layout.entry(index).size, 0, 0
        through = 0
        for number, start, end in planned.pieces(index):
            assert start == at
            crc, at = joined_crc32(crc, zeros_crc32(end - start), end - start), end
            through += 0 if planned.lies_in(number) else end - start
        assert (at, crc) == (size, zeros_crc32(size))
        assert through <= MIN_PART


@pytest.mark.parametrize("reader", ["zipfile", *EACH_READER])
@settings(derandomize=True, deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
@given(members=st.lists(st.tuples(NAMES, sizes, st.booleans()), max_size=5, unique_by=lambda m: m[0]))
def test_others_read_it_whole(tmp_path: Path, reader: str, members: list[tuple[str, int, bool]]) -> None:
    entries = entries_of(members)
    target = tmp_path / "a.zip"
    sparse(learned(plan(entries, part=PASSED_THROUGH)), target)
    if reader == "zipfile":
        with zipfile.ZipFile(target) as archive:
            assert archive.testzip() is None
            assert [(one.filename, one.file_size) for one in archive.infolist()] == [(e.path, e.size) for e in entries]
        return
    tested = subprocess.run([*READERS[reader], target], capture_output=True, check=False)
    # unzip calls an empty zip a warning.
    assert tested.returncode == 0 or (reader == "unzip" and not entries), tested.stderr


@pytest.mark.parametrize("size", HUGE)
@pytest.mark.parametrize("reader", ["zipfile", *EACH_READER])
def test_others_find_what_lies_behind_a_huge_member(tmp_path: Path, reader: str, size: int) -> None:
    if reader == "unzip" and size == 0xFFFFFFFF:
        pytest.skip(
            "UnZip 6.00 takes this size, where ZIP64 gives it, for one that is still to be looked up: zipfile's too"
        )
    entries = [entry("large.bin", size, known=False), Entry.of("after.txt", b"after")]
    target = tmp_path / "a.zip"
    sparse(learned(plan(entries, part=PASSED_THROUGH)), target)
    if reader == "zipfile":
        with zipfile.ZipFile(target) as archive:
            assert archive.read("after.txt") == b"after"
            assert archive.getinfo("large.bin").file_size == size
        return
    commands = {
        "unzip": ["unzip", "-p", str(target), "after.txt"],
        "bsdtar": ["bsdtar", "-xOf", str(target), "after.txt"],
    }
    command = commands.get(reader, [reader, "e", "-so", str(target), "after.txt"])
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"after"


@pytest.mark.parametrize("count", COUNTS)
def test_as_many_members_as_sixteen_bits_count_are_what_a_plain_writer_makes(tmp_path: Path, count: int) -> None:
    entries = [Entry(f"{number % 7}/{number}", 0, 0, source=number) for number in range(count)]
    planned = plan(entries)
    whole = b"".join(assemble(part, read) for part in planned.parts)
    assert whole == b"".join(content for _, content in PlainWriter(entries).pieces)
    assert crc32(whole) == planned.crc32
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert len(archive.infolist()) == count
    target = tmp_path / "a.zip"
    target.write_bytes(whole)
    for reader in filter(shutil.which, READERS) if count == 65_535 else ():
        subprocess.run([*READERS[reader], target], capture_output=True, check=True)
