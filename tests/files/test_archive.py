"""The zip as planned data: read by independent readers, and cut by the store's rules."""

import io
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.files.archive import (
    COPY_FROM,
    MAX_PARTS,
    MIB,
    MIN_PART,
    Entry,
    Literal,
    Range,
    SourceChanged,
    assemble,
    plan,
    write,
)
from chalicelib.files.hashing import joined_crc32
from chalicelib.files.ranges import RangeReader

GIB = 1024 * MIB
SMALL = {"part": 128, "copy_from": 128, "copy": 300, "min_part": 64, "max_part": 4096}
needs_unzip = pytest.mark.skipif(shutil.which("unzip") is None, reason="Info-ZIP's unzip is not installed")


class Sources(dict[str, bytes]):
    """The contents behind the entries; records the reads."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.reads: list[tuple[str, int, int]] = []

    def read(self, source: str, start: int, end: int) -> bytes:
        self.reads.append((source, start, end))
        return self[source][start:end]

    def entry(self, path: str, content: bytes, **fields: object) -> Entry:
        self[path] = content
        return Entry(path, len(content), zlib.crc32(content), source=path, **fields)


def zipped(entries, read=None, **sizes) -> bytes:
    out = io.BytesIO()
    write(plan(entries, **sizes), read or Sources().read, out)
    return out.getvalue()


def part_bytes(part, read) -> bytes:
    return read(part.copy_of.source, part.copy_of.start, part.copy_of.end) if part.copy_of else assemble(part, read)


def zeros(source: object, start: int, end: int) -> bytes:
    return bytes(end - start)


def zeros_entry(path: str, size: int) -> Entry:
    mebibytes, rest = divmod(size, MIB)
    one, crc = zlib.crc32(bytes(MIB)), zlib.crc32(bytes(rest))
    for _ in range(mebibytes):
        crc = joined_crc32(crc, one, MIB)
    return Entry(path, size, crc, source=path)


def opened(planned, read) -> zipfile.ZipFile:
    """The planned zip as Python's own reader sees it, without ever being written."""

    def fetch(start: int, end: int) -> bytes:
        segments = planned.layout.segments(start, end)
        return b"".join(s.content if isinstance(s, Literal) else read(s.source, s.start, s.end) for s in segments)

    return zipfile.ZipFile(io.BufferedReader(RangeReader(fetch, planned.size)))


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
edges = st.sampled_from([0, 1, 29, 63, 64, 65, 127, 128, 129, 191, 192, 193, 300, 301, 428, 429, 1000])
members = st.lists(
    st.tuples(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6),
        edges | st.integers(0, 700),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda member: member[0],
)


def make(drawn) -> tuple[list[Entry], Sources]:
    sources = Sources()
    entries = []
    for path, size, inline in drawn:
        content = random.Random(path).randbytes(size)
        entries.append(Entry.of(path, content) if inline else sources.entry(path, content))
    return entries, sources


