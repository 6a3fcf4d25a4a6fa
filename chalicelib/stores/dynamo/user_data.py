"""User data: one item for each in its owner's partition, which names the object with the content.

A change puts a new object, then the item on condition that it is unchanged, then removes the old object. A
crash in between leaves at most an object that no item names; clear() removes these too.

IAM: as chalicelib.stores.dynamo and object_bucket.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from chalicelib.jobs import keys
from chalicelib.jobs.errors import ObjectMissing, PreconditionFailed, TooMuchUserData, TryAgain, UserDataNotFound
from chalicelib.jobs.ports.outside import Clock, NewId, ObjectStore
from chalicelib.jobs.user_data import LONGEST_NAME, MOST_ENTRIES, UserDatum
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, Removal, Table, Write

DATA = "DATA#"
TRIES = 5

Accepts = Callable[[UserDatum | None], bool]
"""Whether a change may be made to the current entry, None where there is none."""


def anything(current: UserDatum | None) -> bool:
    return True


class UserDataTable:
    """Fulfils chalicelib.jobs.ports.outside.UserData. Only the owner's own entries are ever found."""

    def __init__(self, table: Table, objects: ObjectStore, clock: Clock, new_id: NewId) -> None:
        self._table = table
        self._objects = objects
        self._clock = clock
        self._new_id = new_id

    def get(self, owner_id: str, kind: str, name: str) -> bytes | None:
        try:
            return self.read(owner_id, kind, name)[1]
        except UserDataNotFound:
            return None

    def read(self, owner_id: str, kind: str, name: str) -> tuple[UserDatum, bytes]:
        """UserDataNotFound."""
        for _ in range(TRIES):
            found = self._find(owner_id, kind, name)
            if found is None:
                raise UserDataNotFound("There is nothing under that name.")
            try:
                content = self._objects.stream(keys.user_data(owner_id, found.version), 0, found.size)
                return found, b"".join(content) if found.size else b""
            except ObjectMissing:
                continue  # replaced between the two reads
        raise TryAgain("Others are changing it at the same time: try again.")

    def all(self, owner_id: str, kind: str | None = None) -> list[UserDatum]:
        """All entries, in the order of kind and name."""
        prefix = f"{DATA}{kind}#" if kind else DATA
        found = self._table.query(f"USER#{owner_id}", "begins_with(#range, :prefix)", {":prefix": prefix})
        return [_datum(item) for item in found]

    def put(
        self, owner_id: str, kind: str, name: str, content: bytes, content_type: str, accepts: Accepts = anything
    ) -> tuple[UserDatum, bool]:
        """The stored entry, and whether it is new. PreconditionFailed unless `accepts` agrees to the replaced entry;
        TooMuchUserData."""
        version = self._new_id()
        key = keys.user_data(owner_id, version)
        for _ in range(TRIES):
            before = self._accepted(owner_id, kind, name, accepts)
            if before is None and len(self.all(owner_id)) >= MOST_ENTRIES:
                raise TooMuchUserData(f"You keep {MOST_ENTRIES} things. Delete one first.", retry_after=60)
            now = self._clock()
            self._objects.put(key, content, content_type)
            write = Write(_key(owner_id, kind, name)).where_equal(version=before.version if before else None)
            write.set(version=version, size=len(content), content_type=content_type, updated_at=now)
            write.set_if_missing(created_at=now)
            try:
                after = _datum(self._table.write(write))
            except ConditionFailed:
                self._objects.delete([key])
                continue
            if before:
                self._objects.delete([keys.user_data(owner_id, before.version)])
            return after, before is None
        raise TryAgain("Others are changing it at the same time: try again.")

    def delete(self, owner_id: str, kind: str, name: str, accepts: Accepts = anything) -> None:
        """UserDataNotFound; PreconditionFailed unless `accepts` agrees to the deleted entry."""
        for _ in range(TRIES):
            before = self._accepted(owner_id, kind, name, accepts)
            if before is None:
                raise UserDataNotFound("There is nothing under that name.")
            try:
                removal = Removal(_key(owner_id, kind, name)).where_equal(version=before.version)
                self._table.transact([removal])
            except ConditionFailed:
                continue
            self._objects.delete([keys.user_data(owner_id, before.version)])
            return
        raise TryAgain("Others are changing it at the same time: try again.")

    def clear(self, owner_id: str) -> None:
        """Removes everything that the owner keeps."""
        self._table.delete_many([_key(owner_id, one.kind, one.name) for one in self.all(owner_id)])
        self._objects.delete_prefix(keys.below(keys.USER_DATA, owner_id))

    def hand_on(self, before: str, owner_id: str, deadline: datetime) -> int | None:
        """Hands all entries of one owner to another, and returns how many; None where the time ran out. Entries of the
        other owner stay: on a conflict the given one gets `.guest` after its name. As each keeps its version, a retry
        after a crash recognises the entries handed on before."""
        found = self.all(before)
        for one in found:
            if self._clock() >= deadline:
                return None
            self._give(before, owner_id, one)
            self._table.delete(_key(before, one.kind, one.name))
            self._objects.delete([keys.user_data(before, one.version)])
        return len(found)

    def _give(self, before: str, owner_id: str, one: UserDatum) -> None:
        try:
            content = (
                b"".join(self._objects.stream(keys.user_data(before, one.version), 0, one.size)) if one.size else b""
            )
        except ObjectMissing:
            return  # given already
        self._objects.put(keys.user_data(owner_id, one.version), content, one.content_type)
        name = one.name
        for i in range(MOST_ENTRIES + 1):
            there = self._find(owner_id, one.kind, name)
            if there and there.version == one.version:
                return
            if there is None:
                write = Write(_key(owner_id, one.kind, name)).where_equal(version=None)
                write.set(version=one.version, size=one.size, content_type=one.content_type)
                write.set(created_at=one.created_at, updated_at=one.updated_at)
                with suppress(ConditionFailed):
                    self._table.write(write)
                    return
            ending = f".guest{i or ''}"
            name = one.name[: LONGEST_NAME - len(ending)] + ending

    def _accepted(self, owner_id: str, kind: str, name: str, accepts: Accepts) -> UserDatum | None:
        found = self._find(owner_id, kind, name)
        if not accepts(found):
            raise PreconditionFailed("It has changed since you read it. Read it again, then decide.")
        return found

    def _find(self, owner_id: str, kind: str, name: str) -> UserDatum | None:
        item = self._table.get(_key(owner_id, kind, name))
        return _datum(item) if item else None


def _key(owner_id: str, kind: str, name: str) -> Key:
    return f"USER#{owner_id}", f"{DATA}{kind}#{name}"


def _datum(item: Item) -> UserDatum:
    kind, _, name = item["SK"].removeprefix(DATA).partition("#")
    return UserDatum(
        kind=kind,
        name=name,
        version=item["version"],
        size=item["size"],
        content_type=item["content_type"],
        created_at=datetime.fromisoformat(item["created_at"]),
        updated_at=datetime.fromisoformat(item["updated_at"]),
    )
