"""Shares in DynamoDB: each under the hash of its token, with a reference in its owner's partition.

IAM: as chalicelib.stores.dynamo.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.jobs.errors import ShareNotFound, ShareUsedUp
from chalicelib.jobs.library.shares import Share, too_many
from chalicelib.stores.dynamo.items import share_key
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Removal, Table, Write

SHARE = "SHARE#"
KEPT_LONGER = timedelta(days=1)
AT_ONCE = 100


class ShareTable:
    """Fulfils chalicelib.jobs.library.shares.ShareStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_share(self, share: Share, most: int) -> None:
        digests = self._digests(share.owner_id)
        replaced = digests.pop(share.id, None)
        if len(digests) >= most:
            raise too_many(most)
        until = int((share.expires_at + KEPT_LONGER).timestamp())
        key, way = share_key(share.digest), _way(share)
        content = _content(share) | {"PK": key[0], "SK": key[1], "expires_at_epoch": until}
        leads = {"PK": way[0], "SK": way[1], "digest": share.digest, "expires_at_epoch": until}
        gone = [Removal(share_key(replaced))] if replaced else []
        self._table.transact([*gone, NewItem(key, content), NewItem(way, leads, over=True)])

    def share(self, digest: str) -> Share | None:
        item = self._table.get(share_key(digest))
        return _share(item) if item else None

    def shares(self, owner_id: str) -> list[Share]:
        digests = list(self._digests(owner_id).values())
        found: list[Item] = []
        for start in range(0, len(digests), AT_ONCE):
            found += self._table.get_many([share_key(digest) for digest in digests[start : start + AT_ONCE]])
        return [_share(item) for item in found]

    def delete_share(self, share: Share) -> None:
        self._table.transact([Removal(share_key(share.digest)), Removal(_way(share))])

    def count_download(self, share: Share) -> None:
        write = Write(share_key(share.digest)).where_exists().add(downloads=1)
        if share.download_limit is not None:
            downloads = write.name("downloads")
            write.where(f"attribute_not_exists({downloads}) OR {downloads} < {write.value(share.download_limit)}")
        try:
            self._table.write(write)
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise ShareNotFound("There is no such share, or it has ended.") from None
            raise ShareUsedUp("It was downloaded as often as its owner allows.") from None

    def _digests(self, owner_id: str) -> dict[str, str]:
        """The digests of an owner's shares, by the shares' ids."""
        found = self._table.query(f"USER#{owner_id}", "begins_with(#range, :kind)", {":kind": SHARE})
        return {item["SK"].removeprefix(SHARE): item["digest"] for item in found}


def _way(share: Share) -> Key:
    return f"USER#{share.owner_id}", f"{SHARE}{share.id}"


def _content(share: Share) -> Item:
    return {
        "id": share.id,
        "owner": share.owner_id,
        "kind": share.kind,
        "name": share.name,
        "job": share.job_id,
        "created_at": share.created_at,
        "expires_at": share.expires_at,
        "file_ids": "\n".join(share.file_ids) or None,
        "password_hash": share.password_hash,
        "download_limit": share.download_limit,
        "file_limit": share.file_limit,
        "byte_limit": share.byte_limit,
        "gift_key": share.gift_key,
    }


def _share(item: Item) -> Share:
    return Share(
        id=item["id"],
        owner_id=item["owner"],
        digest=item["PK"].removeprefix(SHARE),
        kind=item["kind"],
        name=item["name"],
        job_id=item["job"],
        created_at=datetime.fromisoformat(item["created_at"]),
        expires_at=datetime.fromisoformat(item["expires_at"]),
        file_ids=tuple(item["file_ids"].split("\n")) if "file_ids" in item else (),
        password_hash=item.get("password_hash"),
        download_limit=item.get("download_limit"),
        downloads=item.get("downloads", 0),
        file_limit=item.get("file_limit", 0),
        byte_limit=item.get("byte_limit", 0),
        given_files=item.get("given_files", 0),
        given_bytes=item.get("given_bytes", 0),
        gift_key=item.get("gift_key", ""),
    )
