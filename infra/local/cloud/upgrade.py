"""Takes over a folder from before the journal, when ministack kept its own files, without losing anything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from infra.local.cloud.blobs import EMPTY, Blobs
from infra.local.cloud.journal import Damaged, write_all
from infra.local.cloud.state import State

SERVICES = ("dynamodb", "sqs", "s3")


def is_old(folder: Path) -> bool:
    """Whether the folder has yet to be taken over."""
    return not any(folder.glob("snapshot-*")) and _objects(folder)


def _objects(folder: Path) -> bool:
    return (folder / "state").exists() or any((folder / "objects").rglob("*.meta.json"))


def upgrade(folder: Path, state: State, blobs: Blobs) -> None:
    """Leaves a first snapshot in place of the old files. Raises Damaged, and then changes nothing."""
    saved = {name: _read(folder / "state" / f"{name}.json") for name in SERVICES}
    state.dynamodb.load_persisted_state(saved["dynamodb"])
    state.sqs.load_persisted_state(saved["sqs"])
    state.s3.load_persisted_state(saved["s3"])
    for name in state.s3._buckets:
        for key, found in state.s3._buckets[name]["objects"].items():
            path = Path(state.s3._object_disk_path(name, key))
            found["blob"] = blobs.link(path) if found["size"] else EMPTY
    write_all(folder / "snapshot-00000001", state.records())
    state.s3.S3_PERSIST = state._persistence.PERSIST_STATE = False
    remove(folder)


def remove(folder: Path) -> None:
    """Removes the old files, once they have been taken over."""
    (folder / "state").unlink(missing_ok=True)
    (folder / "clean").unlink(missing_ok=True)
    for path in [*folder.glob("state-*"), folder / "objects"]:
        shutil.rmtree(path, ignore_errors=True)


def _read(path: Path) -> Any:
    from ministack.core.persistence import _json_object_hook

    try:
        found = json.loads(path.read_text(), object_hook=_json_object_hook)
        return found.get("payload", found)
    except FileNotFoundError:
        raise Damaged(path, "is missing") from None
    except ValueError:
        raise Damaged(path, "is cut short or overwritten") from None
