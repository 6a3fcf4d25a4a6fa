"""Zips from strangers: the refusals before anything is unpacked, and the members that are skipped."""

from __future__ import annotations

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.formats import IMAGES, base_name, format_of, suffix_of

MAX_MEMBERS = 5_000
MAX_TOTAL_BYTES = 4 * 1024**3
# Deflate reaches 1,032:1 on zeros. A label map, which is nearly all zeros, may honestly reach some hundreds, and a
# small file does no harm whatever its ratio.
MAX_RATIO = 500
RATIO_MATTERS_FROM = 8 * 1024**2
EXPECTED = "Expected: .nii.gz, .nii, .nrrd, .nhdr with its .raw, .mha, .mhd with its .raw, .mgz, or a DICOM series"
ORDER = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".mgz", ".mgh", ".hdr", ".hdr.gz")
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".jar", ".war", ".cab")
DECODABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


@dataclass(frozen=True)
class Contents:
    """images: member names with an image's extension, best first. others: possible DICOM slices, in stored order. data:
    members that a header may name as its data file. archives: the number of archives inside, which are skipped
    unread."""

    images: tuple[str, ...]
    others: tuple[str, ...]
    data: tuple[str, ...]
    archives: int


@contextmanager
def opened(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The zip, once it is known to be harmless. Raises UnreadableFile, also for errors while it is read."""
    try:
        with zipfile.ZipFile(stream) as archive:
            _check(archive)
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error, lzma.LZMAError):
        raise _damaged() from None


def contents(archive: zipfile.ZipFile) -> Contents:
    """The members of a checked zip. Raises UnreadableFile where nothing in it can be an image."""
    names = [member.filename for member in archive.infolist() if not _folder(member) and not _litter(member.filename)]
    within = [name for name in names if name.lower().endswith(ARCHIVES)]
    kinds = {name: format_of(name) for name in names if name not in within}
    images = sorted(
        (name for name, kind in kinds.items() if kind in IMAGES),
        key=lambda name: (ORDER.index(suffix_of(name)), name.count("/"), name),
    )
    return Contents(
        tuple(images),
        tuple(name for name, kind in kinds.items() if kind not in IMAGES and kind != "raw"),
        tuple(name for name, kind in kinds.items() if kind == "raw"),
        len(within),
    )


def beside(names: Iterable[str], header: str, data_file: str) -> str | None:
    """The member that `header` means by `data_file`: the one in its own folder, or else the only one of that name."""
    alike = [name for name in names if base_name(name).lower() == base_name(data_file).lower()]
    own = [name for name in alike if folder_of(name) == folder_of(header)]
    if own:
        return own[0]
    return alike[0] if len(alike) == 1 else None


def folder_of(name: str) -> str:
    return str(PurePosixPath(name.replace("\\", "/")).parent)


def no_image(found: Contents) -> UnreadableFile:
    if found.archives and not found.images and not found.others:
        return UnreadableFile("zip_nested", "The zip holds nothing but other archives; zip the image files themselves.")
    return UnreadableFile("no_image_in_zip", f"No valid medical image found in zip file. {EXPECTED}")


@contextmanager
def member(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    with archive.open(name) as stream:
        yield cast(BinaryIO, stream)


def extract(archive: zipfile.ZipFile, name: str, to: Path) -> Path:
    """One member's bytes in the file `to`; the member's own name never becomes a path."""
    with archive.open(name) as source, to.open("wb") as target:
        # zipfile stops at the stated size and compares the CRC, so a member can't be larger than was checked.
        while piece := source.read(4 << 20):
            target.write(piece)
    return to


def _damaged() -> UnreadableFile:
    return UnreadableFile("invalid_zip", "The file isn't a zip, or is damaged.")


def _check(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if any(one.header_offset < 0 for one in members):
        # The sign of a zip that lost bytes in front: zipfile trusts the directory about where members lie.
        raise _damaged()
    if len(members) > MAX_MEMBERS:
        raise UnreadableFile(
            "zip_too_many_files", f"The zip holds {len(members)} files; at most {MAX_MEMBERS} are accepted."
        )
    total = sum(one.file_size for one in members)
    if total > MAX_TOTAL_BYTES:
        raise UnreadableFile(
            "zip_too_large",
            f"The zip unpacks to {total / 1024**3:.1f} GiB, at most {MAX_TOTAL_BYTES // 1024**3} are taken.",
        )
    for one in members:
        _check_member(one)
    # Entries that share their bytes unpack to far more than the zip's own size.
    ordered = sorted(members, key=lambda one: one.header_offset)
    for one, following in pairwise(ordered):
        if one.header_offset + one.compress_size >= following.header_offset:
            raise UnreadableFile("zip_bomb", "The zip holds files that overlap.")


def _check_member(one: zipfile.ZipInfo) -> None:
    parts = PurePosixPath(one.filename.replace("\\", "/")).parts
    if one.filename.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", one.filename):
        raise UnreadableFile("zip_unsafe_path", "The zip holds an absolute path.")
    if ".." in parts:
        raise UnreadableFile("zip_unsafe_path", "The zip holds a path that leads out of it (../).")
    mode = one.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableFile("zip_link", "The zip holds a link or a device instead of a file.")
    if one.flag_bits & 0x1:
        raise UnreadableFile("zip_encrypted", "The zip holds encrypted files.")
    if one.compress_type not in DECODABLE:
        raise UnreadableFile("invalid_zip", "The zip is compressed in a way that can't be read here; use deflate.")
    if one.file_size > RATIO_MATTERS_FROM and one.file_size > MAX_RATIO * max(one.compress_size, 1):
        raise UnreadableFile("zip_bomb", f"The zip holds a file that unpacks to more than {MAX_RATIO} times its size.")


def _folder(member: zipfile.ZipInfo) -> bool:
    return member.filename.endswith(("/", "\\"))


def _litter(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith(".")
