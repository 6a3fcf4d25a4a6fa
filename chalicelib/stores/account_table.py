"""Users' items in DynamoDB: for now the requests that must not be carried out twice.

IAM: dynamodb:UpdateItem. Items expire by `expires_at_epoch`, the table's TTL attribute.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import datetime, timedelta

from chalicelib.accounts.model import KeptRequest
from chalicelib.stores.dynamo import ConditionFailed, Key, Table, Write


def request_key(user_id: str, key: str) -> Key:
    # A client's key may be long and hold anything; ours has a size.
    return f"USER#{user_id}", f"REQUEST#{hashlib.sha256(key.encode()).hexdigest()}"


class AccountTable:
    def __init__(self, table: Table) -> None:
        self._table = table

    def claim_request(
        self, user_id: str, key: str, fingerprint: str, claim: str, *, now: datetime, lease: timedelta, keep: timedelta
    ) -> KeptRequest | None:
        """Takes the right to carry out a request: None where it was given, to `claim`; else what is there instead.

        It is given where nothing is known under the key (any more), and where the same request was begun and its lease
        has run out: who carried it out is dead.
        """
        write = Write(request_key(user_id, key))
        expires, lease_until = write.name("expires_at_epoch"), write.name("lease_until")
        unknown = f"attribute_not_exists({write.name('PK')})"
        # TTL deletes hours late, so that what has expired may still be there.
        expired = f"{expires} <= {write.value(int(now.timestamp()))}"
        same = f"{write.name('fingerprint')} = {write.value(fingerprint)}"
        died = f"attribute_exists({lease_until}) AND {lease_until} <= {write.value(now)} AND {same}"
        write.where(f"({unknown}) OR ({expired}) OR ({died})")
        write.set(fingerprint=fingerprint, claim=claim, lease_until=now + lease, status=None, body=None)
        write.set(expires_at_epoch=int((now + keep).timestamp()))
        try:
            self._table.write(write)
        except ConditionFailed as failed:
            there = failed.items[0] or {}
            return KeptRequest(there["fingerprint"], there.get("status"), _unpacked(there.get("body", "")))
        return None

    def finish_request(self, user_id: str, key: str, claim: str, status: int, body: str) -> None:
        """Keeps the result for whoever asks again; without effect where the claim was lost."""
        self._change(user_id, key, claim, status=status, body=_packed(body), lease_until=None)

    def release_request(self, user_id: str, key: str, claim: str, now: datetime) -> None:
        """Forgets a request that came to nothing, so that it can be made again."""
        self._change(user_id, key, claim, expires_at_epoch=int(now.timestamp()))

    def _change(self, user_id: str, key: str, claim: str, **changes: object) -> None:
        write = Write(request_key(user_id, key)).set(**changes).where_equal(claim=claim)
        try:
            self._table.write(write)
        except ConditionFailed:
            return


# An answer with 500 signed addresses is larger than an item may be (400 kB), and all but a tenth of it is repetition.
def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode())).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b85decode(packed)).decode() if packed else ""
