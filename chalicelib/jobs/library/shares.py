"""Shares: addresses that show some of a user's files to anyone who has them, without an account, until they expire.

The address holds a secret of 128 random bits, of which only the hash is kept. It opens what the share names and nothing
else: docs/decisions/0026-a-share-is-a-secret-of-its-own.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from chalicelib.archives.work import COMPLETE, CONTENTS
from chalicelib.archives.work import NAME as ARCHIVE
from chalicelib.jobs.errors import (
    ArtifactNotFound,
    FileNotFound,
    JobNotFound,
    ObjectMissing,
    ShareLocked,
    ShareNotFound,
    SharePasswordWrong,
    TooManyShares,
)
from chalicelib.jobs.library.archives import Archives, Choice, Wanted
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.model import Artifact, File, Job, parse_file_id
from chalicelib.jobs.ports.outside import Clock, NewId, ObjectStore
from chalicelib.jobs.ports.stores import FileReads, FilesById
from chalicelib.jobs.states import FileState, JobState

TOKEN_BYTES = 16
MOST_SHARES = 200
PASS_FOR = timedelta(hours=12)
THERE = frozenset({FileState.INSPECTED, FileState.DUPLICATE})

Kind = Literal["archive", "job", "files", "collect"]


@dataclass(frozen=True)
class Share:
    """digest: the hash of the token in its address. job_id: the job's or the archive's id; for single files, that of
    the archive made of them. downloads: the number of downloads so far. For a share that collects: how much may be
    given, and how much was; gift_key seals the ids of gifts."""

    id: str
    owner_id: str
    digest: str = field(repr=False)
    kind: Kind
    name: str
    job_id: str
    created_at: datetime
    expires_at: datetime
    file_ids: tuple[str, ...] = ()
    password_hash: str | None = field(default=None, repr=False)
    download_limit: int | None = None
    downloads: int = 0
    file_limit: int = 0
    byte_limit: int = 0
    given_files: int = 0
    given_bytes: int = 0
    gift_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class WantedShare:
    """One of archive_id, job_id, file_ids."""

    days: int
    archive_id: str | None = None
    job_id: str | None = None
    file_ids: Sequence[str] = ()
    name: str | None = None
    password: str | None = None
    download_limit: int | None = None


class ShareStore(Protocol):
    def add_share(self, share: Share, most: int) -> None:
        """TooManyShares where the owner has `most` others. Replaces one with the same id and owner."""

    def share(self, digest: str) -> Share | None: ...
    def shares(self, owner_id: str) -> list[Share]:
        """The owner's shares, also expired ones until they are removed."""

    def delete_share(self, share: Share) -> None: ...
    def count_download(self, share: Share) -> None:
        """In one conditional write: ShareUsedUp where its limit is reached, ShareNotFound where it is gone."""


class Passwords(Protocol):
    def hash(self, password: str) -> str: ...
    def verify(self, password_hash: str | None, password: str) -> bool: ...


class Attempts(Protocol):
    def begin(self, email: str, address: str) -> None: ...
    def succeeded(self, email: str, address: str) -> None: ...


class Reads(FileReads, FilesById, Protocol):
    def artifact(self, job_id: str, name: str) -> Artifact: ...
    def artifacts(self, job_id: str) -> list[Artifact]: ...


