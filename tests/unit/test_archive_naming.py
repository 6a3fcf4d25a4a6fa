"""Names in an archive: safe on every system, unique, with related files together."""

import io
import itertools
import zipfile
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.archives.naming import Layout, Named, paths
from chalicelib.archives.plan import MemberTooLarge, Planned, cut, packed, parts, unpacked
from chalicelib.files.archive import Entry, plan, write
from chalicelib.files.hashing import crc32
from chalicelib.jobs.library.archives import planned_zip
from chalicelib.pipelines.base import StoredFile

SUMMER = datetime(2024, 7, 31, 23, 30, tzinfo=timezone(timedelta(hours=2)))


def in_one_job(*names: str) -> list[Named]:
    return [Named("1", "Trip", name) for name in names]


def test_original_folders_stay_and_are_below_their_job_where_there_are_several() -> None:
    assert paths(in_one_job("a/b/c.jpg", "d.jpg"), "original") == ["a/b/c.jpg", "d.jpg"]
    two = [Named("1", "Trip", "a/c.jpg"), Named("2", "Trip", "a/c.jpg"), Named("3", "trip", "a/c.jpg")]
    assert paths(two, "original") == ["Trip/a/c.jpg", "Trip (2)/a/c.jpg", "trip (3)/a/c.jpg"]


def test_organised_is_by_the_month_of_the_places_own_clock() -> None:
    files = [Named("1", "Trip", "x/a.jpg", SUMMER), Named("1", "Trip", "b.jpg")]
    assert paths(files, "organised") == ["2024/07/a.jpg", "undated/b.jpg"]


def test_what_belongs_to_a_photo_goes_with_it() -> None:
    files = [
        Named("1", "Trip", "x/IMG_1.HEIC", SUMMER),
        Named("1", "Trip", "x/IMG_1.MOV", SUMMER),
        Named("1", "Trip", "x/IMG_1.heic.xmp"),
        Named("1", "Trip", "y/IMG_1.HEIC", SUMMER),
        Named("1", "Trip", "y/img_1.xmp"),
    ]
    assert paths(files, "organised") == [
        "2024/07/IMG_1.HEIC",
        "2024/07/IMG_1.MOV",
        "2024/07/IMG_1.heic.xmp",
        "2024/07/IMG_1 (2).HEIC",
        "2024/07/IMG_1 (2).xmp",
    ]


def test_the_same_name_twice_in_one_folder_is_two_files() -> None:
    assert paths(in_one_job("a.jpg", "A.JPG", "a.jpg"), "flat") == ["a.jpg", "A (2).JPG", "a (3).jpg"]


def test_a_file_is_never_where_a_folder_is() -> None:
    assert paths(in_one_job("a", "a/b", "A"), "original") == ["a (2)", "a/b", "A (3)"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\x.jpg", "C_/Users/x.jpg"),
        ("con.jpg", "con_.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("...", "file"),
        ("  .jpg", "file.jpg"),
        ("a.j/pg", "a.j/pg"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        ("x" * 300 + ".jpeg", "x" * 100 + ".jpeg"),
        ("\u6f22" * 250 + ".jpg", "\u6f22" * 66 + ".jpg"),
        ("/".join("abcdefghijklmnop") + "/x.jpg", "a/b/c/d/e/f/g/h/i/j/k/l/x.jpg"),
    ],
)
def test_names_are_made_safe(name: str, path: str) -> None:
    assert paths(in_one_job(name), "original") == [path]


ANY_NAME = st.text(st.sampled_from("aAbé./\\ :\x00\u202e'\u6f22-1") | st.characters(), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.sampled_from("123"), ANY_NAME, st.sampled_from([None, SUMMER])), min_size=1, max_size=30),
    st.sampled_from(["organised", "original", "flat"]),
)
def test_any_names_make_a_sound_zip_whose_size_was_known_before(
    given_files: list[tuple[str, str, datetime | None]], layout: Layout
) -> None:
    files = [Named(job, f"job {job}", name, local) for job, name, local in given_files]
    found = paths(files, layout)
    assert len({path.casefold() for path in found}) == len(files)
    folders = {path.rpartition("/")[0].casefold() for path in found}
    assert not folders & {path.casefold() for path in found}
    assert all(len(part.encode()) <= 255 for path in found for part in path.split("/"))
    content = b"content"
    members = [
        Planned(path, StoredFile("x", "k", 7, None), file.local) for path, file in zip(found, files, strict=True)
    ]
    entries = [Entry(m.path, 7, crc32(content), source=m, modified_at=m.modified_at) for m in members]
    out = io.BytesIO()
    write(plan(entries), lambda _source, start, end: content[start:end], out)
    assert planned_zip(members).size == len(out.getvalue())
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == found
        assert archive.testzip() is None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(4000, 9000))
def test_each_zip_of_several_keeps_within_the_limit_and_holds_its_share(sizes: list[int], most: int) -> None:
    members = [Planned(f"f{i}", StoredFile("x", "k", size, 0), SUMMER) for i, size in enumerate(sizes)]
    counts = cut(members, most)
    assert sum(counts) == len(members)
    shares = list(parts(members, counts))
    assert [member for share in shares for member in share] == members
    assert all(planned_zip(share).size <= most for share in shares)
    for one, following in itertools.pairwise(shares):  # no more zips than the estimate says
        assert planned_zip([*one, following[0]]).size > most - 256 * (len(one) + 2)


def test_a_member_beyond_the_limit_is_named() -> None:
    with pytest.raises(MemberTooLarge, match=r"big\.mov has 5,000 bytes"):
        cut([Planned("big.mov", StoredFile("x", "k", 5000, 0))], 5000)


def test_what_was_chosen_comes_back_as_it_was_kept() -> None:
    members = [
        Planned("a/é.jpg", StoredFile("é.jpg", "uploads/x", 3, 5, "etag", None), SUMMER, "id-1"),
        Planned("b\u2028.jpg", StoredFile("b\u2028.jpg", "k", 0, None, None, "bucket")),
    ]
    assert unpacked(packed(members)) == members
