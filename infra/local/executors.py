"""Worker processes, like Lambda's function instances: each does one call at a time, and a dead one is replaced.

Lambda starts another instance where all are busy. Here a call may be relieved instead: where it is slow and no worker
is idle, a spare one is started, as long as the machine has memory for it. A slow decoder yields to others
(chalicelib/pipelines/apart.py), so that a spare worker loses no processor time to it.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

START_SECONDS = 60.0
SLOW_SECONDS = 2.0
"""Several times the duration of a batch of ordinary files."""
MOST_SPARE = 8
KEPT_SECONDS = 30.0
"""Spare workers stay this long after the last slow call: under load many are slow, and a start costs a second."""
SPARE_MEMORY = 2 * 1024**3
"""Bytes that must be available for a spare worker: a decoder may take 1.5 GB."""


@dataclass(frozen=True)
class Meanwhile:
    """Calls `do` every `every` seconds while a call waits for a worker or for its answer."""

    every: float
    do: Callable[[], None]


class CallFailed(Exception):
    """The handler raised."""


class WorkerLost(CallFailed):
    """The process died, or exceeded the function's time: it can't be used any more."""


class Executor:
    """One worker process, in this one's environment unless another is given."""

    def __init__(self, app: str, environment: Mapping[str, str] | None = None) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- our own module
            [sys.executable, "-m", "infra.local.worker", app],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,
        )
        self._read = b""
        self._ready = False

    def call(
        self,
        handler: str,
        event: dict[str, Any],
        seconds: float,
        meanwhile: Meanwhile,
        slow: Callable[[], None] | None = None,
    ) -> Any:
        """The handler's result. `slow` is called once, if that takes more than SLOW_SECONDS. Raises CallFailed."""
        if not self._ready:
            self._reply(START_SECONDS, meanwhile)
            self._ready = True
        try:
            self._write(json.dumps({"handler": handler, "event": event, "seconds": seconds}).encode() + b"\n")
        except OSError as error:
            raise WorkerLost("the worker died before it was called") from error
        reply = self._reply(seconds, meanwhile, slow)
        if "error" in reply:
            raise CallFailed(reply["error"])
        return reply["result"]

    def _write(self, content: bytes) -> None:
        assert self._process.stdin is not None
        while content:
            content = content[os.write(self._process.stdin.fileno(), content) :]

    def _reply(self, seconds: float, meanwhile: Meanwhile, slow: Callable[[], None] | None = None) -> dict[str, Any]:
        assert self._process.stdout is not None
        began = time.monotonic()
        while b"\n" not in self._read:
            taken = time.monotonic() - began
            if taken >= seconds:
                raise WorkerLost(f"the function's time of {seconds:.0f} s is over")
            if slow and taken >= SLOW_SECONDS:
                slow()
                slow = None
            patience = min(seconds - taken, meanwhile.every, SLOW_SECONDS - taken if slow else meanwhile.every)
            if not select.select([self._process.stdout], [], [], patience)[0]:
                meanwhile.do()
                continue
            chunk = os.read(self._process.stdout.fileno(), 65536)
            if not chunk:
                raise WorkerLost("the worker died")
            self._read += chunk
        line, _, self._read = self._read.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        return reply

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Kills the process immediately, even during a call."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Executors:
    """`count` workers; call() waits for an idle one. at_need: none is started before the first call."""

    def __init__(self, app: str, count: int, *, at_need: bool = False) -> None:
        self._app = app
        self._missing = count if at_need else 0
        self._lock = Lock()
        self._idle: SimpleQueue[Executor] = SimpleQueue()
        self._all: set[Executor] = set()
        self._stopped = False
        self._count = count
        self._slow = 0
        self._slow_at = 0.0
        for _ in range(count - self._missing):
            self._add()

    def __len__(self) -> int:
        return len(self._all)

    def _add(self) -> None:
        executor = Executor(self._app)
        self._all.add(executor)
        self._idle.put(executor)

    def call(
        self,
        handler: str,
        event: dict[str, Any],
        seconds: float,
        meanwhile: Meanwhile,
        relieved: Callable[[], None] | None = None,
    ) -> Any:
        """As Executor.call. A lost worker is replaced by a new one.

        `relieved` is called once, if the call is slow and a worker is idle beside it: the caller may begin another.
        """
        with self._lock:
            while self._missing:
                self._missing -= 1
                self._add()
        executor = self._take(meanwhile)
        was_slow = False

        def relieve() -> None:
            nonlocal was_slow
            if relieved and self._add_spare():
                was_slow = True
                relieved()

        lost = True
        try:
            result = executor.call(handler, event, seconds, meanwhile, relieve)
            lost = False
        except CallFailed as failure:
            lost = isinstance(failure, WorkerLost)
            raise
        finally:
            self._done(executor, lost=lost, was_slow=was_slow)
        return result

    def _add_spare(self) -> bool:
        """Whether a worker is now idle beside the slow one."""
        with self._lock:
            if self._stopped:
                return False
            if self._idle.empty():
                if len(self._all) >= self._count + MOST_SPARE or _available_memory() < SPARE_MEMORY:
                    return False
                self._add()
            self._slow += 1
            return True

    def _done(self, executor: Executor, *, lost: bool, was_slow: bool) -> None:
        """Returns it to the idle ones, unless it is lost or no longer needed."""
        now = time.monotonic()
        with self._lock:
            if was_slow:
                self._slow -= 1
                self._slow_at = now
            spare = len(self._all) > self._count and not self._slow and now - self._slow_at >= KEPT_SECONDS
            if spare:
                self._all.discard(executor)
        if spare:
            executor.stop()
        elif lost:
            self._replace(executor)
        else:
            self._idle.put(executor)

    def _take(self, meanwhile: Meanwhile) -> Executor:
        while True:
            try:
                executor = self._idle.get(timeout=meanwhile.every)
            except Empty:
                meanwhile.do()
                continue
            if executor.alive:
                return executor
            self._replace(executor)

    def _replace(self, executor: Executor) -> None:
        self._all.discard(executor)
        executor.stop()
        if not self._stopped:
            self._add()

    def stop(self) -> None:
        self._stopped = True
        for executor in list(self._all):
            executor.stop()


def _available_memory() -> int:
    """Bytes; 0 where the system doesn't say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)
