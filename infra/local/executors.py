"""Worker processes as Lambda has function instances: each does one call at a time, and a dead one is replaced."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

START_SECONDS = 60.0


@dataclass(frozen=True)
class Meanwhile:
    """Runs `every` so many seconds while a call waits for a worker or for its answer."""

    every: float
    do: Callable[[], None]


class CallFailed(Exception):
    """The handler raised."""


class WorkerLost(CallFailed):
    """The process died, or the function's time is over: it is of no more use."""


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

    def call(self, handler: str, event: dict[str, Any], seconds: float, meanwhile: Meanwhile) -> Any:
        """The handler's return value. Raises CallFailed."""
        if not self._ready:
            self._reply(START_SECONDS, meanwhile)
            self._ready = True
        try:
            self._write(json.dumps({"handler": handler, "event": event, "seconds": seconds}).encode() + b"\n")
        except OSError as error:
            raise WorkerLost("the worker died before it was called") from error
        reply = self._reply(seconds, meanwhile)
        if "error" in reply:
            raise CallFailed(reply["error"])
        return reply["result"]

    def _write(self, content: bytes) -> None:
        assert self._process.stdin is not None
        while content:
            content = content[os.write(self._process.stdin.fileno(), content) :]

    def _reply(self, seconds: float, meanwhile: Meanwhile) -> dict[str, Any]:
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._read:
            left = deadline - time.monotonic()
            if left <= 0:
                raise WorkerLost(f"the function's time of {seconds:.0f} s is over")
            if not select.select([self._process.stdout], [], [], min(left, meanwhile.every))[0]:
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
        """At once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


class Executors:
    """`count` of them; call() waits for an idle one. at_need: none is started before the first call."""

    def __init__(self, app: str, count: int, *, at_need: bool = False) -> None:
        self._app = app
        self._missing = count if at_need else 0
        self._lock = Lock()
        self._idle: SimpleQueue[Executor] = SimpleQueue()
        self._all: set[Executor] = set()
        self._stopped = False
        for _ in range(count - self._missing):
            self._add()

    def _add(self) -> None:
        executor = Executor(self._app)
        self._all.add(executor)
        self._idle.put(executor)

    def call(self, handler: str, event: dict[str, Any], seconds: float, meanwhile: Meanwhile) -> Any:
        """As Executor.call. A worker that is lost is replaced by a new one."""
        with self._lock:
            while self._missing:
                self._missing -= 1
                self._add()
        executor = self._take(meanwhile)
        try:
            result = executor.call(handler, event, seconds, meanwhile)
        except WorkerLost:
            self._replace(executor)
            raise
        except CallFailed:
            self._idle.put(executor)
            raise
        self._idle.put(executor)
        return result

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
