"""Version 2 of jobs' items: a file that shares another's object says whose, and stands with it as a use.

Before, it only had the other's key. Its bytes were counted for it, and go on to be.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from chalicelib.jobs import keys
from chalicelib.jobs.library_ports import Use
from chalicelib.jobs.model import file_id
from chalicelib.stores import items
from chalicelib.stores.dynamo import Item, Write
from chalicelib.stores.library_items import use_key
from infra.migrations.migration import Migration

VERSION = 2
LONG_AGO = datetime.fromtimestamp(0, UTC)
"""Old enough for no one to take the use for one whose file is yet to come."""


def change(item: Item) -> Sequence[Write]:
    kind = item["SK"]
    versioned = kind == items.JOB or kind.startswith((items.FILE, items.ARTIFACT))
    if not (item["PK"].startswith("JOB#") and versioned) or "schema_version" in item:
        return ()
    write = Write((item["PK"], kind)).set(schema_version=VERSION).where_exists().where_equal(schema_version=None)
    if not kind.startswith(items.FILE) or "source" in item or item.get("bucket"):
        return (write,)
    job_id, number = item["PK"].removeprefix("JOB#"), int(kind.removeprefix(items.FILE))
    place = keys.parse_upload(item["key"])
    if place in {None, (job_id, number)}:
        return (write,)
    assert place is not None
    write.set(source=file_id(*place), counted=True).where_equal(key=item["key"], source=None)
    return write, Write(use_key(Use(*place, job_id, number, LONG_AGO))).set(since=LONG_AGO)


MIGRATION = Migration(1, "files name the source of the object that they share", "jobs", change)
