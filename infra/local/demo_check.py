"""Checks the zip: every member against the manifest, and both against the originals."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWN = {"manifest.json", "manifest.csv"}


@dataclass(frozen=True)
class Original:
    """sha256: lower-case hex. name: relative to the given folder."""

    name: str
    sha256: str


class CheckFailed(Exception):
    """Names the wrong member or original."""


def check_zip(path: Path, originals: Sequence[Original]) -> list[dict[str, Any]]:
    """The manifest's entries, one per original, if all of this holds; raises CheckFailed at the first failure.

    Each member is named by one entry, has its SHA-256, and equals an original byte for byte. Each original has an
    entry; one that is left out gives the reason, and a duplicate names a member with the same bytes.
    """
    with zipfile.ZipFile(path) as archive:
        entries: list[dict[str, Any]] = json.loads(archive.read("manifest.json"))["files"]
        members = {name: _sha256(archive, name) for name in archive.namelist() if name not in OWN}
        if len(archive.namelist()) != len(set(archive.namelist())):
            raise CheckFailed("Two members have the same path.")
    placed = [entry for entry in entries if entry["path"]]
    if Counter(entry["path"] for entry in placed) != Counter(list(members)):
        raise CheckFailed("The manifest's paths are not the zip's members.")
    if Counter(entry["original_filename"] for entry in entries) != Counter(file.name for file in originals):
        raise CheckFailed("The manifest does not name every original once.")
    known = Counter((file.name, file.sha256) for file in originals)
    for entry in entries:
        name, path_there = entry["original_filename"], entry["path"] or entry["same_as"]
        if path_there is None:
            if not entry["reason"]:
                raise CheckFailed(f"{name} was left out without a reason.")
        elif members.get(path_there) != entry["sha256"] or not known[name, entry["sha256"]]:
            raise CheckFailed(f"{path_there} is not {name} byte for byte.")
    return entries


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as member:  # reading to the end also checks the CRC-32
        while chunk := member.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
