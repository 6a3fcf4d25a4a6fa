"""Shares that collect: an address by which people without an account put files into a user's job.

Givers see their own files, by a gift's id that the share has sealed, and nothing else of the job. The share's limits
are conditions of the transaction that adds the files.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from chalicelib.jobs.changes import AtMost, Change, Either, Is, ShareRecord, There
from chalicelib.jobs.errors import (
    CollectFull,
    CollectOver,
    FileNotFound,
    JobNotFound,
    NotAllowedInState,
    ShareNotFound,
    StaleTransition,
    StorageFull,
    TooManyFiles,
    TryAgain,
)
from chalicelib.jobs.intake.accepting import Announced, Selection
from chalicelib.jobs.intake.adding import ClaimRefused
from chalicelib.jobs.intake.uploads import Intake, Upload
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.library.shares import Share, Shares, digest_of
from chalicelib.jobs.model import File, Job, parse_file_id
from chalicelib.jobs.moves import COLLECT
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.jobs.ports.stores import IntakeStore
from chalicelib.jobs.states import RECEIVING

TOKEN_BYTES = GIFT_BYTES = 16
TRIES = 5


@dataclass(frozen=True)
class WantedCollection:
    """Into job_id, or into a new job of the pipeline."""

    days: int
    file_limit: int
    byte_limit: int
    job_id: str | None = None
    pipeline: str | None = None
    options: Mapping[str, Any] | None = None
    name: str | None = None
    password: str | None = None


class Visits(Protocol):
    def visit(self, name: str, address: str) -> None:
        """TooManyAttempts."""


class Hashes(Protocol):
    def hash(self, password: str) -> str: ...


class Collecting:
    def __init__(
        self,
        shares: Shares,
        jobs: IntakeStore,
        intake: Intake,
        owned: Owned,
        passwords: Hashes,
        visits: Visits,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._shares = shares
        self._jobs = jobs
        self._intake = intake
        self._owned = owned
        self._passwords = passwords
        self._visits = visits
        self._clock = clock
        self._new_id = new_id

    # -- the owner's -------------------------------------------------------------------------------------------------

    def open(self, owner_id: str, wanted: WantedCollection, id: str | None = None) -> tuple[Share, str]:
        """The share, and the token of its address. Its job stays open until its owner seals it, at the latest until the
        share ends. The same id twice is one share and one job. Raises JobError."""
        share_id = id or self._new_id()
        now = self._clock()
        until = now + timedelta(days=wanted.days)
        self._shares.check_room(owner_id, share_id)
        job = self._job(owner_id, wanted, share_id)
        if job.sealed or job.state not in RECEIVING or job.batch or job.listing is not None:
            raise NotAllowedInState("Files can be collected only into a job that is open for more files.")
        if job.open_until is None or job.open_until < until:
            try:
                job = move(self._jobs, job, COLLECT(open_until=until))
            except StaleTransition:
                raise TryAgain("The job is being changed right now.") from None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        share = Share(
            id=share_id,
            owner_id=owner_id,
            digest=digest_of(token),
            kind="collect",
            name=wanted.name or job.name,
            job_id=job.id,
            created_at=now,
            expires_at=until,
            password_hash=self._passwords.hash(wanted.password) if wanted.password else None,
            file_limit=wanted.file_limit,
            byte_limit=wanted.byte_limit,
            gift_key=secrets.token_hex(GIFT_BYTES),
        )
        self._shares.add(share)
        return share, token

    def _job(self, owner_id: str, wanted: WantedCollection, job_id: str) -> Job:
        if wanted.job_id:
            return self._owned.job(owner_id, wanted.job_id)
        pipeline = wanted.pipeline or ""
        if known := self._intake.made(owner_id, pipeline, job_id):
            return known
        try:
            return self._intake.create(owner_id, pipeline, wanted.options or {}, name=wanted.name, id=job_id)
        except StaleTransition:
            raise TryAgain("The same request is being carried out. Ask again for its result.") from None

    # -- a giver's ---------------------------------------------------------------------------------------------------

    def job(self, share: Share) -> Job:
        """The job into which the share collects. CollectOver where that takes no more files."""
        try:
            job = self._owned.job(share.owner_id, share.job_id)
        except JobNotFound:
            raise CollectOver("The owner no longer collects files here.") from None
        if job.sealed or job.state not in RECEIVING:
            raise CollectOver("The owner no longer collects files here.")
        return job

    def select(self, share: Share, announced: Sequence[Announced], *, skip_unsupported: bool) -> Selection:
        return self._intake.select(self.job(share).pipeline, announced, skip_unsupported=skip_unsupported)

    def give(
        self,
        share: Share,
        announced: Sequence[Announced],
        *,
        gift: str | None,
        giver: str | None,
        address: str,
        request_id: str | None,
    ) -> tuple[str, list[Upload]]:
        """Adds files; returns how to send them, and the sealed id of their gift, a new one unless it is given. The same
        request_id twice adds them once. CollectFull, CollectOver, TooManyAttempts, and as Intake.add_files()."""
        self._visits.visit(f"collect {share.id}", address)
        gift_id = self.opened(share, gift) if gift else _named(request_id) or secrets.token_hex(GIFT_BYTES)
        files = [replace(one, given_by=giver, gift=gift_id) for one in announced]
        claim = _claim(share, len(files), sum(one.size for one in files))
        for _ in range(TRIES):
            try:
                _, uploads = self._intake.add_files(
                    share.owner_id, self.job(share).id, files, more=True, request_id=request_id, claim=claim
                )
                return sealed(share, gift_id), uploads
            except TryAgain:
                continue  # others are giving at the same moment
            except ClaimRefused:
                self._still_there(share)
                raise CollectFull("There is no room for these files.") from None
            except (StorageFull, TooManyFiles):
                raise CollectFull("There is no room for these files.") from None
            except NotAllowedInState:
                raise CollectOver("The owner no longer collects files here.") from None
        raise TryAgain("Other files are being submitted right now: try again.")

    def _still_there(self, share: Share) -> None:
        if all(one.digest != share.digest for one in self._shares.all(share.owner_id)):
            raise ShareNotFound("There is no such share, or it has ended.")

    def given(self, share: Share, gift: str, file_ids: Sequence[str]) -> list[File]:
        """The files among these that belong to the gift."""
        gift_id = self.opened(share, gift)
        own = [one for one in file_ids if (place := parse_file_id(one)) and place[0] == share.job_id]
        found = self._jobs.files_by_id(own)
        return [found[one] for one in own if one in found and found[one].gift == gift_id]

    def number(self, share: Share, gift: str, file_id: str) -> int:
        """The number of a file of the gift. FileNotFound."""
        for file in self.given(share, gift, [file_id]):
            return file.number
        raise FileNotFound("There is no such file.")

    def opened(self, share: Share, gift: str) -> str:
        """The gift's id. FileNotFound where the share has not sealed it."""
        gift_id, _, seal = gift.partition(".")
        if not hmac.compare_digest(_seal(share, gift_id).encode(), seal.encode("utf-8", "replace")):
            raise FileNotFound("There is no such submission.")
        return gift_id


def sealed(share: Share, gift_id: str) -> str:
    return f"{gift_id}.{_seal(share, gift_id)}"


def _seal(share: Share, gift_id: str) -> str:
    text = f"gift {gift_id}".encode("utf-8", "replace")
    return hmac.new(share.gift_key.encode(), text, hashlib.sha256).hexdigest()


def _named(request_id: str | None) -> str | None:
    """The gift's id follows from the request, so that a repeated request finds the gift that it began."""
    return hashlib.sha256(request_id.encode()).hexdigest()[: 2 * GIFT_BYTES] if request_id else None


def _claim(share: Share, files: int, size: int) -> Change:
    """CollectFull where it would be too much in any case."""
    if files > share.file_limit or size > share.byte_limit:
        raise CollectFull("These files exceed the limits of this share.")

    def room(field: str, most: int) -> Either:
        return Either((Is(field, None), AtMost(field, most)))

    return Change(
        ShareRecord(share.digest),
        adds={"given_files": files, "given_bytes": size},
        when=(There(), room("given_files", share.file_limit - files), room("given_bytes", share.byte_limit - size)),
    )
