"""The folder of the store: journals, snapshots under them, and their use at each start.

`snapshot-N` holds everything up to the start of `journal-N`. The last two snapshots are kept with the journals since
the older one, so that either of them alone leads to the present state.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.local.cloud.journal import FULL, Damaged, Record, Writer, batches, length, line, reseal, write_all
from infra.local.cloud.state import State

log = logging.getLogger("cloud")

SNAPSHOT_AFTER = 64 * 1024 * 1024
"""Bytes of journal after which a snapshot is taken: the most that a start after a kill reads, in a second or two."""
SNAPSHOT_SECONDS = 120
KEPT = 2


@dataclass(frozen=True)
class Files:
    """The store's files by their numbers."""

    folder: Path
    snapshots: dict[int, Path]
    journals: dict[int, Path]

    @classmethod
    def of(cls, folder: Path) -> Files:
        def numbered(kind: str) -> dict[int, Path]:
            found = sorted(path for path in folder.glob(f"{kind}-*") if path.name.partition("-")[2].isdigit())
            return {int(path.name.partition("-")[2]): path for path in found}

        return cls(folder, numbered("snapshot"), numbered("journal"))

    def records(self) -> Iterator[Record]:
        """Everything since the newest snapshot, including it. Raises Damaged."""
        base = max(self.snapshots, default=0)
        if base:
            yield from _flat(self.snapshots[base], live=False)
        elif self.journals and min(self.journals) != 1:
            raise Damaged(self.folder / f"snapshot-{min(self.journals):08d}", "is missing")
        following = [number for number in self.journals if number >= base]
        for expected, number in enumerate(following, start=base or 1):
            if number != expected:
                raise Damaged(self.folder / f"journal-{expected:08d}", "is missing")
            yield from _flat(self.journals[number], live=number == following[-1])


def _flat(path: Path, *, live: bool) -> Iterator[Record]:
    for batch in batches(path.read_bytes(), path, live=live):
        yield from batch


def load(folder: Path, apply: Callable[[Record], None]) -> int:
    """Applies every acknowledged record; returns the number of the journal to continue with. Raises Damaged."""
    files = Files.of(folder)
    for record in files.records():
        apply(record)
    if files.journals and (last := files.journals[max(files.journals)]):
        end, sealed = length(last.read_bytes())
        if not sealed:
            reseal(last, end)
    return max(max(files.journals, default=0) + 1, max(files.snapshots, default=0))


class Store:
    """Takes records, and reports when they are on the disk. Belongs to the thread of its loop."""

    def __init__(self, folder: Path, number: int, state: State) -> None:
        self._folder = folder
        self._state = state
        self._number = number
        files = Files.of(folder)
        base = max(files.snapshots, default=0)
        self._older = sum(path.stat().st_size for n, path in files.journals.items() if n >= base)
        self._writer = Writer(folder)
        self._writer.name(self._path("journal", number))
        self._pending: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "journal")

    def _path(self, kind: str, number: int) -> Path:
        return self._folder / f"{kind}-{number:08d}"

    def append(self, record: Record) -> None:
        self._pending.append(line(record))

    def ensure(self, size: int) -> None:
        """Raises OSError where the disk has no room for a change of this many bytes."""
        self._writer.ensure(size + sum(map(len, self._pending)))

    async def durable(self) -> None:
        """Returns once all records appended so far are on the disk."""
        if not self._pending and not self._writing.locked():
            return
        told = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        await told

    async def _write(self) -> None:
        while self._waiting:
            async with self._writing:
                lines, self._pending = self._pending, []
                waiting, self._waiting = self._waiting, []
                if lines:
                    try:
                        await asyncio.get_running_loop().run_in_executor(
                            self._thread, self._writer.write, b"".join(lines)
                        )
                    except OSError as error:
                        # Memory is ahead of the disk, which is authoritative: the next start reads it again.
                        log.critical("The journal can't be written: %s", error)
                        os._exit(FULL)
            for told in waiting:
                if not told.done():
                    told.set_result(None)

    # -- snapshots -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Takes a snapshot whenever the journals have become long."""
        failed_at = 0
        while True:
            await asyncio.sleep(1)
            size = self._older + self._writer.size
            if size - failed_at > SNAPSHOT_AFTER:
                failed_at = 0 if await self.snapshot() else size

    async def snapshot(self) -> bool:
        """True once the present state is in a snapshot on the disk; until then the old files remain in force."""
        try:
            following = Writer(self._folder)
        except OSError as error:
            log.error("No snapshot: %s", error)
            return False
        async with self._writing:
            lines, self._pending = self._pending, []
            self._writer.seal(b"".join(lines))
            self._older += self._writer.size
            self._number += 1
            following.name(self._path("journal", self._number))
            self._writer = following
            child = self._fork(self._path("snapshot", self._number))
        try:
            _, status = await asyncio.to_thread(os.waitpid, child, 0)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            raise
        if status == 0:
            self._older = 0
            tidy(self._folder)
        return status == 0

    def _fork(self, path: Path) -> int:
        """As in Redis: the child has a copy of the state at this moment, and requests wait only for the fork."""
        parent = os.getpid()
        with warnings.catch_warnings():
            # Python warns of forks beside threads: the child takes no lock that another thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child:
            return child
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(SNAPSHOT_SECONDS)
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # above all the port, which a successor may need
            write_all(path, self._state.records())
            status = 0 if os.getppid() == parent else 1
        except BaseException as error:
            os.write(2, f"snapshot: {error!r}\n".encode())
        finally:
            os._exit(status)

    async def close(self) -> None:
        """Leaves a snapshot, or where that fails the journals."""
        await self.durable()
        await self.snapshot()
        self._writer.seal()


def tidy(folder: Path) -> None:
    """Removes the snapshots before the last two, the journals before those, and drafts of killed processes."""
    files = Files.of(folder)
    kept = sorted(files.snapshots)[-KEPT:]
    for number, path in files.snapshots.items():
        if number not in kept:
            path.unlink()
    for number, path in files.journals.items():
        if len(kept) == KEPT and number < kept[0]:
            path.unlink()
    for draft in folder.glob("*.draft"):
        draft.unlink()
