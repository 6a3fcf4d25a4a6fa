"""Objects in S3: streams for workers, multipart uploads, and the signed requests of object_signing.

IAM: s3:GetObject, PutObject, PutObjectTagging, DeleteObject, ListBucket, ListBucketMultipartUploads,
ListMultipartUploadParts, AbortMultipartUpload.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from botocore.exceptions import ClientError

from chalicelib.files.hashing import crc32 as crc32_of
from chalicelib.jobs.errors import ChecksumRefused, ObjectMissing, PartsGone
from chalicelib.jobs.model import StoredObject
from chalicelib.jobs.ports.outside import UploadedPart
from chalicelib.stores.object_signing import ObjectSigning

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 1024 * 1024
SMALLEST_PART = 5 * CHUNK  # S3's rule
GONE = frozenset({"NoSuchKey", "NoSuchUpload", "NoSuchBucket", "NotFound", "404", "PreconditionFailed", "412"})
GONE |= {"ConditionalRequestConflict"}  # another conditional write was under way
REFUSED = frozenset({"BadDigest", "XAmzContentChecksumMismatch"})


def missing_or_raise(error: ClientError, what: str) -> ObjectMissing:
    code = error.response["Error"]["Code"]
    if code in REFUSED:
        raise ChecksumRefused(what) from None
    if code in GONE:
        return PartsGone(what) if code == "NoSuchUpload" else ObjectMissing(what)
    raise error


def crc32_text(crc32: int) -> str:
    """A CRC32 as S3 writes it."""
    return base64.b64encode(crc32.to_bytes(4)).decode()


def crc32_of_text(text: str | None) -> int | None:
    """The CRC32 from S3's text; None for a composite one (of the parts' checksums), which has their number after a dash
    and says nothing about the whole."""
    return int.from_bytes(base64.b64decode(text)) if text and "-" not in text else None


class ObjectBucket:
    """Fulfils jobs.ports.outside.ObjectStore. client and signer are made at their first use."""

    def __init__(
        self,
        client: Callable[[], S3Client],
        signer: Callable[[], S3Client],
        bucket: str,
        smallest_part: int = SMALLEST_PART,
    ) -> None:
        self.smallest_part = smallest_part
        self._client = client
        self._bucket = bucket
        signing = ObjectSigning(signer, bucket)
        self.sign_put, self.sign_part, self.sign_get = signing.sign_put, signing.sign_part, signing.sign_get

    # -- objects ---------------------------------------------------------------------------------------------------

    def stat(self, key: str, bucket: str | None = None) -> StoredObject:
        try:
            head = self._client().head_object(Bucket=bucket or self._bucket, Key=key)
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        return StoredObject(key, head["ContentLength"], head["ETag"].strip('"'), head["LastModified"], bucket)

    def stream(
        self, key: str, start: int, end: int, *, etag: str | None = None, bucket: str | None = None
    ) -> Iterator[bytes]:
        if end <= start:
            return
        request: Any = {"Bucket": bucket or self._bucket, "Key": key, "Range": f"bytes={start}-{end - 1}"}
        if etag:
            request["IfMatch"] = f'"{etag}"'
        try:
            body = self._client().get_object(**request)["Body"]
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        try:
            yield from body.iter_chunks(CHUNK)
        finally:
            body.close()

    def put(
        self,
        key: str,
        content: bytes | bytearray,
        content_type: str,
        *,
        tags: Mapping[str, str] | None = None,
        replacing: str | None = None,
    ) -> str:
        request: Any = {"IfMatch": f'"{replacing}"'} if replacing else {}
        try:
            put = self._client().put_object(
                Bucket=self._bucket, Key=key, Body=bytes(content), ContentType=content_type, **_tagging(tags), **request
            )
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        return put["ETag"].strip('"')

    def put_file(self, key: str, path: str, content_type: str, *, tags: Mapping[str, str] | None = None) -> None:
        extra = {"ContentType": content_type, **_tagging(tags)}
        self._client().upload_file(path, self._bucket, key, ExtraArgs=extra)

    def below(self, prefix: str) -> Iterator[StoredObject]:
        after: str | None = None
        while True:
            found, after = self.list_page(prefix, bucket=None, after=after, recursive=True)
            yield from found
            if after is None:
                return

    def list_page(
        self, prefix: str, *, bucket: str | None, after: str | None, recursive: bool
    ) -> tuple[list[StoredObject], str | None]:
        request = {} if recursive else {"Delimiter": "/"}
        _, found, last = self._page(prefix, bucket, after, request)
        return found, last

    def folder_page(
        self, prefix: str, *, bucket: str | None, after: str | None, limit: int
    ) -> tuple[list[str], list[StoredObject], str | None]:
        return self._page(prefix, bucket, after, {"Delimiter": "/", "MaxKeys": limit})

    def _page(
        self, prefix: str, bucket: str | None, after: str | None, request: dict[str, Any]
    ) -> tuple[list[str], list[StoredObject], str | None]:
        request |= {"Bucket": bucket or self._bucket, "Prefix": prefix}
        if after:
            request["StartAfter"] = after
        try:
            page: Any = self._client().list_objects_v2(**request)
        except ClientError as error:
            if bucket and error.response["Error"]["Code"] == "AccessDenied":
                raise ObjectMissing(prefix) from None  # its owner hasn't given us access: nothing of ours is broken
            raise missing_or_raise(error, prefix) from None
        found = [
            StoredObject(thing["Key"], thing["Size"], thing["ETag"].strip('"'), thing["LastModified"], bucket)
            for thing in page.get("Contents", ())
        ]
        folders = [common["Prefix"] for common in page.get("CommonPrefixes", ())]
        last = max([thing.key for thing in found] + [folder + "\U0010ffff" for folder in folders], default=None)
        return folders, found, last if page.get("IsTruncated") else None

    def level(self, prefix: str) -> tuple[list[str], list[str]]:
        page = self._client().list_objects_v2(Bucket=self._bucket, Prefix=prefix, Delimiter="/")
        folders = [common["Prefix"] for common in page.get("CommonPrefixes", ())]
        return [thing["Key"] for thing in page.get("Contents", ())], folders

    def delete(self, keys: Iterable[str]) -> None:
        for some in batched(keys, 1000):
            things: Any = [{"Key": key} for key in some]
            self._client().delete_objects(Bucket=self._bucket, Delete={"Objects": things, "Quiet": True})

    def delete_prefix(self, prefix: str) -> None:
        self.delete(found.key for found in self.below(prefix))
        self.abort_below(prefix)

    def abort_below(self, prefix: str) -> None:
        pages = self._client().get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            for upload in page.get("Uploads", ()):
                self.abort_parts(upload["Key"], upload["UploadId"])

    # -- in parts --------------------------------------------------------------------------------------------------

    def start_parts(
        self, key: str, content_type: str | None, *, checksum: bool = False, tags: Mapping[str, str] | None = None
    ) -> str:
        request: Any = {"Bucket": self._bucket, "Key": key, **_tagging(tags)}
        if content_type:
            request["ContentType"] = content_type
        if checksum:
            request |= {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
        return self._client().create_multipart_upload(**request)["UploadId"]

    def parts(self, key: str, upload_id: str) -> list[UploadedPart]:
        pages = self._client().get_paginator("list_parts")
        try:
            return [
                UploadedPart(
                    part["PartNumber"], part["ETag"].strip('"'), part["Size"], crc32_of_text(part.get("ChecksumCRC32"))
                )
                for page in pages.paginate(Bucket=self._bucket, Key=key, UploadId=upload_id)
                for part in page.get("Parts", ())
            ]
        except ClientError as error:
            raise missing_or_raise(error, key) from None

    def put_part(self, key: str, upload_id: str, number: int, content: bytes | bytearray) -> UploadedPart:
        body: Any = content  # boto3 takes a bytearray, though its stubs don't say so
        crc = crc32_of(content)
        try:
            put = self._client().upload_part(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                PartNumber=number,
                Body=body,
                ChecksumCRC32=crc32_text(crc),
            )
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        return UploadedPart(number, put["ETag"].strip('"'), len(content), crc)

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
        request: Any = {"CopySourceIfMatch": f'"{etag}"'} if etag else {}
        try:
            copied = self._client().upload_part_copy(
                Bucket=self._bucket,
                Key=key,
                UploadId=upload_id,
                PartNumber=number,
                CopySource={"Bucket": bucket or self._bucket, "Key": source},
                CopySourceRange=f"bytes={start}-{end - 1}",
                **request,
            )
        except ClientError as error:
            raise missing_or_raise(error, source) from None
        result = copied["CopyPartResult"]
        return UploadedPart(number, result["ETag"].strip('"'), end - start, crc32_of_text(result.get("ChecksumCRC32")))

    def finish_parts(
        self, key: str, upload_id: str, parts: Sequence[UploadedPart], *, crc32: int | None = None
    ) -> StoredObject:
        listed: Any = [{"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts]
        request: Any = {}
        if crc32 is not None:
            request = {"ChecksumCRC32": crc32_text(crc32), "ChecksumType": "FULL_OBJECT"}
        try:
            done = self._client().complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload_id, MultipartUpload={"Parts": listed}, **request
            )
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        size = sum(part.size for part in parts)
        return StoredObject(key, size, done["ETag"].strip('"'), datetime.now(UTC))

    def crc32(self, key: str) -> int | None:
        try:
            head = self._client().head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            raise missing_or_raise(error, key) from None
        return crc32_of_text(head.get("ChecksumCRC32"))

    def abort_parts(self, key: str, upload_id: str) -> None:
        try:
            self._client().abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload_id)
        except ClientError as error:
            missing_or_raise(error, key)

    # -- models ----------------------------------------------------------------------------------------------------

    def fetch(self, name: str, into: Path) -> Path:
        """The core's ModelStore: every object directly below models/{name}/."""
        prefix, folder = f"models/{name}/", into / "model"
        folder.mkdir(exist_ok=True)
        found = [thing for thing in self.below(prefix) if "/" not in thing.key.removeprefix(prefix)]
        for thing in found:
            if filename := Path(thing.key).name:
                with (folder / filename).open("wb") as out:
                    for chunk in self.stream(thing.key, 0, thing.size):
                        out.write(chunk)
        if not found:
            raise KeyError(name)
        return folder


def _tagging(tags: Mapping[str, str] | None) -> dict[str, Any]:
    return {"Tagging": urlencode(tags)} if tags else {}
