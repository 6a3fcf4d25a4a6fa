"""Version 2 of jobs' items: a file that shares another's object names that file, and is recorded as a use of it; a
finished job records the bytes that it counts for.

Before, such a file only had the other's key. Its bytes were counted for it, and still are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chalicelib.jobs import keys
from chalicelib.jobs.model import file_id
from chalicelib.jobs.ports.stores import Use
from chalicelib.jobs.states import FINAL
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.library_items import use_key
from chalicelib.stores.dynamo.table import Item, Table, Write
from infra.migrations.migration import Migration

VERSION = 2
LONG_AGO = datetime.fromtimestamp(0, UTC)
"""Old enough that the use can't be taken for one whose file is yet to come."""


def change(item: Item, table: Table) -> Sequence[Write]:
    kind = item["SK"]
    versioned = kind == items.JOB or kind.startswith((items.FILE, items.ARTIFACT))
    if not (item["PK"].startswith("JOB#") and versioned) or "schema_version" in item:
        return ()
    write = Write((item["PK"], kind)).set(schema_version=VERSION).where_exists().where_equal(schema_version=None)
    if kind == items.JOB:
        return (_counted(write, item, table),)
    if kind.startswith(items.FILE) and "source" not in item and "bucket" not in item:
        return _sourced(write, item)
    return (write,)


def _counted(write: Write, item: Item, table: Table) -> Write:
    if item["state"] in FINAL and "kept_bytes" not in item:
        counts = table.query(item["PK"], "begins_with(#range, :count)", {":count": items.COUNT})
        write.set(kept_bytes=items.counts_from(list(counts)).size).where_equal(state=item["state"], kept_bytes=None)
    return write


def _sourced(write: Write, item: Item) -> Sequence[Write]:
    job_id, number = item["PK"].removeprefix("JOB#"), int(item["SK"].removeprefix(items.FILE))
    place = keys.parse_upload(item["key"])
    if place is None or place == (job_id, number):
        return (write,)
    write.set(source=file_id(*place), counted=True).where_equal(key=item["key"], source=None)
    return write, Write(use_key(Use(*place, job_id, number, LONG_AGO))).set(since=LONG_AGO)


MIGRATION = Migration(1, "files say whose object they share, jobs what they count for", "jobs", change)
