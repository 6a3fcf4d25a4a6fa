"""Finds announced files that are already stored, by their hashes: hundreds in a few calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.ports.stores import FileCopies

FILES_A_PAGE = 50
"""The number of wanted objects of a folder from which a page of its listing costs less than a request for each."""


def known_copies(jobs: FileCopies, objects: ObjectStore, owner_id: str, announced: Sequence[File]) -> dict[int, File]:
    """By the number of an announced file, a file of the same owner with the same bytes, whose object is still the
    inspected one."""
    hashes = {file.expected_sha256: None for file in announced if file.expected_sha256}
    copies = jobs.stored_copies(owner_id, list(hashes)) if hashes else {}
    found = {
        file.number: copy
        for file in announced
        if (copy := copies.get(file.expected_sha256 or "")) and copy.size == file.size
    }
    there = _etags(objects, found.values())
    return {number: copy for number, copy in found.items() if there[copy.bucket, copy.key] == copy.etag}


def _etags(objects: ObjectStore, files: Iterable[File]) -> dict[tuple[str | None, str], str | None]:
    """The etag of each file's object; None where it is gone. Objects of one folder are listed together."""
    found: dict[tuple[str | None, str], str | None] = {}
    folders: dict[str, set[str]] = defaultdict(set)
    for file in files:
        if file.bucket is None:
            folders[file.key.rpartition("/")[0] + "/"].add(file.key)
        else:
            found[file.bucket, file.key] = _etag(objects, file.key, file.bucket)
    for folder, wanted in folders.items():
        found |= {(None, key): etag for key, etag in _listed(objects, folder, wanted).items()}
    return found


def _listed(objects: ObjectStore, folder: str, wanted: set[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    left = sorted(wanted)
    after: str | None = None
    for _ in range(len(wanted) // FILES_A_PAGE):
        # A page begins after a key: just before the first wanted one.
        start = max(after or "", left[0][:-1])
        page, after = objects.list_page(folder, bucket=None, after=start, recursive=False)
        there = {seen.key: seen.etag for seen in page}
        found |= {key: there.get(key) for key in left if after is None or key <= after}
        left = [key for key in left if key not in found]
        if not left:
            break
    return found | {key: _etag(objects, key) for key in left}


def _etag(objects: ObjectStore, key: str, bucket: str | None = None) -> str | None:
    try:
        return objects.stat(key, bucket).etag
    except ObjectMissing:
        return None
