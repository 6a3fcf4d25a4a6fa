"""The keys of objects in the bucket. They hold only ids and numbers: no user's name for anything is part of a key that
we make."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.jobs.ids import is_id

UPLOADS, DROP, RESULTS, THUMBNAILS, WORK = "uploads/", "drop/", "results/", "thumbs/", "work/"
GUIDES, MODELS, USER_DATA = "guides/", "models/", "user-data/"
KEPT = (UPLOADS, DROP, RESULTS, THUMBNAILS, WORK, GUIDES, MODELS, USER_DATA)
"""The prefixes of users' objects, and of the installation's own."""


def upload(pipeline: str, job_id: str, number: int) -> str:
    return f"{UPLOADS}{pipeline}/{job_id}/{number:08d}"


def uploads_of(pipeline: str, job_id: str) -> str:
    return f"{UPLOADS}{pipeline}/{job_id}/"


def result(job_id: str, artifact: str) -> str:
    return f"{RESULTS}{job_id}/{artifact}"


def thumbnail(job_id: str, name: str) -> str:
    return f"{THUMBNAILS}{job_id}/{name}"


def work(job_id: str, name: str) -> str:
    """The key of data that a run keeps between its steps; a lifecycle rule removes leftovers."""
    return f"{WORK}{job_id}/{name}"


def user_data(owner_id: str, version: str) -> str:
    return f"{USER_DATA}{owner_id}/{version}"


def below(root: str, job_id: str) -> str:
    return f"{root}{job_id}/"


def parse_upload(key: str) -> tuple[str, int] | None:
    """Job id and file number of an upload's key; None for any other key."""
    parts = key.removeprefix(UPLOADS).split("/")
    if not key.startswith(UPLOADS) or len(parts) != 3:
        return None
    _, job_id, number = parts
    return (job_id, int(number)) if is_id(job_id) and len(number) == 8 and number.isdecimal() else None


@dataclass(frozen=True)
class DropKey:
    """drop/{pipeline}/{batch}/{path}, or drop/{pipeline}/@{owner}/{batch}/{path}. batch: the prefix as a whole."""

    pipeline: str
    owner_id: str | None
    batch: str
    name: str
    path: str


def parse_drop(key: str) -> DropKey | None:
    """None where the key is no file in a batch, but the folder's own placeholder or a file beside the batches."""
    if not key.startswith(DROP) or key.endswith("/"):
        return None
    pipeline, *rest = key.removeprefix(DROP).split("/")
    owner = rest.pop(0)[1:] if rest and rest[0].startswith("@") else None
    if len(rest) < 2 or not pipeline or not rest[0] or owner == "":
        return None
    path = "/".join(rest[1:])
    return DropKey(pipeline, owner, key[: -len(path)], rest[0], path)
