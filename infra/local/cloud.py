"""The embedded stand-in for S3, DynamoDB and SQS, as a process of its own: ministack, with snapshots.

ministack keeps objects on disk but tables and queues in memory, and saves those only when it is asked to stop. Here a
fork saves them every second or so, as Redis does: requests wait for the fork alone, and the snapshot is of one moment.
Save functions are private names of ministack, hence its exact pin and the tests that kill it.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import logging
import os
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local.lifeline import hold_on
from infra.local.settings import ACCOUNT, HOST, REGION

log = logging.getLogger("cloud")

INTERVAL_SECONDS = 1.0
GIVE_UP_SECONDS = 60
READ_ONLY = ("Get", "BatchGet", "TransactGet", "Describe", "List", "Query", "Scan", "ReceiveMessage")
"""Operations after which there is nothing to save. What a received message changes, its deletion changes for good."""

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def configure(directory: Path, port: int) -> None:
    """Sets what ministack reads when it is imported."""
    os.environ.update(
        BIND_HOST=HOST,
        MINISTACK_HOST=HOST,
        GATEWAY_PORT=str(port),
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        PERSIST_STATE="1",
        STATE_DIR=str(directory / "state"),
        S3_PERSIST="1",
        S3_DATA_DIR=str(directory / "objects"),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL="WARNING",
    )


class Snapshots:
    """Saves the state under `directory` in a new folder each time; the link `state` names the last complete one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._link = directory / "state"
        self._changed = False

    def watch(self, app: Asgi) -> Asgi:
        async def watched(scope: Scope, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            if scope["type"] == "http" and not _reads(scope):
                self._changed = True

        return watched

    async def run(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            if not self._changed:
                continue
            self._changed = False
            began = time.monotonic()
            if not await self.take():
                self._changed = True
                log.error("The snapshot failed, and is tried again")
            # A large state takes long to write: leave at least half a core to the work.
            await asyncio.sleep(time.monotonic() - began)

    async def take(self) -> bool:
        """True once the present state is on the disk."""
        parent = os.getpid()
        with warnings.catch_warnings():
            # Python warns of forks beside threads: the child takes no lock that another thread may hold.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            self._save_and_exit(parent)
        try:
            _, status = await asyncio.to_thread(os.waitpid, child, 0)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            raise
        return status == 0

    def _save_and_exit(self, parent: int) -> None:
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(GIVE_UP_SECONDS)
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # above all the port, which a successor may want
            # Nothing else runs in this process, so that ministack's copies are for nothing, and its json.dump, which
            # never uses the encoder in C, is ten times as slow as dumps.
            copy.deepcopy = _itself  # type: ignore[assignment]
            json.dump = _dump_at_once  # type: ignore[assignment]
            self._save(lambda: os.getppid() == parent)
            status = 0
        except BaseException as error:
            os.write(2, f"snapshot: {error!r}\n".encode())
        finally:
            os._exit(status)

    def _save(self, wanted: Callable[[], bool]) -> None:
        """Raises OSError where a service's state did not reach the disk: ministack itself only logs that.

        wanted: asked last. A fork whose parent died has none to answer to, and its successor may have begun.
        """
        from ministack import app as ministack
        from ministack.core import persistence

        folder = self._directory / f"state-{time.time_ns()}"
        folder.mkdir(parents=True)
        persistence.STATE_DIR = str(folder)
        states = ministack._build_persistence_save_dict()
        persistence.save_all(states)
        for service in {"s3", "dynamodb", "sqs"} & set(states):
            if not (folder / f"{service}.json").exists():
                raise OSError(f"The state of {service} was not saved")
        fresh = self._directory / f"link-{time.time_ns()}"
        fresh.symlink_to(folder.name)
        if not wanted():
            raise OSError("orphaned")
        fresh.replace(self._link)
        self.tidy()

    def tidy(self) -> None:
        """Removes what killed snapshots have left, and the ones before the last."""
        kept = self._link.resolve()
        for path in self._directory.glob("state-*"):
            if path != kept:
                shutil.rmtree(path, ignore_errors=True)
        for path in self._directory.glob("link-*"):
            path.unlink(missing_ok=True)


def _itself[T](value: T, memo: object = None) -> T:
    return value


def _dump_at_once(value: object, file: Any, **options: Any) -> None:
    file.write(json.dumps(value, **options))


def _reads(scope: Scope) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    target = next((value.decode() for name, value in scope["headers"] if name == b"x-amz-target"), "")
    return target.rpartition(".")[2].startswith(READ_ONLY)


def unclean_since(directory: Path) -> datetime | None:
    """The time of the state that the next start will find, if the last run was killed; None after an orderly end."""
    if (directory / "clean").exists() or not (directory / "objects").exists():
        return None
    with contextlib.suppress(FileNotFoundError):
        saved = int((directory / "state").readlink().name.partition("-")[2])
        return datetime.fromtimestamp(saved / 1e9, UTC)
    return datetime.fromtimestamp(0, UTC)


async def serve(directory: Path, port: int) -> None:
    from hypercorn.asyncio import serve as hypercorn
    from hypercorn.config import Config
    from ministack import app as ministack

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    snapshots = Snapshots(directory)
    ministack.save_all = lambda services: None  # its own save at the end, which overwrites file by file
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 3
    config.loglevel = "WARNING"
    saving = asyncio.create_task(snapshots.run())
    await hypercorn(snapshots.watch(ministack.app), config, shutdown_trigger=stop.wait)  # type: ignore[arg-type]
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving
    if not await snapshots.take():
        raise SystemExit("The last snapshot failed")


def main() -> None:
    directory, port = Path(sys.argv[1]), int(sys.argv[2])
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    hold_on()
    directory.mkdir(parents=True, exist_ok=True)
    Snapshots(directory).tidy()
    # Only an orderly end leaves this mark; without it, S3 may hold objects whose event died with the queues.
    clean = directory / "clean"
    clean.unlink(missing_ok=True)
    configure(directory, port)
    asyncio.run(serve(directory, port))
    clean.touch()


if __name__ == "__main__":
    main()
