"""Inspection of strangers' files in a child process, within limits of memory and time.

A decoder is C code that no timeout of ours can stop, and a few kilobytes can ask it for gigabytes or for minutes. So
the child has limits that the kernel enforces (setrlimit); one that overruns them is killed, and a new one is forked.
The child reads through its parent, which has the connections; it inspects one file after the other, since a fork for
each would cost more than most files do.
"""

from __future__ import annotations

import ctypes
import logging
import os
import pickle
import resource
import select
import signal
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile

log = logging.getLogger(__name__)

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space beyond those that the process has when the child begins."""
SECONDS = 8.0
"""Seconds of processor time for any file; a photo of a hundred megapixels takes two."""
BYTES_A_SECOND = 4_000_000
"""The least rate at which a file is read, in bytes a second: a large file gets more time."""
LONGEST = 55.0
"""The most seconds for any file in all, not counting the time spent waiting for the store."""
QUICK = 1.0
"""Seconds after which a file no longer competes with others for the processors of a machine."""
LOWEST_PRIORITY = 19
PR_SET_PDEATHSIG = 1
TRIES = 3
HEAD = struct.Struct("<I")


class Killed(Exception):
    """The child was killed from outside."""


def too_expensive() -> UnreadableFile:
    return UnreadableFile("too_expensive", "Reading the file would take more memory or time than one file is allowed.")


def broken() -> UnreadableFile:
    return UnreadableFile("unreadable", "The decoder crashed on the file: it is damaged, or was made to crash it.")


class Apart:
    """The given pipeline, whose inspect() runs in a child process."""

    def __init__(
        self, pipeline: Any, *, memory: int = MEMORY, seconds: float = SECONDS, longest: float = LONGEST
    ) -> None:
        self._pipeline = pipeline
        self._memory = memory
        self._seconds = seconds
        self._longest = longest
        self._child: Child | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pipeline, name)

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        """Raises UnreadableFile `too_expensive` where a limit is exceeded, and everything that the pipeline raises."""
        for _ in range(TRIES):
            try:
                kind, value, digests = self._inspect(file, options)
                break
            except Killed:
                continue  # from outside: no evidence about the file
        else:
            raise too_expensive()  # or by the kernel, each time, for want of memory
        file.digests = digests
        if kind == "found":
            found: Inspection = value
            return found
        if kind == "unreadable":
            raise UnreadableFile(*value)
        raise value

    def _inspect(self, file: SourceFile, options: Any) -> tuple[str, Any, Any]:
        if self._child is None or not self._child.is_alive():
            self._child = Child(self._pipeline, self._memory)
        seconds = min(self._longest, self._seconds + file.size / BYTES_A_SECOND)
        try:
            outcome = self._child.inspect(file, options, seconds, self._longest)
        except BaseException:
            self._child = None  # its present work is of no use
            raise
        if self._child.is_slow:
            self._child = None  # only root may raise a priority again
        return outcome


class Child:
    def __init__(self, pipeline: Any, memory: int) -> None:
        self._pipes: list[int] = []
        self._status: int | None = 0  # until there is a child
        asked, ask = os.pipe()
        told, tell = os.pipe()
        self.is_slow = False
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _alone(asked, tell)
                _serve(pipeline, asked, tell, memory)
            finally:
                os._exit(0)
        os.close(asked)
        os.close(tell)
        self._ask, self._told, self._pipes = ask, told, [ask, told]
        self._status = None

    def is_alive(self) -> bool:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if pid else None
        return self._status is None

    def end(self) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        while self._pipes:
            os.close(self._pipes.pop())

    def __del__(self) -> None:
        self.end()

    def inspect(self, file: SourceFile, options: Any, seconds: float, left: float) -> tuple[str, Any, Any]:
        about = (file.name, file.size, file.verified_sha256, file.modified_at, file.role)
        streams: dict[int, Iterator[bytes]] = {}
        try:
            _send(self._ask, ("inspect", about, options, seconds))
        except BrokenPipeError:
            raise self._died() from None
        quick = QUICK
        while True:
            began = time.monotonic()
            has_said = select.select([self._told], [], [], max(0.0, min(left, quick)))[0]
            waited = time.monotonic() - began
            left, quick = left - waited, quick - waited
            if not has_said:
                if left <= 0:
                    raise too_expensive()
                self._give_way()
                quick = left
                continue
            try:
                said = _receive(self._told)
            except EOFError:
                raise self._died() from None
            if said[0] == "open":
                streams[said[1]] = iter(file._stream(said[2], said[3]))
            elif said[0] == "next":
                chunk = next(streams[said[1]], b"")
                try:
                    _send(self._ask, chunk)
                except BrokenPipeError:
                    raise self._died() from None
            else:
                return said[0], said[1], said[2]

    def _give_way(self) -> None:
        """Gives the machine's other processes priority from here on. On Lambda the child is alone."""
        self.is_slow = True
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.pid, LOWEST_PRIORITY)

    def _died(self) -> Exception:
        _, self._status = os.waitpid(self.pid, 0)
        number = os.WTERMSIG(self._status) if os.WIFSIGNALED(self._status) else 0
        log.warning("a decoder ended by signal %d", number)
        if number == signal.SIGKILL:
            return Killed()
        return too_expensive() if number == signal.SIGXCPU else broken()


def _alone(*kept: int) -> None:
    """Closes the parent's files, such as the pipes on which others wait; and makes the child die with its parent."""
    first = 3
    for pipe in sorted(kept):
        os.closerange(first, pipe)
        first = pipe + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(pipeline: Any, asked: int, tell: int, memory: int) -> None:
    """The child: one file after the other until its parent is gone."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(resource.RLIMIT_AS, _address_space() + memory)
    opened = 0

    def stream(start: int, end: int) -> Iterator[bytes]:
        nonlocal opened
        opened += 1
        number = opened
        _send(tell, ("open", number, start, end))
        while True:
            _send(tell, ("next", number))
            chunk = _receive(asked)
            if not chunk:
                return
            yield chunk

    while True:
        try:
            _, (name, size, verified, modified_at, role), options, seconds = _receive(asked)
        except EOFError:
            return
        file = SourceFile(name, size, stream, verified_sha256=verified, modified_at=modified_at, role=role)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)
        _send(tell, _outcome(pipeline, file, options))


def _outcome(pipeline: Any, file: SourceFile, options: Any) -> tuple[str, Any, Any]:
    try:
        return "found", pipeline.inspect(file, options), file.digests
    except UnreadableFile as bad:
        return "unreadable", (bad.code, bad.message), file.digests
    except MemoryError:
        refusal = too_expensive()
        return "unreadable", (refusal.code, refusal.message), file.digests
    except Exception as error:
        log.exception("the inspection failed")
        return "failed", _portable(error), file.digests


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _limit(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123 -- no regular file
        return int(file.read().split()[0]) * resource.getpagesize()


def _send(pipe: int, message: Any) -> None:
    content = pickle.dumps(message)
    rest = memoryview(HEAD.pack(len(content)) + content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _receive(pipe: int) -> Any:
    """Raises EOFError where the other end is gone."""
    (length,) = HEAD.unpack(_exactly(pipe, HEAD.size))
    return pickle.loads(_exactly(pipe, length))  # noqa: S301 -- from our own fork


def _exactly(pipe: int, length: int) -> bytes:
    parts = []
    while length:
        part = os.read(pipe, min(length, 1024 * 1024))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
