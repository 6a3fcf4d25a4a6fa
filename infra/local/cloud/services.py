"""S3, DynamoDB and SQS: ministack carries out each request, and its records are stored before the answer."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from chalicelib.files.hashing import crc32
from infra.local.cloud import hooks, parts
from infra.local.cloud.blobs import Blobs, Segments, separate
from infra.local.cloud.journal import FULL, Record
from infra.local.cloud.state import Objects, State
from infra.local.cloud.store import Store
from infra.local.room import Room

log = logging.getLogger("cloud")

READS = ("Get", "BatchGet", "TransactGet", "Describe", "List", "Query", "Scan")
ITEMS = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
MESSAGES = ("SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "PurgeQueue")
SMALL = 64 * 1024
"""The most bytes written to the disk directly, which is faster than passing them to a thread."""
CHUNK = 16 * 1024 * 1024
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})

Answer = tuple[int, dict[str, str], Any]


class NoRoom(Exception):
    """The disk is full: nothing has been changed."""


@dataclass(frozen=True)
class Copied:
    """etag: of the part, derived from that of the source and the range, since reading a film for its MD5 would take
    longer than everything else. crc32: where the upload has one."""

    etag: str
    crc32: int | None


@dataclass
class Request:
    """service: of the signature. query: decoded, several values of each name."""

    service: str
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, list[str]]
    body: bytes
    written: list[str] = field(default_factory=list)
    """Blobs written before the request is carried out."""
    copied: Copied | None = None
    """The checksums of the bytes copied into a part."""


class Services:
    def __init__(self, state: State, blobs: Blobs, folder: Path, number: int, room: Room) -> None:
        """number: of the journal to begin."""
        self._room = room
        self._state = state
        self._blobs = blobs
        self.store = Store(folder, number, state)
        hooks.install(state, self.store.append, asyncio.get_running_loop())
        state.s3._read_body = self._body
        state.s3.md5_hash = self._md5
        self._digests: dict[int, str] = {}
        self._copied: Copied | None = None
        uploads = state.s3._multipart_uploads
        self._upload_parts = {
            name: {number: part["blob"] for number, part in uploads[name]["parts"].items()} for name in uploads
        }
        self._known: dict[str, Record] = {}
        for record in (state.tables(), state.queues(), state.buckets()):
            self._known[record[0]] = record

    async def answer(self, request: Request) -> Answer:
        """The answer, once all changes it depends on are on the disk. Raises NoRoom."""
        try:
            if request.service == "s3":
                status, headers, body, unused = await self._s3(request)
            else:
                status, headers, body = await self._json(request)
                unused = []
        except OSError as error:
            if error.errno in NO_SPACE:
                raise NoRoom from error
            raise
        await self.store.durable()
        self._blobs.remove(unused)
        return status, headers, body

    # -- tables and queues -----------------------------------------------------------------------------------------

    async def _json(self, request: Request) -> Answer:
        action = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if not action.startswith(READS):
            self.store.ensure(4 * len(request.body))
        module = self._state.dynamodb if request.service == "dynamodb" else self._state.sqs
        answer: Answer = await module.handle_request(
            request.method, request.path, request.headers, request.body, request.query
        )
        if not action.startswith((*READS, *ITEMS, *MESSAGES)):
            self._keep(self._state.tables() if request.service == "dynamodb" else self._state.queues())
        return answer

    def _keep(self, record: Record) -> None:
        if self._known[record[0]] != record:
            self._known[record[0]] = record
            self.store.append(record)

    # -- objects ---------------------------------------------------------------------------------------------------

    async def _s3(self, request: Request) -> tuple[int, dict[str, str], Any, list[str]]:
        s3 = self._state.s3
        bucket, key = s3._parse_bucket_key(request.path, request.headers)
        headers = self._in_force(s3._merge_hoisted_amz_headers(request.headers, request.query), bucket, key)
        writes = request.method not in ("GET", "HEAD")
        body: Any = request.body
        if writes:
            self.store.ensure(64 * 1024)
            if key:
                await self._write_ahead(request, key, headers)
        try:
            if request.method == "POST" and key and "uploadId" in request.query:
                upload_id = request.query["uploadId"][0]
                status, answered, content = parts.complete(s3, bucket, key, upload_id, body, headers)
            else:
                self._copied = request.copied
                status, answered, content = s3._dispatch(request.method, bucket, key, headers, body, request.query)
                if status == 200 and "partNumber" in request.query and "x-amz-copy-source" in headers:
                    upload = s3._multipart_uploads[request.query["uploadId"][0]]
                    number = int(request.query["partNumber"][0])
                    crc = request.copied.crc32 if request.copied else None
                    status, answered, content = parts.copied(upload, number, crc, (status, answered, content))
        except BaseException:
            self._blobs.remove(request.written)
            raise
        finally:
            self._digests.clear()
            self._copied = None
        if request.method == "HEAD":
            status, answered, content = s3.format_head_response(request.path, headers, (status, answered, b""))
        unused: list[str] = []
        if writes:
            try:
                unused = self._changed_objects(request.written)
                if key and request.query.keys() & {"uploadId", "uploads"}:
                    unused += self._changed_upload(request, headers, status, content)
            except OSError as error:
                # Memory is ahead of the disk, which is authoritative: the next start reads it again.
                log.critical("An object can't be written: %s", error)
                os._exit(FULL)
            if not key and "delete" not in request.query:
                self._state.watch_buckets()
                self._keep(self._state.buckets())
            elif "tagging" in request.query and status < 300:
                self.store.append(self._state.object(bucket, key))
            unused += request.written
        return status, answered, content, unused

    def _in_force(self, headers: dict[str, str], bucket: str, key: str) -> dict[str, str]:
        """The headers without a range of another version (If-Range): S3 sends the whole object instead, and ministack
        would send the range of this one."""
        version = headers.get("if-range")
        if version is None or "range" not in headers:
            return headers
        found = self._source(f"{bucket}/{quote(key)}")
        if found and found["etag"].strip('"') == version.strip('"'):
            return headers
        return {name: value for name, value in headers.items() if name != "range"}

    async def _write_ahead(self, request: Request, key: str, headers: Mapping[str, str]) -> None:
        """Writes the bytes that the request carries or names before anything is changed. Raises OSError."""
        if request.method != "PUT":
            return
        if source := headers.get("x-amz-copy-source"):
            found = self._source(source)
            if found is not None and "partNumber" in request.query:
                await self._copy_part(request, source, found, headers)
            elif found is not None:
                request.written.append(self._blobs.link(found["blob"]))
            return
        if request.query.keys() & {"tagging", "acl"}:
            return
        size = len(request.body)
        if size and not self._room.has(size):
            raise NoRoom
        if size <= SMALL:
            request.written.append(self._blobs.write(request.body))
        else:
            written, digest = await asyncio.to_thread(self._write_and_hash, request.body)
            request.written.append(written)
            self._digests[id(request.body)] = digest

    async def _copy_part(self, request: Request, source: str, found: Any, headers: Mapping[str, str]) -> None:
        """A copied part is a link to the bytes of its source. Requests that ministack will refuse are left to it."""
        first, _, last = headers.get("x-amz-copy-source-range", "").removeprefix("bytes=").partition("-")
        start, end = (int(first), int(last) + 1) if first.isdigit() and last.isdigit() else (0, found["size"])
        upload = self._state.s3._multipart_uploads.get(request.query["uploadId"][0])
        if upload is None or not start < end <= found["size"]:
            return
        try:
            name, crc = await asyncio.to_thread(self._link_piece, found["blob"], start, end, upload)
        except FileNotFoundError:  # deleted in the meantime
            return
        request.written.append(name)
        if self._source(source) is not found:  # replaced in the meantime
            self._blobs.remove(request.written)
            request.written.clear()
            return
        etag = hashlib.md5(f"{found['etag']} {start} {end}".encode(), usedforsecurity=False).hexdigest()
        request.copied = Copied(etag, crc)

    def _link_piece(self, blob: str, start: int, end: int, upload: Mapping[str, Any]) -> tuple[str, int | None]:
        name = self._blobs.piece(blob, start, end)
        return name, self._crc32(name) if upload.get("checksum_algorithm") == "CRC32" else None

    def _crc32(self, name: str) -> int:
        view, crc = self._blobs.view(name), 0
        for at in range(0, len(view), CHUNK):
            chunk = view[at : at + CHUNK]
            crc = crc32(bytes(chunk) if isinstance(chunk, Segments) else chunk, crc)
        return crc

    def _write_and_hash(self, content: bytes) -> tuple[str, str]:
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return self._blobs.write(content), digest

    def _md5(self, content: Any) -> str:
        """Replaces ministack's MD5, and hashes only content without a known digest."""
        if self._copied:
            return self._copied.etag
        return self._digests.get(id(content)) or hashlib.md5(content, usedforsecurity=False).hexdigest()

    def _source(self, source: str) -> Any:
        bucket, _, key = unquote(source.lstrip("/").partition("?")[0]).partition("/")
        found = self._state.s3._buckets.get(bucket)
        return found and found["objects"].get(key)

    def _changed_objects(self, written: list[str]) -> list[str]:
        """Records the changes of the request; returns the blobs that are no longer named."""
        unused = []
        for name in self._state.s3._buckets:
            objects = self._state.s3._buckets[name]["objects"]
            if not isinstance(objects, Objects) or not objects.changed:
                continue
            for key, before in objects.changed.items():
                found = objects.get(key)
                if before is not None and before.get("blob") and before is not found:
                    unused.append(before["blob"])
                if found:
                    self._put_down(found, written)
                self.store.append(self._state.object(name, key))
            objects.changed.clear()
        return unused

    def _put_down(self, found: dict[str, Any], written: list[str]) -> None:
        """Replaces the bytes of an object or a part by a blob."""
        if found.get("body") is None:
            return
        found["blob"] = written.pop() if written else self._blobs.write(found["body"])
        found["body"] = None

    def _changed_upload(self, request: Request, headers: dict[str, str], status: int, content: Any) -> list[str]:
        uploads = self._state.s3._multipart_uploads
        if "uploads" in request.query:
            started = re.search(rb"<UploadId>([^<]+)</UploadId>", bytes(content)) if status == 200 else None
            if started:
                uploads[started[1].decode()]["tags"] = parts.tags(headers)
                uploads[started[1].decode()]["full_object"] = parts.full_object(headers)
                self._upload_parts[started[1].decode()] = {}
                self.store.append(self._state.upload(started[1].decode()))
            return []
        upload_id = request.query["uploadId"][0]
        known = self._upload_parts.setdefault(upload_id, {})
        if upload_id not in uploads:
            self._upload_parts.pop(upload_id)
            self.store.append(["upload", upload_id, None])
            bucket, key = self._state.s3._parse_bucket_key(request.path, {})
            done = self._source(f"{bucket}/{quote(key)}") if request.method == "POST" else None
            taken = separate([done["blob"]]) if done and done.get(parts.UPLOAD) == upload_id else set()
            return [blob for blob in known.values() if not separate([blob]) <= taken]
        if status != 200 or request.method != "PUT":
            return []
        number = int(request.query["partNumber"][0])
        part = uploads[upload_id]["parts"][number]
        self._put_down(part, request.written)
        part["body"] = self._blobs.view(part["blob"])
        self.store.append(self._state.part(upload_id, number))
        before, known[number] = known.get(number), part["blob"]
        return [before] if before else []

    def _body(self, bucket: str, key: str, found: dict[str, Any]) -> Any:
        return found["body"] if found.get("body") is not None else self._blobs.view(found["blob"])

    # -- what happens by itself ------------------------------------------------------------------------------------

    async def remove(self, bucket: str, keys: Iterable[str]) -> None:
        """Removes expired objects."""
        for key in keys:
            self._state.s3._buckets[bucket]["objects"].pop(key, None)
            self._state.s3._object_tags.pop((bucket, key, None), None)
        unused = self._changed_objects([])
        await self.store.durable()
        self._blobs.remove(unused)

    async def abort(self, upload_ids: Iterable[str]) -> None:
        """Ends abandoned uploads in parts."""
        unused: list[str] = []
        for upload_id in upload_ids:
            self._state.s3._multipart_uploads.pop(upload_id, None)
            unused += self._upload_parts.pop(upload_id, {}).values()
            self.store.append(["upload", upload_id, None])
        await self.store.durable()
        self._blobs.remove(unused)
