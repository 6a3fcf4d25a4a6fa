"""The ports of the core besides the jobs' store (stores.py): objects, queues, the time.

The core owns these contracts; stores fulfil them, and so do tests' fakes. Exceptions from outside pass through: the
queue then delivers again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from chalicelib.jobs.model import StoredObject

Clock = Callable[[], datetime]
"""The current time, with its zone, in UTC."""
NewId = Callable[[], str]
"""A new opaque id, sorting after all earlier ones."""


@dataclass(frozen=True)
class SignedRequest:
    """A request that a client sends to the store directly. headers: must be sent exactly like this."""

    method: str
    url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class UploadedPart:
    """crc32: of its bytes, where the store has returned or checked it."""

    number: int
    etag: str
    size: int
    crc32: int | None = None


class ObjectStore(Protocol):
    """Objects by key; bucket None means our own. smallest_part: the fewest bytes of each part of an upload but the
    last."""

    smallest_part: int

    def sign_put(
        self, key: str, size: int, *, content_type: str | None, sha256: str | None, expires_in: int, now: datetime
    ) -> SignedRequest:
        """An upload of exactly `size` bytes and, with `sha256` (hex), of exactly those bytes: the store refuses
        others."""

    def sign_get(
        self,
        key: str,
        *,
        bucket: str | None = None,
        filename: str | None,
        content_type: str | None,
        expires_in: int,
        now: datetime,
        inline: bool = False,
    ) -> SignedRequest:
        """A download, saved as `filename` where that is given; `inline`: shown instead of saved. The address stays the
        same for half of its lifetime, so that it is valid for at least the other half."""

    def stat(self, key: str, bucket: str | None = None) -> StoredObject:
        """ObjectMissing."""

    def stream(
        self, key: str, start: int, end: int, *, etag: str | None = None, bucket: str | None = None
    ) -> Iterator[bytes]:
        """The bytes start..end (end excluded) in chunks, in one request. ObjectMissing, also where its etag changed."""

    def put(
        self,
        key: str,
        content: bytes | bytearray,
        content_type: str,
        *,
        tags: Mapping[str, str] | None = None,
        replacing: str | None = None,
    ) -> str:
        """Returns the etag. replacing: the etag of the object to replace. ObjectMissing where that isn't there."""

    def put_file(self, key: str, path: str, content_type: str, *, tags: Mapping[str, str] | None = None) -> None: ...
    def below(self, prefix: str) -> Iterator[StoredObject]:
        """Every object below a prefix of our own bucket."""

    def list_page(
        self, prefix: str, *, bucket: str | None, after: str | None, recursive: bool
    ) -> tuple[list[StoredObject], str | None]:
        """Up to 1,000 objects after the key `after`, and the key to continue after, None at the end."""

    def folder_page(
        self, prefix: str, *, bucket: str | None, after: str | None, limit: int
    ) -> tuple[list[str], list[StoredObject], str | None]:
        """Folders (with a slash at the end) and objects right below a prefix, up to `limit` (at most 1,000) of both
        after `after`; and the place to continue after, None at the end. ObjectMissing."""

    def level(self, prefix: str) -> tuple[list[str], list[str]]:
        """The keys and the folders (with a slash at the end) directly below a prefix of our own bucket: one page."""

    def delete(self, keys: Iterable[str]) -> None: ...
    def delete_prefix(self, prefix: str) -> None:
        """All objects below the prefix, and multipart uploads under way there."""

    # multipart
    def start_parts(
        self, key: str, content_type: str | None, *, checksum: bool = False, tags: Mapping[str, str] | None = None
    ) -> str:
        """Returns the upload's id; with `checksum` the store keeps a CRC32 of each part and of the whole object."""

    def sign_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        size: int,
        *,
        sha256: str | None,
        crc32: str | None,
        expires_in: int,
        now: datetime,
    ) -> SignedRequest: ...

    def parts(self, key: str, upload_id: str) -> list[UploadedPart]:
        """The parts that the store has of an upload under way. PartsGone."""

    def put_part(self, key: str, upload_id: str, number: int, content: bytes | bytearray) -> UploadedPart:
        """Sends a part with its CRC32, which the store checks. PartsGone, ChecksumRefused."""

    def copy_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        source: str,
        start: int,
        end: int,
        *,
        etag: str | None = None,
        bucket: str | None = None,
    ) -> UploadedPart:
        """Copies bytes start..end of another object into a part inside the store. ObjectMissing for the
        source, PartsGone. The part's crc32 is known where the upload has checksums and the store returns them."""

    def finish_parts(
        self, key: str, upload_id: str, parts: Sequence[UploadedPart], *, crc32: int | None = None
    ) -> StoredObject:
        """Completes an upload. PartsGone where it was completed or aborted before. crc32: of the whole object, for an
        upload with checksums; ChecksumRefused where the store computes another."""

    def crc32(self, key: str) -> int | None:
        """The CRC32 of the whole object, where the store keeps one."""

    def abort_parts(self, key: str, upload_id: str) -> None: ...
    def abort_below(self, prefix: str) -> None:
        """Ends every upload in parts whose key begins with the prefix."""


class ModelStore(Protocol):
    def fetch(self, name: str, into: Path) -> Path:
        """A folder below `into` with the files of the installation's model of that name. KeyError without one."""


class UserData(Protocol):
    def get(self, owner_id: str, kind: str, name: str) -> bytes | None:
        """The owner's data of that kind and name; None where there is none."""


class Invoker(Protocol):
    def invoke(self, place: str, messages: Iterable[Mapping[str, Any]]) -> None:
        """Hands each message to a worker of its own at once, in the form of its queue's deliveries. Messages may be
        lost silently: the queue has them too."""


class Queues(Protocol):
    """Messages to our own workers. At least once, in any order."""

    def inspect(self, pipeline: str, messages: Iterable[Mapping[str, Any]]) -> None: ...
    def run(self, place: str, job_id: str, delay: int = 0) -> None:
        """place: a pipeline, or a layer that a step of it needs."""

    def slices(self, place: str, messages: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        """Messages of slices, to the same queue as runs. delay: seconds, at most 900."""

    def list_objects(self, job_id: str) -> None: ...
    def clean_up(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
    def webhook(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