@settings(deadline=None)
@given(members)
def test_any_members_come_back_whole_from_pythons_reader(drawn):
    entries, sources = make(drawn)
    with zipfile.ZipFile(io.BytesIO(zipped(entries, sources.read, **SMALL))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [entry.path for entry in entries]
        for entry in entries:
            content = sources[entry.path] if entry.content is None else entry.content
            assert archive.read(entry.path) == content


@settings(deadline=None)
@given(members, st.randoms(use_true_random=False))
def test_parts_made_in_any_order_are_the_zip_made_in_one_go(drawn, rng):
    entries, sources = make(drawn)
    planned = plan(entries, **SMALL)
    indexes = list(range(len(planned.parts)))
    rng.shuffle(indexes)
    uploaded = {}
    for index in indexes:
        part = planned.parts[index]
        uploaded[part.number] = part_bytes(part, sources.read)
        assert len(uploaded[part.number]) == part.size
    whole = b"".join(uploaded[number] for number in sorted(uploaded))
    assert whole == zipped(entries, sources.read, part=512, copy_from=512, copy=512, min_part=64, max_part=512)
    assert len(whole) == planned.size
    assert zlib.crc32(whole) == planned.crc32


@settings(deadline=None)
@given(members, st.integers(6, 40))
def test_every_part_keeps_the_stores_rules(drawn, max_parts):
    entries, _ = make(drawn)
    planned = plan(entries, **SMALL, max_parts=max_parts)
    parts = list(planned.parts)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert 1 <= len(parts) <= max_parts
    assert [part.start for part in parts] == [sum(before.size for before in parts[:i]) for i in range(len(parts))]
    assert sum(part.size for part in parts) == planned.size
    assert all(64 <= part.size <= 4096 for part in parts[:-1])
    assert 1 <= parts[-1].size <= 4096
    for part in parts:
        assert part.copy_of is None or part.segments == (part.copy_of,)
        assert part.copy_of is None or part.copy_of.size >= 64


@settings(deadline=None)
@given(members, st.data())
def test_what_is_missing_completes_what_was_uploaded(drawn, data):
    entries, sources = make(drawn)
    planned = plan(entries, **SMALL)
    store = {part.number: part_bytes(part, sources.read) for part in planned.parts if data.draw(st.booleans())}
    before = set(store)
    for part in plan(entries, **SMALL).missing({number: len(content) for number, content in store.items()}):
        assert part.number not in before
        store[part.number] = part_bytes(part, sources.read)
    assert b"".join(store[number] for number in sorted(store)) == zipped(entries, sources.read, **SMALL)


def test_a_part_of_another_size_than_planned_is_made_again():
    planned = plan([Entry.of("a", bytes(1000))], **SMALL)
    sizes = {part.number: part.size for part in planned.parts}
    assert list(planned.missing(sizes)) == []
    assert [part.number for part in planned.missing(sizes | {2: sizes[2] + 1})] == [2]


def test_plans_have_one_fingerprint_only_if_their_parts_are_interchangeable():
    entries = [Entry.of("a", bytes(1000)), Entry.of("b", b"1")]
    fingerprint = plan(entries, **SMALL).fingerprint
    assert plan(list(entries), **SMALL).fingerprint == fingerprint
    assert plan(entries, **{**SMALL, "part": 129}).fingerprint != fingerprint
    assert plan([entries[0], Entry.of("b", b"2")], **SMALL).fingerprint != fingerprint


def test_a_large_member_is_copied_but_for_what_its_header_needs():
    planned = plan([zeros_entry("photo.jpg", 3 * MIB), zeros_entry("film.mp4", 5 * GIB), zeros_entry("b.jpg", 1)])
    first, *copies, last = planned.parts
    header = 30 + len("film.mp4") + 20
    borrowed = MIN_PART - (30 + len("photo.jpg") + 3 * MIB) - header
    assert first.size == MIN_PART
    assert first.segments[-1] == Range("film.mp4", 0, borrowed)
    assert len(copies) == 5
    assert all(part.copy_of and part.copy_of.size <= GIB for part in copies)
    assert copies[0].copy_of.start == borrowed
    assert copies[-1].copy_of.end == 5 * GIB
    assert last.copy_of is None
    assert last.size < MIN_PART


def test_after_enough_small_members_a_large_one_is_copied_from_its_first_byte():
    planned = plan([zeros_entry("photo.jpg", 6 * MIB), zeros_entry("film.mp4", COPY_FROM)])
    assert planned.parts[1].copy_of == Range("film.mp4", 0, COPY_FROM)


def test_a_large_member_whose_bytes_the_plan_holds_is_never_copied():
    planned = plan([Entry.of("manifest.json", bytes(1000))], **SMALL)
    assert [part.copy_of for part in planned.parts] == [None] * len(planned.parts)
    assert max(part.size for part in planned.parts) == SMALL["part"]


def test_small_members_are_read_in_one_request_each():
    sources = Sources()
    entries = [sources.entry(f"{i}", bytes(40 + i)) for i in range(50)]
    for part in plan(entries, **SMALL).parts:
        assemble(part, sources.read)
    assert sources.reads == [(entry.path, 0, entry.size) for entry in entries]


def test_too_many_parts_make_larger_parts():
    entries = [Entry(f"{i}", 20 * MIB, 0, source=i) for i in range(20_000)]
    planned = plan(entries)
    assert len(planned.parts) <= MAX_PARTS
    assert max(part.size for part in planned.parts[:100]) > 16 * MIB


def test_a_zip_that_no_number_of_parts_holds_is_refused():
    with pytest.raises(ValueError, match="does not fit into 3 parts"):
        plan([Entry.of(f"{i}", bytes(4000)) for i in range(4)], **SMALL, max_parts=3)


@pytest.mark.parametrize(
    "sizes", [{"part": 9 * MIB}, {"copy": 6 * MIB}, {"copy_from": MIB}, {"copy": 6 * GIB}, {"part": 6 * GIB}]
)
def test_sizes_that_contradict_the_stores_rules_are_refused(sizes):
    with pytest.raises(ValueError, match="min_part"):
        plan([], **sizes)


UNSAFE = ["", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a\\b", "C:a", "c:/a"]
UNSAFE += ["a\0", "a\nb", "a\n", "a\x7f", "x" * 65_536]
SAFE = ["a", "..a", "a..", ".hidden", "a/.b/...", "12:30.jpg", "año/写真 1.jpg", "x" * 65_535]


@pytest.mark.parametrize("path", UNSAFE)
def test_unsafe_paths_are_refused(path):
    with pytest.raises(ValueError, match="not a safe path"):
        plan([Entry.of(path, b"")])


@pytest.mark.parametrize(
    "path", ["a", "..a", "a..", ".hidden", "a/.b/...", "12:30.jpg", "año/写真 1.jpg", "x" * 65_535]
)
def test_odd_but_safe_paths_are_kept(path):
    with zipfile.ZipFile(io.BytesIO(zipped([Entry.of(path, b"x")]))) as archive:
        assert archive.namelist() == [path]
        assert archive.read(path) == b"x"


def test_a_path_that_is_no_unicode_text_is_refused():
    with pytest.raises(ValueError, match="surrogates"):
        plan([Entry.of("\ud800", b"")])


def test_the_same_path_twice_is_refused():
    with pytest.raises(ValueError, match="two members with the path 'a/b'"):
        plan([Entry.of("a/b", b"1"), Entry.of("a/b", b"2")])


def test_a_path_that_is_both_member_and_folder_is_refused():
    with pytest.raises(ValueError, match="both a member and a folder: 'a/b'"):
        plan([Entry.of("a/b/c/d", b""), Entry.of("a/b", b"")])


@pytest.mark.parametrize("wrong", [{"size": -1}, {"crc32": -1}, {"crc32": 1 << 32}, {"size": 2}, {"crc32": 5}])
def test_an_entry_that_contradicts_itself_is_refused(wrong):
    with pytest.raises(ValueError, match=r"'a\.txt'"):
        plan([replace(Entry.of("a.txt", b"abc"), **wrong)])


@pytest.mark.parametrize("content", [b"", b"12", b"1234"])
def test_a_source_of_another_size_is_noticed(content):
    entry = Sources().entry("a", b"123")
    with pytest.raises(SourceChanged):
        assemble(plan([entry]).parts[0], lambda *_: content)


def test_a_source_with_other_bytes_of_the_same_size_is_noticed():
    with pytest.raises(SourceChanged):
        write(plan([Sources().entry("a", b"123")]), lambda *_: b"124", io.BytesIO())


def info(**fields) -> zipfile.ZipInfo:
    return zipfile.ZipFile(io.BytesIO(zipped([replace(Entry.of("ä.txt", b"x"), **fields)]))).infolist()[0]


def test_members_are_stored_regular_readable_files_with_utf8_names():
    member = info()
    assert member.compress_type == zipfile.ZIP_STORED
    assert member.external_attr == 0o100644 << 16
    assert member.create_system == 3
    assert member.flag_bits == 1 << 11
    assert (member.create_version, member.extract_version, member.extra) == (20, 20, b"")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (None, (1980, 1, 1, 0, 0, 0)),
        (datetime(1975, 5, 5, 5, 5, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2024, 1, 15, 12, 30, 59, tzinfo=timezone(timedelta(hours=9))), (2024, 1, 15, 12, 30, 58)),
        (datetime(2107, 12, 31, 23, 59, 59, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
        (datetime(2200, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_the_time_is_the_clocks_within_what_the_format_can_say(moment, expected):
    assert info(modified_at=moment).date_time == expected


@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        (datetime(2024, 1, 15, 12, 30, 59, tzinfo=timezone(timedelta(hours=9))), 1705289459),
        (datetime(1975, 5, 5, 5, 5, tzinfo=UTC), 168498300),
        (datetime(2200, 1, 1, tzinfo=UTC), None),
        (datetime(2024, 1, 15, 12, 30, 59), None),  # noqa: DTZ001 - without a zone it is no instant
        (None, None),
    ],
)
def test_a_time_with_a_zone_carries_its_instant(moment, seconds):
    extra = struct.pack("<HHBi", 0x5455, 5, 1, seconds) if seconds is not None else b""
    assert info(modified_at=moment).extra == extra


def test_an_empty_zip_is_a_zip():
    assert zipped([]) == b"PK\x05\x06" + bytes(18)


def test_local_headers_alone_suffice_to_read_the_zip_forward():
    sources = Sources()
    entries = [sources.entry(f"dir/{i}", random.Random(i).randbytes(i * 50)) for i in range(9)]
    whole = io.BytesIO(zipped(entries, sources.read))
    for entry in entries:
        signature, _, flags, method, _, _, crc, packed, size, name, extra = struct.unpack("<4s5H3L2H", whole.read(30))
        assert (signature, flags, method, crc, packed) == (b"PK\x03\x04", 1 << 11, 0, entry.crc32, size)
        assert (whole.read(name).decode(), extra) == (entry.path, 0)
        assert whole.read(size) == sources[entry.path]
    assert whole.read(4) == b"PK\x01\x02"


@pytest.mark.parametrize("count", [65_534, 65_535, 70_000])
def test_more_members_than_sixteen_bits_count_are_all_found(count):
    entries = [Entry(f"{i % 7}/{i}", 0, 0, content=b"") for i in range(count)]
    whole = zipped(entries)
    assert (b"PK\x06\x06" in whole) == (count >= 65_535)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.namelist() == [entry.path for entry in entries]
        assert archive.read(entries[-1].path) == b""


def test_the_zip64_end_records_say_where_and_how_many():
    entries = [Entry(f"{i}", 0, 0, content=b"") for i in range(65_535)]
    planned = plan(entries)
    record, locator, end = struct.unpack("<56s20s22s", zipped(entries)[-98:])
    start, stop = planned.layout.directory_at, planned.layout.trailer_at
    assert struct.unpack("<4sQ2H2L4Q", record) == (
        *(b"PK\x06\x06", 44, 3 << 8 | 45, 45, 0, 0),
        *(65_535, 65_535, stop - start, start),
    )
    assert struct.unpack("<4sLQL", locator) == (b"PK\x06\x07", 0, stop, 1)
    assert struct.unpack("<4s4H2LH", end) == (b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, stop - start, start, 0)


@pytest.mark.parametrize("size", [(1 << 32) - 2, (1 << 32) - 1, 1 << 32, 5 * GIB])
def test_a_member_and_an_offset_beyond_four_gibibytes_are_read_back(size):
    large, after = zeros_entry("large.bin", size), Entry.of("after.txt", b"after")
    planned = plan([large, after])
    with opened(planned, zeros) as archive:
        first, second = archive.infolist()
        assert (first.file_size, first.compress_size, first.CRC) == (size, size, large.crc32)
        assert first.extract_version == (45 if size >= 0xFFFFFFFF else 20)
        assert second.header_offset == 30 + len("large.bin") + (20 if size >= 0xFFFFFFFF else 0) + size
        assert archive.read("after.txt") == b"after"
        with archive.open("large.bin") as member:
            member.seek(size - 3)
            assert member.read() == bytes(3)


def test_the_local_header_of_a_huge_member_carries_both_its_sizes():
    header = assemble(plan([zeros_entry("a", 1 << 32)]).parts[0], zeros)[: 30 + 1 + 20]
    assert struct.unpack("<2L2H", header[18:30]) == (0xFFFFFFFF, 0xFFFFFFFF, 1, 20)
    assert struct.unpack("<2H2Q", header[31:]) == (1, 16, 1 << 32, 1 << 32)


def test_a_crc32_joins_beyond_four_gibibytes():
    one, stepwise = zlib.crc32(bytes(MIB)), 12345
    for _ in range(5 * 1024):
        stepwise = joined_crc32(stepwise, one, MIB)
    assert joined_crc32(12345, zeros_entry("a", 5 * GIB).crc32, 5 * GIB) == stepwise
    assert joined_crc32(zlib.crc32(b"ab"), zlib.crc32(b"cde"), 3) == zlib.crc32(b"abcde")


@needs_unzip
def test_info_zip_finds_nothing_wrong(tmp_path):
    sources = Sources()
    entries = [sources.entry(f"2024/ü{i}.jpg", random.Random(i).randbytes(i * 1000)) for i in range(30)]
    target = tmp_path / "a.zip"
    target.write_bytes(zipped([*entries, Entry.of("manifest.json", b"{}")], sources.read))
    tested = subprocess.run(["unzip", "-tqq", target], capture_output=True, text=True, check=False)
    assert (tested.returncode, tested.stdout, tested.stderr) == (0, "", "")
    subprocess.run(["unzip", "-qq", target, "-d", tmp_path / "out"], check=True)
    assert (tmp_path / "out/manifest.json").read_bytes() == b"{}"
    assert {p.stat().st_size for p in (tmp_path / "out/2024").iterdir()} == {i * 1000 for i in range(30)}


@needs_unzip
def test_info_zip_extracts_what_lies_beyond_four_gibibytes(tmp_path):
    planned = plan([zeros_entry("large.bin", (1 << 32) + 5), Entry.of("after.txt", b"after")])
    target = tmp_path / "sparse.zip"
    with target.open("wb") as out:
        for part in planned.parts:
            at = part.start
            for segment in part.segments:
                if isinstance(segment, Literal):
                    out.seek(at)
                    out.write(segment.content)
                at += segment.size
    assert target.stat().st_size == planned.size
    assert subprocess.run(["unzip", "-p", target, "after.txt"], capture_output=True, check=True).stdout == b"after"
    listing = subprocess.run(["unzip", "-l", target], capture_output=True, text=True, check=True).stdout
    assert str((1 << 32) + 5) in listing


def test_the_same_entries_give_the_same_bytes_whatever_the_parts():
    entries = [Entry.of("b", b"2" * 999, datetime(2024, 5, 6, tzinfo=UTC)), Entry.of("a", b"1" * 5)]
    assert zipped(entries) == zipped(list(entries), **SMALL)


def test_a_hundred_thousand_members_are_planned_without_holding_their_parts():
    entries = [Entry(f"{i:06}.jpg", 5_000_000, 0, source=i) for i in range(100_000)]
    planned = plan(entries)
    assert len(planned.parts) <= MAX_PARTS
    assert planned.parts[-1].number == len(planned.parts)
    assert [part.number for part in planned.parts[-2:]] == [len(planned.parts) - 1, len(planned.parts)]
    with pytest.raises(IndexError):
        planned.parts[len(planned.parts)]
