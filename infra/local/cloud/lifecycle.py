"""The bucket's lifecycle rules, which ministack stores but never applies: expiry by prefix or tag, lost uploads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.cloud.services import Services
from infra.local.cloud.state import State

log = logging.getLogger("cloud")

EVERY_SECONDS = 600
AT_A_TIME = 200


class Lifecycle:
    def __init__(self, state: State, services: Services) -> None:
        self._s3 = state.s3
        self._services = services

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.carry_out(datetime.now(UTC))
            except Exception:
                log.exception("The lifecycle rules")

    async def carry_out(self, now: datetime) -> int:
        """Removes expired objects and uploads; returns their number."""
        count = 0
        for bucket in list(self._s3._buckets):
            expired = list(self._expired(bucket, now))
            for at in range(0, len(expired), AT_A_TIME):
                await self._services.remove(bucket, expired[at : at + AT_A_TIME])
            abandoned = list(self._abandoned(bucket, now))
            await self._services.abort(abandoned)
            count += len(expired) + len(abandoned)
        return count

    def _rules(self, bucket: str, kind: str, days: str) -> list[tuple[str, Any, timedelta]]:
        """(prefix, tag, age) of each active rule of a kind."""
        found = []
        for rule in self._s3._bucket_lifecycle.get(bucket) or ():
            if rule["Status"] == "Enabled" and rule.get(kind, {}).get(days):
                about = rule.get("Filter") or {}
                prefix = about.get("Prefix") or rule.get("Prefix") or ""
                found.append((prefix, about.get("Tag"), timedelta(days=rule[kind][days])))
        return found

    def _expired(self, bucket: str, now: datetime) -> Iterator[str]:
        rules = self._rules(bucket, "Expiration", "Days")
        for key, found in self._s3._buckets[bucket]["objects"].items() if rules else ():
            age = now - _time(found["last_modified"])
            tags = self._s3._object_tags.get((bucket, key, None)) or {}
            if any(age >= days and _matches(prefix, tag, key, tags) for prefix, tag, days in rules):
                yield key

    def _abandoned(self, bucket: str, now: datetime) -> Iterator[str]:
        rules = self._rules(bucket, "AbortIncompleteMultipartUpload", "DaysAfterInitiation")
        for upload_id, upload in self._s3._multipart_uploads.items() if rules else ():
            age = now - _time(upload["created"])
            if upload["bucket"] == bucket and any(
                age >= days and _matches(prefix, tag, upload["key"], {}) for prefix, tag, days in rules
            ):
                yield upload_id


def _matches(prefix: str, tag: Any, key: str, tags: dict[str, str]) -> bool:
    return key.startswith(prefix) and (not tag or tags.get(tag["Key"]) == tag["Value"])


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
