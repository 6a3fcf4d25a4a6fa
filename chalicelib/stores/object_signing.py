"""Addresses under which clients send and fetch objects of S3 themselves, signed for a time.

IAM: the signer needs the rights that the requests use: s3:GetObject, PutObject.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chalicelib.jobs.ports.outside import SignedRequest

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SIGNED_KEPT = 4096


class ObjectSigning:
    """The signing half of jobs.ports.outside.ObjectStore. signer: a client at the address under which users reach the
    store, made at its first use."""

    def __init__(self, signer: Callable[[], S3Client], bucket: str) -> None:
        self._signer = signer
        self._bucket = bucket
        self._sign_get = lru_cache(SIGNED_KEPT)(self._signed_get)

    def sign_put(
        self, key: str, size: int, *, content_type: str | None, sha256: str | None, expires_in: int, now: datetime
    ) -> SignedRequest:
        headers = {"Content-Length": str(size)}
        params: dict[str, Any] = {"Bucket": self._bucket, "Key": key, "ContentLength": size}
        if content_type:
            headers["Content-Type"] = params["ContentType"] = content_type
        if sha256:
            headers["x-amz-checksum-sha256"] = params["ChecksumSHA256"] = _checksum(sha256)
        url = self._signer().generate_presigned_url("put_object", Params=params, ExpiresIn=expires_in)
        return SignedRequest("PUT", url, headers, now + timedelta(seconds=expires_in))

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
        headers = {"Content-Length": str(size)}
        params: dict[str, Any] = {
            "Bucket": self._bucket,
            "Key": key,
            "UploadId": upload_id,
            "PartNumber": number,
            "ContentLength": size,
        }
        if crc32:
            headers["x-amz-checksum-crc32"] = params["ChecksumCRC32"] = _checksum(crc32)
        elif sha256:
            headers["x-amz-checksum-sha256"] = params["ChecksumSHA256"] = _checksum(sha256)
        url = self._signer().generate_presigned_url("upload_part", Params=params, ExpiresIn=expires_in)
        return SignedRequest("PUT", url, headers, now + timedelta(seconds=expires_in))

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
        # One address for each half of the lifetime: a browser that polls then finds the bytes in its cache.
        period = int(now.timestamp() // (expires_in / 2))
        disposition = _disposition("inline" if inline else "attachment", filename) if filename else None
        return self._sign_get(bucket or self._bucket, key, disposition, content_type, expires_in, period)

    def _signed_get(
        self, bucket: str, key: str, disposition: str | None, content_type: str | None, expires_in: int, period: int
    ) -> SignedRequest:
        params: dict[str, Any] = {"Bucket": bucket, "Key": key}
        if disposition:
            params["ResponseContentDisposition"] = disposition
        else:
            params["ResponseCacheControl"] = f"private, max-age={expires_in // 2}"
        if content_type:
            params["ResponseContentType"] = content_type
        expires_at = datetime.now(UTC) + timedelta(seconds=expires_in)
        url = self._signer().generate_presigned_url("get_object", Params=params, ExpiresIn=expires_in)
        return SignedRequest("GET", url, {}, expires_at)


def _disposition(kind: str, filename: str) -> str:
    """A Content-Disposition that saves under any name (RFC 6266): plain for old clients, UTF-8 for all others."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/%' else "_" for c in filename)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _checksum(hexadecimal: str) -> str:
    """A digest as S3 writes it."""
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
