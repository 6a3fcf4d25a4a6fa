"""The open sockets, reached through API Gateway's @connections.

boto3's client takes 3.2 ms of CPU for each message; urllib3 and botocore's signature take less than half of that, which
matters with a thousand receivers. IAM: execute-api:ManageConnections.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any
from urllib.parse import quote

from chalicelib.live.ports import Told

log = logging.getLogger(__name__)

AT_ONCE = 16
SECONDS = 5.0
TRIES = 3
GONE = 410
PASSING = (429, 500, 502, 503, 504)


class ManagedSockets:
    """Fulfils chalicelib.live.ports.Sockets. endpoint: such as https://id.execute-api.region.amazonaws.com/live.
    session: a boto3 session, whose credentials sign."""

    def __init__(self, endpoint: str, session: Callable[[], Any]) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._session = session

    def tell(self, connection_ids: Sequence[str], contents: Sequence[bytes]) -> Told:
        if len(connection_ids) == 1:
            found = [self._tell_one(connection_ids[0], contents)]
        else:
            found = list(self._threads.map(lambda one: self._tell_one(one, contents), connection_ids))
        told = list(zip(connection_ids, found, strict=True))
        return Told(
            frozenset(one for one, status in told if status == GONE),
            frozenset(one for one, status in told if status not in (200, GONE)),
        )

    def close(self, connection_ids: Iterable[str]) -> None:
        for one in connection_ids:
            self._ask("DELETE", one, b"")

    def _tell_one(self, connection_id: str, contents: Sequence[bytes]) -> int:
        for content in contents:
            status = self._ask("POST", connection_id, content)
            if status != 200:
                return status
        return 200

    def _ask(self, method: str, connection_id: str, body: bytes) -> int:
        """Sends a request; returns the status, 0 where no answer came."""
        from botocore.awsrequest import AWSRequest
        from urllib3.exceptions import HTTPError

        # A connection's id may end with `=`, and goes into the signature as it goes over the line.
        url = f"{self._endpoint}/@connections/{quote(connection_id, safe='')}"
        request = AWSRequest(method, url, data=body, headers={"Content-Type": "application/json"})
        self._signer.add_auth(request)
        try:
            return int(self._pool.request(method, url, body=body, headers=dict(request.headers)).status)
        except HTTPError as failed:
            log.warning("A socket can't be sent to now (%s).", type(failed).__name__)
            return 0

    @property
    def _signer(self) -> Any:
        from botocore.auth import SigV4Auth

        return SigV4Auth(self._credentials.get_frozen_credentials(), "execute-api", self._region)

    @cached_property
    def _credentials(self) -> Any:
        return self._session().get_credentials()

    @cached_property
    def _region(self) -> str:
        return str(self._session().region_name)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sockets")

    @cached_property
    def _pool(self) -> Any:
        import urllib3

        retry = urllib3.Retry(
            TRIES, redirect=0, allowed_methods=None, status_forcelist=PASSING, backoff_factor=0.1, raise_on_status=False
        )
        return urllib3.PoolManager(num_pools=1, maxsize=AT_ONCE, block=True, timeout=SECONDS, retries=retry)
