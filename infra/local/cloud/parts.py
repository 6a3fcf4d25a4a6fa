"""Uploads in parts, completed by naming the blobs of the parts; ministack would read and write all bytes once more."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from chalicelib.files.hashing import crc32, joined_crc32
from infra.local.cloud.blobs import EMPTY, JOIN

UPLOAD = "upload_id"
"""In an object's record: its upload's id, so that a repeated completion gets the first answer again."""
PART = re.compile(r"\{[^}]*\}")
Answer = tuple[int, dict[str, str], Any]


def tags(headers: dict[str, str]) -> dict[str, str] | None:
    """The tags for an upload's object, which ministack forgets."""
    return dict(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True)) or None


def full_object(headers: dict[str, str]) -> bool:
    """Whether the upload's checksum covers the whole object; ministack supports only the checksum of the parts'."""
    return headers.get("x-amz-checksum-type", "").upper() == "FULL_OBJECT"


def copied(upload: dict[str, Any], number: int, crc: int | None, answer: Answer) -> Answer:
    """UploadPartCopy's answer, and the part, with the CRC32 that ministack omits. crc: where it is known."""
    part = upload["parts"][number]
    if upload.get("checksum_algorithm") != "CRC32":
        return answer
    part["checksums"] = {"CRC32": _text(crc32(bytes(part["body"][:])) if crc is None else crc)}
    inside = f"<ChecksumCRC32>{part['checksums']['CRC32']}</ChecksumCRC32></CopyPartResult>".encode()
    status, headers, content = answer
    return status, headers, bytes(content).replace(b"</CopyPartResult>", inside)


def complete(s3: Any, bucket: str, key: str, upload_id: str, body: bytes, headers: dict[str, str]) -> Answer:
    """CompleteMultipartUpload. The object's blob is those of its parts."""
    objects = s3._buckets[bucket]["objects"] if bucket in s3._buckets else {}
    there = objects.get(key)
    if there and there.get(UPLOAD) == upload_id:
        return _done(bucket, key, there["etag"])
    upload = s3._multipart_uploads.get(upload_id)
    if upload is None or (upload["bucket"], upload["key"]) != (bucket, key):
        return _error(s3, "NoSuchUpload", "The specified multipart upload does not exist.", 404)
    if refused := s3._check_put_preconditions(headers, there):
        return refused  # type: ignore[no-any-return]  # ministack has no types
    try:
        wanted = _wanted(body)
    except (ElementTree.ParseError, ValueError):
        return _error(s3, "MalformedXML", "The XML you provided was not well-formed.", 400)
    parts = upload["parts"]
    numbers = [number for number, *_ in wanted]
    if not wanted or numbers != sorted(set(numbers)):
        return _error(s3, "InvalidPartOrder", "The list of parts was not in ascending order.", 400)
    for number, etag, checksums in wanted:
        part = parts.get(number)
        known = part and (part.get("checksums") or {})
        if part is None or part["etag"].strip('"') != etag or any(known.get(k) != v for k, v in checksums.items()):
            return _error(s3, "InvalidPart", f"Part {number} could not be found, or is another one.", 400)
    chosen = [parts[number] for number in numbers]
    digests = hashlib.md5(b"".join(bytes.fromhex(p["etag"].strip('"')) for p in chosen), usedforsecurity=False)
    algorithm = upload.get("checksum_algorithm")
    given = [(part.get("checksums") or {}).get(algorithm) for part in chosen]
    whole = _whole(chosen, given) if upload.get("full_object") and algorithm == "CRC32" else None
    checksum = whole or s3._composite_checksum(algorithm, given)
    claimed = headers.get("x-amz-checksum-crc32")
    if claimed is not None and claimed != whole:
        said = "The CRC32 you specified did not match what we received."
        return _error(s3, "BadDigest", said, 400)
    found = {
        "body": None,
        "blob": JOIN.join(part["blob"] for part in chosen if part["blob"] != EMPTY),
        "content_type": upload["content_type"],
        "content_encoding": upload.get("content_encoding"),
        "etag": f'"{digests.hexdigest()}-{len(chosen)}"',
        "last_modified": s3.now_iso(),
        "size": sum(part["size"] for part in chosen),
        "metadata": upload["metadata"],
        "preserved_headers": upload.get("preserved_headers", {}),
        "storage_class": upload.get("storage_class") or "STANDARD",
        "checksums": {algorithm: checksum} if checksum else {},
        "checksum_type": ("FULL_OBJECT" if whole else "COMPOSITE") if checksum else None,
        UPLOAD: upload_id,
    }
    objects[key] = found
    s3._object_tags.pop((bucket, key, None), None)
    if upload.get("tags"):
        s3._object_tags[bucket, key, None] = upload["tags"]
    del s3._multipart_uploads[upload_id]
    event = "s3:ObjectCreated:CompleteMultipartUpload"
    s3._fire_s3_event_async(bucket, key, event, size=found["size"], etag=found["etag"])
    return _done(bucket, key, str(found["etag"]))


def _whole(parts: list[dict[str, Any]], given: list[str | None]) -> str | None:
    """The CRC32 of all parts in sequence, computed from theirs; None where one has none."""
    crc = 0
    for part, text in zip(parts, given, strict=True):
        if text is None:
            return None
        crc = joined_crc32(crc, int.from_bytes(base64.b64decode(text)), part["size"])
    return _text(crc)


def _text(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4)).decode()


def _wanted(body: bytes) -> list[tuple[int, str, dict[str, str]]]:
    """(number, ETag, checksums) of each part that the request names. Raises ParseError, ValueError."""
    if b"<!" in body:  # no entities
        raise ValueError
    found = []
    for element in ElementTree.fromstring(body):  # noqa: S314 -- without entities, from a signed request
        values = {PART.sub("", child.tag): child.text or "" for child in element}
        checksums = {name.removeprefix("Checksum"): v for name, v in values.items() if name.startswith("Checksum")}
        found.append((int(values["PartNumber"]), values["ETag"].strip('"'), checksums))
    return found


def _error(s3: Any, code: str, message: str, status: int) -> Answer:
    answer: Answer = s3._error(code, message, status)
    return answer


def _done(bucket: str, key: str, etag: str) -> Answer:
    said = {"Location": f"/{bucket}/{key}", "Bucket": bucket, "Key": key, "ETag": etag}
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items())
    content = f'<CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inside}'
    whole = f'<?xml version="1.0" encoding="UTF-8"?>\n{content}</CompleteMultipartUploadResult>'
    return 200, {"Content-Type": "application/xml"}, whole.encode()
