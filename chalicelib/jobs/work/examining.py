"""The inspection of one file: the core's own checks, and its pipeline's findings."""

from __future__ import annotations

from typing import Any

from chalicelib.files.source import SourceFile
from chalicelib.jobs.errors import Busy, ObjectMissing
from chalicelib.jobs.library.ownership import is_upload
from chalicelib.jobs.limits import MiB
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.states import FileState
from chalicelib.pipelines.base import Pipeline, UnreadableFile


def examine(
    objects: ObjectStore, pipeline: Pipeline, options: Any, job: Job, file: File, seen: StoredObject
) -> FileOutcome:
    """Reads the version that was seen or, where that no longer exists, the current one. Raises Busy where the object is
    replaced faster than it can be read."""
    for last in (False, False, True):
        try:
            if not seen.etag:
                seen = objects.stat(file.key, file.bucket)
            return _examine_version(objects, pipeline, options, job, file, seen)
        except ObjectMissing:
            try:
                seen = objects.stat(file.key, file.bucket)
            except ObjectMissing:
                break
            if last:
                raise Busy from None
    return rejected(file, None, "file_missing", "The file was removed before it could be read.")


def _examine_version(
    objects: ObjectStore, pipeline: Pipeline, options: Any, job: Job, file: File, seen: StoredObject
) -> FileOutcome:
    def outcome(state: FileState, **more: Any) -> FileOutcome:
        more["counts_bytes"] = file.counts_bytes
        return FileOutcome(file.number, file.attempt, state, seen.size, seen.etag or None, **more)

    uploaded = is_upload(job, file)
    # The store refused any other bytes, because the hash is signed into the upload's URL; and where the file is a
    # copy of an earlier one, the etag says that it is still the version inspected then.
    verified = file.part_size is None and (uploaded or seen.etag == file.etag)
    source = SourceFile(
        file.filename,
        seen.size,
        lambda start, end: objects.stream(file.key, start, end, etag=seen.etag, bucket=file.bucket),
        verified_sha256=file.expected_sha256 if verified else None,
        # The object's own time is that of its upload, which says nothing about the file.
        modified_at=file.modified_at if uploaded or file.source else None,
        role=file.role,
    )
    try:
        _check_rules(pipeline, file, seen.size, uploaded)
        found = pipeline.inspect(source, options)
        if source.sha256 is None:
            source.load()
        _check_digests(objects, file, source)
    except UnreadableFile as bad:
        return outcome(
            FileState.REJECTED,
            sha256=source.sha256,
            crc32=source.digests.crc32 if source.digests else None,
            error_code=bad.code,
            error_message=bad.message,
        )
    return outcome(
        FileState.INSPECTED,
        content_type=found.content_type,
        sha256=source.sha256,
        crc32=source.digests.crc32 if source.digests else None,
        metadata=found.metadata,
        picture=found.thumbnail,
    )


def _check_rules(pipeline: Pipeline, file: File, size: int, uploaded: bool) -> None:
    if pipeline.accepts.extension(file.filename) is None:
        raise UnreadableFile(
            "unsupported_type", f"The {pipeline.name} pipeline doesn't accept files with this extension."
        )
    if size == 0:
        raise UnreadableFile("empty_file", "The file is empty.")
    if size > pipeline.accepts.max_bytes:
        most = pipeline.accepts.max_bytes / MiB
        raise UnreadableFile("too_large", f"The file is larger than the {most:,.0f} MiB that are accepted.")
    if uploaded and size != file.size:
        raise UnreadableFile(
            "size_mismatch", f"{size:,} bytes arrived where {file.size:,} were announced. Upload it again."
        )


def _check_digests(objects: ObjectStore, file: File, source: SourceFile) -> None:
    digests = source.digests
    if digests is None:
        return
    if file.expected_sha256 and digests.sha256 != file.expected_sha256:
        raise UnreadableFile(
            "checksum_mismatch",
            "The bytes aren't the announced ones: the SHA-256 differs. Upload it again.",
        )
    # An upload in parts was checked part by part; the store keeps a CRC32 of the whole.
    if file.upload_id and objects.crc32(file.key) not in {None, digests.crc32}:
        raise UnreadableFile(
            "checksum_mismatch", "The bytes that were read aren't those that the store checked: the CRC32 differs."
        )


def rejected(file: File, etag: str | None, code: str, message: str) -> FileOutcome:
    """The outcome of a file that was not read."""
    return FileOutcome(
        file.number,
        file.attempt,
        FileState.REJECTED,
        file.size,
        etag,
        error_code=code,
        error_message=message,
        counts_bytes=file.counts_bytes,
    )
