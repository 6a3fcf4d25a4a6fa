"""Requests that create, made twice with one Idempotency-Key: carried out once, and answered the same.

Only successes are kept, for a day. A refused request left nothing to repeat, and its key is free again. A request that
broke off may have had its effect: its key is free for the same request alone, at once or, where its worker died, once
the lease runs out. The object that it makes gets the id kept with the key at the first claim, so that the second try
finds what the first has made.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from chalice.app import Response

from chalicelib.accounts.model import Claimed
from chalicelib.jobs.errors import IdempotencyMismatch, InvalidIdempotencyKey, JobError, RequestInProgress

if TYPE_CHECKING:
    from chalicelib.accounts.model import KeptRequest
    from chalicelib.jobs.ports.outside import Clock, NewId

log = logging.getLogger(__name__)

KEEP = timedelta(hours=24)
LEASE = timedelta(seconds=60)
"""Longer than API Gateway waits for any answer (29 s)."""
ASK_AGAIN_SECONDS = 2
LONGEST_KEY = 255
BROKEN_FROM = 500


class Requests(Protocol):
    """The store of claims and results; chalicelib.stores.dynamo.account_table says what each method promises."""

    def claim_request(
        self, user_id: str, key: str, fingerprint: str, claim: str, *, now: datetime, lease: timedelta, keep: timedelta
    ) -> Claimed | KeptRequest: ...
    def finish_request(self, user_id: str, key: str, claim: str, status: int, body: str) -> None: ...
    def release_request(self, user_id: str, key: str, claim: str, now: datetime, *, refused: bool) -> None: ...


def fingerprint(method: str, path: str, path_values: Mapping[str, str], body: bytes | str) -> str:
    """Tells apart requests that share a key, by their address and, to the byte, their content."""
    content = body.encode() if isinstance(body, str) else body
    whither = json.dumps([method, path, sorted(path_values.items())]).encode()
    return hashlib.sha256(whither + b"\n" + content).hexdigest()


def visitor(path_values: Mapping[str, str]) -> str:
    """Stands for a caller without an account: keys belong to the share, and its token is not kept with them."""
    return "visitor-" + hashlib.sha256(path_values.get("token", "").encode("utf-8", "replace")).hexdigest()


def once(
    requests: Requests,
    clock: Clock,
    new_id: NewId,
    user_id: str,
    key: str,
    asked: str,
    answer: Callable[[str], Response],
) -> Response:
    """The answer, or that of the first time. answer: receives the id for the object that it makes, the same each time.
    Raises what `answer` does; IdempotencyMismatch where the key was used for another request; RequestInProgress where
    the same one is being carried out."""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise InvalidIdempotencyKey(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters.")
    claim = new_id()
    found = requests.claim_request(user_id, key, asked, claim, now=clock(), lease=LEASE, keep=KEEP)
    if not isinstance(found, Claimed):
        return _known(found, asked)
    try:
        response = answer(found.made_id)
    except BaseException as error:
        refused = isinstance(error, JobError) and error.status < BROKEN_FROM
        requests.release_request(user_id, key, claim, clock(), refused=refused)
        raise
    try:
        requests.finish_request(user_id, key, claim, response.status_code, response.body)
    except Exception:
        # The work is done, and an error would have it done again.
        log.exception("the result of a request could not be kept")
    return response


def _known(known: KeptRequest, asked: str) -> Response:
    if known.fingerprint != asked:
        raise IdempotencyMismatch("This Idempotency-Key was used for another request. Take a new one.")
    if known.status is None:
        raise RequestInProgress(
            "The same request is being carried out. Ask again for its result.", retry_after=ASK_AGAIN_SECONDS
        )
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Idempotency-Replayed": "true"}
    return Response(body=known.body, status_code=known.status, headers=headers)
