"""The DICOM files of a job or a zip: their headers, and which slices can't be read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume import archives
from chalicelib.pipelines.volume.formats import base_name, told
from chalicelib.pipelines.volume.readers import dicom, dicom_files, splitting, volumes

DICOM_SUFFIXES = (".dcm", ".ima")
NO_DICOM = "It isn't a DICOM file, or is damaged."


@dataclass
class Slices:
    """names: of the files that hold an image, at their places; headers: theirs. broken: a name for each file that
    should hold one and can't be read, with the reason."""

    names: list[str] = field(default_factory=list)
    headers: list[dicom.Header] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)

    def refuse_incomplete(self, *, allowed: bool) -> list[Caution]:
        """A warning about broken files where they are `allowed`. Raises UnreadableFile(incomplete_series) otherwise."""
        if not self.broken:
            return []
        named = "; ".join(f"{name}: {reason}" for name, reason in self.broken[:8])
        more = f"; and {len(self.broken) - 8} more" if len(self.broken) > 8 else ""
        count = len(self.broken)
        what = f"{counted(count, 'DICOM file')} could not be read"
        if allowed:
            were = "was" if count == 1 else "were"
            return [Caution("incomplete_series", f"{what} and {were} left out ({named}{more}).", {"count": count})]
        raise UnreadableFile(
            "incomplete_series",
            f"{what} ({named}{more}). Send {'it' if count == 1 else 'them'} again, or continue without, with the "
            "option `allow_incomplete`.",
        )


def in_zip(
    archive: zipfile.ZipFile, names: Sequence[str], progress: Callable[[float], None] = lambda _: None
) -> Slices:
    """The members that hold a DICOM image; members that are no DICOM at all are skipped after their first bytes.

    Raises UnreadableFile where some are DICOM but none could be read, with the reason of the first.
    """
    found = Slices()
    budget = dicom_files.Budget()
    strangers: list[tuple[int, str]] = []
    refused: UnreadableFile | None = None
    for place, name in enumerate(names):
        progress(100 * place / len(names))
        budget.check()
        with archives.member(archive, name) as stream:
            head = stream.read(dicom.PREAMBLE + 12)
            if not dicom.looks_like(head):
                strangers.append((place, name))
                continue
            try:
                header = replace(dicom.header(stream, budget), content=f"{archive.getinfo(name).CRC:08x}")
            except dicom.NoImage as reason:
                refused = refused or reason
                continue
            except UnreadableFile as reason:
                if base_name(name).upper() != "DICOMDIR":
                    refused = refused or reason
                    found.broken.append((told(name, place), reason.message))
                continue
        found.names.append(name)
        found.headers.append(header)
    if not found.names and refused:
        raise refused
    found.broken += [(told(name, place), NO_DICOM) for place, name in meant(found.names, strangers)]
    return found


def decodable(
    taken: volumes.Candidate, names: Sequence[str], *, allowed: bool
) -> tuple[list[splitting.Slice], list[Caution]]:
    """The volume's slices whose pixels can be decoded here, with warnings about the others.

    Raises UnreadableFile: unsupported_transfer_syntax where none can, incomplete_series where some can't and that isn't
    `allowed`.
    """
    kept = [one for one in taken.slices if not one.header.undecodable]
    if not kept:
        dicom.check_decodable(taken.slices[0].header)
    lost = {one.source: str(one.header.undecodable) for one in taken.slices if one.header.undecodable}
    found = Slices(broken=[(told(names[place], place), reason) for place, reason in sorted(lost.items())])
    return kept, found.refuse_incomplete(allowed=allowed)


def header_of(stream: BinaryIO) -> dicom.Header:
    """A single file's header. Raises UnreadableFile, also for pixels that can't be decoded here."""
    found = dicom.header(stream)
    dicom.check_decodable(found)
    return found


def meant(read: Iterable[str], strangers: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Those of `strangers`, (place, name) each, that are meant as slices: named like the others but for the number, as
    a CD's README and viewer aren't."""
    patterns = {_pattern(name) for name in read} - {None}
    return [
        (place, name)
        for place, name in strangers
        if _pattern(name) in patterns or name.lower().endswith(DICOM_SUFFIXES)
    ]


def _pattern(name: str) -> tuple[str, str] | None:
    base = base_name(name)
    if not re.search(r"\d", base):
        return None
    return archives.folder_of(name), re.sub(r"[\d.]+(?=\D*$)|\d+", "#", base).lower()
