"""Users' items in DynamoDB: for now, the requests that must not be carried out twice.

IAM: dynamodb:UpdateItem. Items expire by `expires_at_epoch`, the table's TTL attribute.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from datetime import datetime, timedelta

from chalicelib.accounts.model import Claimed, KeptRequest
from chalicelib.stores.dynamo.table import ConditionFailed, Key, Table, Write


def request_key(user_id: str, key: str) -> Key:
    # A client's key may be long and hold any character; ours has a fixed size.
    return f"USER#{user_id}", f"REQUEST#{hashlib.sha256(key.encode()).hexdigest()}"


class AccountTable:
    def __init__(self, table: Table) -> None:
        self._table = table

    def claim_request(
        self, user_id: str, key: str, fingerprint: str, claim: str, *, now: datetime, lease: timedelta, keep: timedelta
    ) -> Claimed | KeptRequest:
        """Takes the right to carry out a request, for `claim`; else returns the record that is there instead.

        The right is given where the key is unknown, expired or of a refused request, and where the same request was
        begun and its lease has run out: its worker is dead. Then the object that it makes keeps its id.
        """
        write = Write(request_key(user_id, key))
        unknown = f"attribute_not_exists({write.name('PK')})"
        # TTL deletes hours late, so expired items may still be there.
        expired = f"{write.name('expires_at_epoch')} <= {write.value(int(now.timestamp()))}"
        other = f"{write.name('fingerprint')} <> {write.value(fingerprint)}"
        refused = f"{write.name('refused')} = {write.value(True)} AND {other}"
        write.where(f"({unknown}) OR ({expired}) OR ({refused})")
        write.set(fingerprint=fingerprint, claim=claim, made_id=claim, lease_until=now + lease)
        write.set(status=None, body=None, refused=None, expires_at_epoch=int((now + keep).timestamp()))
        try:
            self._table.write(write)
        except ConditionFailed as failed:
            there = failed.items[0] or {}
        else:
            return Claimed(claim)
        kept = KeptRequest(there["fingerprint"], there.get("status"), _unpacked(there.get("body", "")))
        over = "lease_until" in there and datetime.fromisoformat(there["lease_until"]) <= now
        if kept.fingerprint != fingerprint or not over:
            return kept
        again = Write(request_key(user_id, key)).set(claim=claim, lease_until=now + lease, refused=None)
        # An item of an earlier version has no id: the object that it made is not found again.
        again.set_if_missing(made_id=claim).where_equal(claim=there["claim"], lease_until=there["lease_until"])
        try:
            return Claimed(str(self._table.write(again)["made_id"]))
        except ConditionFailed:
            return kept  # another worker has taken it over

    def finish_request(self, user_id: str, key: str, claim: str, status: int, body: str) -> None:
        """Keeps the result for a repeated request; no effect once the claim is lost."""
        self._change(user_id, key, claim, status=status, body=_packed(body), lease_until=None)

    def release_request(self, user_id: str, key: str, claim: str, now: datetime, *, refused: bool) -> None:
        """Ends the lease of a request that had no answer, so that it can be repeated. refused: the request was refused,
        so its key is free for other requests too."""
        self._change(user_id, key, claim, lease_until=now, refused=refused or None)

    def _change(self, user_id: str, key: str, claim: str, **changes: object) -> None:
        write = Write(request_key(user_id, key)).set(**changes).where_equal(claim=claim)
        try:
            self._table.write(write)
        except ConditionFailed:
            return


# An answer with 500 signed addresses exceeds an item's limit (400 kB), but nine tenths of it are repetition.
def _packed(text: str) -> str:
    return base64.b85encode(zlib.compress(text.encode())).decode()


def _unpacked(packed: str) -> str:
    return zlib.decompress(base64.b85decode(packed)).decode() if packed else ""
