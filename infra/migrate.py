"""`python -m infra.migrate`: brings the items of all tables up to this version. Safe to stop, to repeat, and to run
while Millrace serves; `--dry-run` only reports the writes.

The position of each migration is in the accounts table, so that the next run resumes there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, Table, Write, plain
from infra.connect import CannotConnect, Tables, add_arguments, connect
from infra.migrations import MIGRATIONS
from infra.migrations.migration import Migration

PAGE = 200
TRIES = 10


@dataclass(frozen=True)
class Outcome:
    """items: read in this run; changed: those written (in a dry run: to be written). done: before this run."""

    migration: Migration
    items: int = 0
    changed: int = 0
    done: bool = False


class Migrator:
    def __init__(self, tables: Tables, migrations: Sequence[Migration] = MIGRATIONS, page: int = PAGE) -> None:
        self._tables = tables
        self._migrations = sorted(migrations, key=lambda migration: migration.number)
        self._page = page

    def run(self, *, dry: bool = False, tell: Callable[[Outcome], None] = lambda outcome: None) -> list[Outcome]:
        """Runs each in its order; one that fails keeps those after it from beginning."""
        outcomes = []
        for migration in self._migrations:
            state = self._tables.accounts.get(state_key(migration)) or {}
            outcome = Outcome(migration, done=True) if state.get("done_at") else self._migrate(migration, state, dry)
            tell(outcome)
            outcomes.append(outcome)
        return outcomes

    def _migrate(self, migration: Migration, state: Item, dry: bool) -> Outcome:
        table = self._tables.table(migration.table)
        looked = changed = 0
        for found, cursor in self._pages(table.name, state.get("cursor")):
            looked += len(found)
            changed += sum(
                bool(migration.change(item, table)) if dry else self._change(migration, table, item) for item in found
            )
            if cursor and not dry:
                self._note(migration, cursor=cursor)
        if not dry:
            self._note(migration, cursor=None, done_at=datetime.now(UTC))
        return Outcome(migration, looked, changed)

    def _change(self, migration: Migration, table: Table, item: Item) -> bool:
        key = item["PK"], item["SK"]
        current: Item | None = item
        for _ in range(TRIES):
            writes = migration.change(current, table) if current else ()
            if not writes:
                return False
            try:
                table.transact(writes)
            except ConditionFailed:
                current = table.get(key)  # changed or removed in the meantime: decide again
                continue
            return True
        raise RuntimeError(f"{key} in {table.name} changes faster than migration {migration.number} can follow")

    def _pages(self, table: str, cursor: str | None) -> Iterator[tuple[list[Item], str | None]]:
        """Pages of items, each with the key to continue after."""
        request: dict[str, Any] = {"TableName": table, "Limit": self._page, "ConsistentRead": True}
        if cursor:
            request["ExclusiveStartKey"] = json.loads(cursor)
        while True:
            page = self._tables.client.scan(**request)
            after = page.get("LastEvaluatedKey")
            yield [plain(item) for item in page["Items"]], json.dumps(after) if after else None
            if not after:
                return
            request["ExclusiveStartKey"] = after

    def _note(self, migration: Migration, **changes: Any) -> None:
        self._tables.accounts.write(Write(state_key(migration)).set(name=migration.name, **changes))


def state_key(migration: Migration) -> Key:
    return "MIGRATIONS", f"{migration.number:04d}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.migrate", description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    add_arguments(parser)
    options = parser.parse_args()

    def tell(outcome: Outcome) -> None:
        title = f"{outcome.migration.number:04d} {outcome.migration.name}"
        verb = "would be changed" if options.dry_run else "changed"
        print(
            f"{title}: done before" if outcome.done else f"{title}: {outcome.changed} of {outcome.items} items {verb}"
        )

    try:
        Migrator(connect(options)).run(dry=options.dry_run, tell=tell)
    except CannotConnect as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