class Shares:
    def __init__(
        self,
        store: ShareStore,
        jobs: Reads,
        objects: ObjectStore,
        owned: Owned,
        archives: Archives,
        passwords: Passwords,
        attempts: Attempts,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._objects = objects
        self._owned = owned
        self._archives = archives
        self._passwords = passwords
        self._attempts = attempts
        self._clock = clock
        self._new_id = new_id

    # -- the owner's -------------------------------------------------------------------------------------------------

    def open(self, owner_id: str, wanted: WantedShare, id: str | None = None) -> tuple[Share, str]:
        """The share, and the token of its address, which is not kept. For single files an archive is made, which counts
        for its owner as long as the share lasts. The same id twice is one share: the second address replaces the first,
        which was never given out. Raises JobError."""
        now = self._clock()
        expires_at = now + timedelta(days=wanted.days)
        share_id = id or self._new_id()
        if wanted.archive_id:
            kind: Kind = "archive"
            job = self._archives.get(owner_id, wanted.archive_id)
            expires_at = min(expires_at, job.expires_at or expires_at)
        elif wanted.job_id:
            kind, job = "job", self._owned.job(owner_id, wanted.job_id)
            if job.pipeline == ARCHIVE:
                raise JobNotFound("It is an archive: share it by `archive_id`.")
        else:
            kind = "files"
            choice = Choice(file_ids=wanted.file_ids)
            zipped = Wanted(choice, "flat", wanted.name, keep_seconds=wanted.days * 86400)
            self.check_room(owner_id, share_id)
            job = self._archives.open(owner_id, zipped, share_id)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        share = Share(
            id=share_id,
            owner_id=owner_id,
            digest=digest_of(token),
            kind=kind,
            name=wanted.name or job.name,
            job_id=job.id,
            created_at=now,
            expires_at=expires_at,
            file_ids=tuple(dict.fromkeys(wanted.file_ids)),
            password_hash=self._passwords.hash(wanted.password) if wanted.password else None,
            download_limit=wanted.download_limit,
        )
        self._store.add_share(share, MOST_SHARES)
        return share, token

    def add(self, share: Share) -> None:
        """Adds a share that was composed elsewhere. TooManyShares."""
        self._store.add_share(share, MOST_SHARES)

    def check_room(self, owner_id: str, share_id: str) -> None:
        """TooManyShares, before an archive is made to which no share would lead."""
        others = [share for share in self._store.shares(owner_id) if share.id != share_id]
        if len(others) >= MOST_SHARES:
            raise too_many(MOST_SHARES)

    def all(self, owner_id: str) -> list[Share]:
        """The shares that are in force, the newest first."""
        now = self._clock()
        found = [share for share in self._store.shares(owner_id) if share.expires_at > now]
        return sorted(found, key=lambda share: share.id, reverse=True)

    def get(self, owner_id: str, share_id: str) -> Share:
        for share in self.all(owner_id):
            if share.id == share_id:
                return share
        raise ShareNotFound("There is no such share.")

    def revoke(self, share: Share) -> None:
        self._store.delete_share(share)

    # -- a visitor's -------------------------------------------------------------------------------------------------

    def seen(self, token: str) -> Share:
        """The share of a token. ShareNotFound unless it is in force, so that ids can't be guessed."""
        share = self._store.share(digest_of(token))
        if share is None or share.expires_at <= self._clock():
            raise ShareNotFound("There is no such share, or it has ended.")
        return share

    def unlock(self, share: Share, password: str, address: str) -> tuple[str, datetime]:
        """A pass that opens the share for some hours, and its end. SharePasswordWrong, TooManyAttempts."""
        name = f"share {share.id}"
        self._attempts.begin(name, address)
        if share.password_hash and not self._passwords.verify(share.password_hash, password):
            raise SharePasswordWrong("The password is wrong.")
        self._attempts.succeeded(name, address)
        until = min(self._clock() + PASS_FOR, share.expires_at)
        seconds = int(until.timestamp())
        return f"{seconds}.{_sealed(share, seconds)}", until

    def is_open(self, share: Share, given: str) -> bool:
        if share.password_hash is None:
            return True
        seconds, _, seal = given.partition(".")
        if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 12):
            return False
        right = hmac.compare_digest(_sealed(share, int(seconds)).encode(), seal.encode("utf-8", "replace"))
        return right and int(seconds) > self._clock().timestamp()

    def check_open(self, share: Share, given: str) -> None:
        if not self.is_open(share, given):
            raise ShareLocked("This share has a password.")

    def files(self, share: Share, page: int, per_page: int) -> tuple[list[File], int]:
        """A page of the share's existing files, and how many it has. One that collects shows none."""
        if share.kind == "collect":
            return [], 0
        start = (page - 1) * per_page
        if share.kind == "job":
            job = self._job(share)
            there = [file for file in self._jobs.files(job) if file.state is FileState.INSPECTED]
            return there[start : start + per_page], len(there)
        ids = share.file_ids if share.kind == "files" else self._contents(share)
        some = ids[start : start + per_page]
        found = self._jobs.files_by_id(some)
        return [found[one] for one in some if one in found and found[one].state in THERE], len(ids)

    def file(self, share: Share, file_id: str) -> File:
        """FileNotFound for one that the share doesn't show."""
        place = parse_file_id(file_id)
        if share.kind == "collect":
            raise FileNotFound("There is no such file.")
        if share.kind == "job":
            shown = place is not None and place[0] == share.job_id
        else:
            shown = file_id in (share.file_ids if share.kind == "files" else self._contents(share))
        if place is None or not shown:
            raise FileNotFound("There is no such file.")
        try:
            _, file = self._owned.file(share.owner_id, *place)
        except JobNotFound:
            raise FileNotFound("There is no such file.") from None
        if file.state not in THERE or (share.kind == "job" and file.state is not FileState.INSPECTED):
            raise FileNotFound("There is no such file.")
        return file

    def zips(self, share: Share) -> list[Artifact]:
        """The zip of the whole share, or its parts. Empty while there is none."""
        if share.kind == "collect":
            return []
        try:
            job = self._owned.job(share.owner_id, share.job_id)
        except JobNotFound:
            return []
        if job.state is not JobState.COMPLETED:
            return []
        if job.pipeline != ARCHIVE:
            if job.counts.binned and not job.current:
                return []  # it may contain files that the owner has put into the bin since
            return [one for one in self._jobs.artifacts(job.id) if one.name == COMPLETE]
        return sorted((one for one in self._jobs.artifacts(job.id) if one.name != CONTENTS), key=lambda one: one.name)

    def count(self, share: Share) -> None:
        """Counts one download. ShareUsedUp."""
        self._store.count_download(share)

    def _job(self, share: Share) -> Job:
        try:
            return self._owned.job(share.owner_id, share.job_id)
        except JobNotFound:
            raise ShareNotFound("What was shared no longer exists.") from None

    def _contents(self, share: Share) -> list[str]:
        """The ids of the files in its archive, in their order; none while that is being made."""
        self._job(share)
        try:
            artifact = self._jobs.artifact(share.job_id, CONTENTS)
            content = b"".join(self._objects.stream(artifact.key, 0, artifact.size))
        except (ArtifactNotFound, ObjectMissing):
            return []
        return [one["file_id"] for one in json.loads(content)["files"] if one["file_id"]]


def too_many(most: int) -> TooManyShares:
    return TooManyShares(f"You have {most} shares. Revoke one first.", retry_after=60)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _sealed(share: Share, seconds: int) -> str:
    """A pass for this share and this password alone: a new password makes it worthless."""
    key = (share.password_hash or "").encode()
    return hmac.new(key, f"{share.digest} {seconds}".encode(), hashlib.sha256).hexdigest()
