"""The ObjectStore in memory. Like S3, it announces new objects, in an order of its own for each key."""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.jobs.errors import ChecksumRefused, ObjectMissing, PartsGone
from chalicelib.jobs.model import StoredObject
from chalicelib.jobs.ports.outside import Clock, SignedRequest, UploadedPart

OWN = None
PAGE = 1000
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Stored:
    content: bytes
    etag: str
    modified_at: datetime
    sequencer: str
    crc32: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass
class PartsUnderWay:
    key: str
    checksum: bool
    tags: Mapping[str, str]
    parts: dict[int, bytes] = field(default_factory=dict)


class MemoryObjects:
    """Fulfils jobs.ports.outside.ObjectStore and ModelStore. told: called for each object that is created in our
    own bucket."""

    def __init__(self, clock: Clock, told: Callable[[StoredObject], None] = lambda seen: None) -> None:
        self.smallest_part = 5 * 1024 * 1024
        self.stored: dict[tuple[str | None, str], Stored] = {}
        self.uploads: dict[str, PartsUnderWay] = {}
        self.reads: list[tuple[str, int, int]] = []
        self.taken = 0
        self._clock = clock
        self._told = told
        self._written = 0

    # -- signed ------------------------------------------------------------------------------------------------------

    def sign_put(
        self, key: str, size: int, *, content_type: str | None, sha256: str | None, expires_in: int, now: datetime
    ) -> SignedRequest:
        headers = {"Content-Length": str(size)} | ({"x-amz-checksum-sha256": sha256} if sha256 else {})
        return SignedRequest("PUT", f"memory://{key}", headers, now + timedelta(seconds=expires_in))

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
    ) -> SignedRequest:
        headers = {"Content-Length": str(size)} | ({"x-amz-checksum-crc32": crc32} if crc32 else {})
        url = f"memory://{key}?{upload_id}&{number}"
        return SignedRequest("PUT", url, headers, now + timedelta(seconds=expires_in))

    # -- objects -----------------------------------------------------------------------------------------------------

    def stat(self, key: str, bucket: str | None = None) -> StoredObject:
        stored = self._get(key, bucket)
        return StoredObject(key, len(stored.content), stored.etag, stored.modified_at, bucket)

    def stream(
        self, key: str, start: int, end: int, *, etag: str | None = None, bucket: str | None = None
    ) -> Iterator[bytes]:
        if end <= start:
            return
        stored = self._get(key, bucket)
        if etag and stored.etag != etag:
            raise ObjectMissing(key)
        self.reads.append((key, start, end))
        for at in range(start, end, CHUNK):
            chunk = stored.content[at : min(at + CHUNK, end)]
            self.taken += len(chunk)
            yield chunk

    def put(
        self,
        key: str,
        content: bytes,
        content_type: str,
        *,
        tags: Mapping[str, str] | None = None,
        replacing: str | None = None,
        bucket: str | None = None,
    ) -> str:
        if replacing and self._get(key, bucket).etag != replacing:
            raise ObjectMissing(key)
        content = bytes(content)
        etag = hashlib.md5(content).hexdigest()
        self._keep(key, content, etag, bucket, tags=tags or {})
        return etag

    def put_file(self, key: str, path: str, content_type: str, *, tags: Mapping[str, str] | None = None) -> None:
        self.put(key, Path(path).read_bytes(), content_type, tags=tags)

    def below(self, prefix: str) -> Iterator[StoredObject]:
        yield from [self.stat(key) for bucket, key in self._sorted() if bucket is None and key.startswith(prefix)]

    def list_page(
        self, prefix: str, *, bucket: str | None, after: str | None, recursive: bool
    ) -> tuple[list[StoredObject], str | None]:
        keys = [key for where, key in self._sorted() if where == bucket and key.startswith(prefix)]
        if not recursive:
            keys = [key for key in keys if "/" not in key[len(prefix) :]]
        if not keys and not any(where == bucket for where, _ in self.stored) and bucket is not None:
            raise ObjectMissing(prefix)
        keys = [key for key in keys if after is None or key > after]
        page = keys[:PAGE]
        return [self.stat(key, bucket) for key in page], page[-1] if len(keys) > PAGE else None

    def folder_page(
        self, prefix: str, *, bucket: str | None, after: str | None, limit: int
    ) -> tuple[list[str], list[StoredObject], str | None]:
        if not any(where == bucket for where, _ in self.stored) and bucket is not None:
            raise ObjectMissing(prefix)
        rests = [key[len(prefix) :] for where, key in self._sorted() if where == bucket and key.startswith(prefix)]
        level = dict.fromkeys(rest.partition("/")[0] + "/" * ("/" in rest) for rest in rests)
        there = [prefix + name for name in level if after is None or prefix + name > after]
        some = there[:limit]
        folders = [name for name in some if name.endswith("/") and name != prefix]
        found = [self.stat(name, bucket) for name in some if name not in folders]
        last = some[-1] + "\U0010ffff" * some[-1].endswith("/") if len(there) > limit else None
        return folders, found, last

    def level(self, prefix: str) -> tuple[list[str], list[str]]:
        rests = [key[len(prefix) :] for where, key in self._sorted() if where == OWN and key.startswith(prefix)]
        folders = dict.fromkeys(f"{prefix}{rest.partition('/')[0]}/" for rest in rests if "/" in rest)
        return [prefix + rest for rest in rests if "/" not in rest], list(folders)

    def delete(self, keys: Iterable[str]) -> None:
        for key in list(keys):
            self.stored.pop((OWN, key), None)

    def delete_prefix(self, prefix: str) -> None:
        self.delete([seen.key for seen in self.below(prefix)])
        self.abort_below(prefix)

    def abort_below(self, prefix: str) -> None:
        self.uploads = {name: upload for name, upload in self.uploads.items() if not upload.key.startswith(prefix)}

    # -- in parts ----------------------------------------------------------------------------------------------------

    def start_parts(
        self, key: str, content_type: str | None, *, checksum: bool = False, tags: Mapping[str, str] | None = None
    ) -> str:
        self._written += 1
        self.uploads[f"upload-{self._written}"] = PartsUnderWay(key, checksum, tags or {})
        return f"upload-{self._written}"

    def parts(self, key: str, upload_id: str) -> list[UploadedPart]:
        upload = self._upload(key, upload_id)
        return [_uploaded(number, content, upload.checksum) for number, content in sorted(upload.parts.items())]

    def put_part(self, key: str, upload_id: str, number: int, content: bytes) -> UploadedPart:
        upload = self._upload(key, upload_id)
        upload.parts[number] = content
        return _uploaded(number, content, upload.checksum)

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
        stored = self._get(source, bucket)
        if etag and stored.etag != etag:
            raise ObjectMissing(source)
        upload = self._upload(key, upload_id)
        upload.parts[number] = stored.content[start:end]
        return _uploaded(number, stored.content[start:end], upload.checksum)

    def finish_parts(
        self, key: str, upload_id: str, parts: Sequence[UploadedPart], *, crc32: int | None = None
    ) -> StoredObject:
        upload = self._upload(key, upload_id)
        content = b"".join(upload.parts[part.number] for part in parts)
        if crc32 is not None and (not upload.checksum or zlib.crc32(content) != crc32):
            raise ChecksumRefused(key)
        del self.uploads[upload_id]
        digests = b"".join(bytes.fromhex(part.etag) for part in parts)
        etag = f"{hashlib.md5(digests).hexdigest()}-{len(parts)}"
        self._keep(key, content, etag, OWN, crc32=zlib.crc32(content) if upload.checksum else None, tags=upload.tags)
        return self.stat(key)

    def crc32(self, key: str) -> int | None:
        return self._get(key, OWN).crc32

    def abort_parts(self, key: str, upload_id: str) -> None:
        self.uploads.pop(upload_id, None)

    # -- models ------------------------------------------------------------------------------------------------------

    def fetch(self, name: str, into: Path) -> Path:
        prefix, folder = f"models/{name}/", into / "model"
        folder.mkdir(exist_ok=True)
        found = [(key, stored) for (_, key), stored in self.stored.items() if key.startswith(prefix)]
        for key, stored in found:
            (folder / Path(key).name).write_bytes(stored.content)
        if not found:
            raise KeyError(name)
        return folder

    # -- internals ---------------------------------------------------------------------------------------------------

    def _sorted(self) -> list[tuple[str | None, str]]:
        return sorted(self.stored, key=lambda place: (place[0] or "", place[1]))

    def _get(self, key: str, bucket: str | None) -> Stored:
        if (bucket, key) not in self.stored:
            raise ObjectMissing(key)
        return self.stored[bucket, key]

    def _upload(self, key: str, upload_id: str) -> PartsUnderWay:
        if upload_id not in self.uploads or self.uploads[upload_id].key != key:
            raise PartsGone(key)
        return self.uploads[upload_id]

    def _keep(
        self,
        key: str,
        content: bytes,
        etag: str,
        bucket: str | None,
        *,
        crc32: int | None = None,
        tags: Mapping[str, str],
    ) -> None:
        self._written += 1
        sequencer = f"{self._written:08X}"
        self.stored[bucket, key] = Stored(content, etag, self._clock(), sequencer, crc32, tags)
        if bucket is None:
            self._told(StoredObject(key, len(content), etag, self._clock(), None, sequencer))


def _uploaded(number: int, content: bytes, checksum: bool) -> UploadedPart:
    crc = zlib.crc32(content) if checksum else None
    return UploadedPart(number, hashlib.md5(content).hexdigest(), len(content), crc)
