"""Guides for users of an installation: the readable files directly below guides/ in the bucket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from chalicelib.jobs import keys
from chalicelib.jobs.errors import GuideNotFound
from chalicelib.jobs.ports.outside import Clock, ObjectStore, SignedRequest

MOST = 200
TYPES = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf"}
"""The types that browsers show, by the name's extension, since an upload may state any type."""


@dataclass(frozen=True)
class Guide:
    """filename: as requested. name: for people. size: bytes."""

    filename: str
    name: str
    content_type: str
    size: int
    updated_at: datetime


class Guides:
    def __init__(self, objects: ObjectStore, link_seconds: int, clock: Clock) -> None:
        self._objects = objects
        self._link_seconds = link_seconds
        self._clock = clock

    def all(self) -> list[Guide]:
        """At most 200, in order of their filenames."""
        return list(self._found())

    def link(self, filename: str) -> tuple[Guide, SignedRequest]:
        """A guide and where it can be read for a while. GuideNotFound."""
        # The key is looked up, not composed: no name from a request becomes part of a key.
        guide = next((guide for guide in self._found() if guide.filename == filename), None)
        if guide is None:
            raise GuideNotFound("There is no such guide.")
        signed = self._objects.sign_get(
            keys.GUIDES + guide.filename,
            filename=f"{guide.name}{extension(guide.filename)}",
            content_type=guide.content_type,
            expires_in=self._link_seconds,
            now=self._clock(),
            inline=True,
        )
        return guide, signed

    def _found(self) -> Iterator[Guide]:
        page, _ = self._objects.list_page(keys.GUIDES, bucket=None, after=None, recursive=False)
        named = ((seen.key.removeprefix(keys.GUIDES), seen) for seen in page)
        for filename, seen in islice(((name, seen) for name, seen in named if extension(name) in TYPES), MOST):
            yield Guide(filename, friendly(filename), TYPES[extension(filename)], seen.size, seen.modified_at)


def extension(filename: str) -> str:
    stem, dot, end = filename.rpartition(".")
    return (dot + end).lower() if stem else ""


def friendly(filename: str) -> str:
    """`first-steps.html` → `First steps`."""
    words = " ".join(filename.rpartition(".")[0].replace("-", " ").replace("_", " ").split())
    return words[:1].upper() + words[1:] or filename
