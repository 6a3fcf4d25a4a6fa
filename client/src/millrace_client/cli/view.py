"""The display of a command at work: bars in a terminal, plain lines now and then elsewhere, nothing with --json.

All of it goes to stderr: stdout is for the command's output.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as Speed
from typing_extensions import Self

LINE_SECONDS = 5.0
SHOWN = 40  # the most characters of a name


def console() -> Console:
    """A console on stderr; rich respects NO_COLOR by itself."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


class Bytes:
    """A bar for all bytes, and one for each file under way. Several threads may call it."""

    def __init__(self, title: str, total: int, quiet: bool) -> None:
        self._console = console()
        self._title = title
        self._total = total
        self._quiet = quiet
        self._done = 0
        self._there: dict[Hashable, int] = {}
        self._tasks: dict[Hashable, TaskID] = {}
        self._checked: set[Hashable] = set()
        self._lock = threading.Lock()
        self._said_at = time.monotonic()
        self._progress = (
            Progress(
                TextColumn("{task.description}"),
                BarColumn(30),
                DownloadColumn(),
                Speed(),
                TimeRemainingColumn(),
                console=self._console,
            )
            if self._console.is_terminal and not quiet
            else None
        )
        self._all: TaskID | None = None

    def __enter__(self) -> Self:
        if self._progress:
            self._progress.start()
            self._all = self._progress.add_task(self._title, total=self._total)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._progress:
            self._progress.stop()
        elif kind is None:
            self._line()

    def checked(self, key: Hashable, count: int) -> None:
        """Shows that another of `count` files was hashed, before the first is sent."""
        with self._lock:
            self._checked.add(key)
            text = f"Checking {len(self._checked):,} of {count:,} files"
            if self._progress and self._all is not None:
                self._progress.update(self._all, description=text)
            elif not self._quiet and time.monotonic() - self._said_at > LINE_SECONDS:
                self._said_at = time.monotonic()
                self._console.print(text, markup=False)

    def at(self, key: Hashable, name: str, there: int, size: int) -> None:
        """Shows how many bytes of one file have arrived."""
        with self._lock:
            self._done += there - self._there.get(key, 0)
            self._there[key] = there
            if self._progress and self._all is not None:
                self._progress.update(self._all, completed=self._done, description=self._title)
                self._file(key, name, there, size)
            elif time.monotonic() - self._said_at > LINE_SECONDS:
                self._line()

    def _file(self, key: Hashable, name: str, there: int, size: int) -> None:
        assert self._progress is not None
        if there >= size:
            if key in self._tasks:
                self._progress.remove_task(self._tasks.pop(key))
            return
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(f"  {escape(name[-SHOWN:])}", total=size)
        self._progress.update(self._tasks[key], completed=there)

    def _line(self) -> None:
        self._said_at = time.monotonic()
        if not self._quiet:
            self._console.print(f"{self._title}: {size_of(self._done)} of {size_of(self._total)}", markup=False)


class Percent:
    """A job's progress: a bar, or a line for each change."""

    def __init__(self, title: str, quiet: bool) -> None:
        self._console = console()
        self._title = title
        self._quiet = quiet
        self._said: tuple[str, int] | None = None
        self._progress = (
            Progress(
                TextColumn("{task.description}"),
                BarColumn(30),
                TextColumn("{task.percentage:>5.1f} %"),
                console=self._console,
            )
            if self._console.is_terminal and not quiet
            else None
        )
        self._task = self._progress.add_task(title, total=100) if self._progress else None

    def __enter__(self) -> Self:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def at(self, percent: float, detail: str) -> None:
        if self._progress and self._task is not None:
            title = f"{self._title} ({escape(detail)})"
            self._progress.update(self._task, completed=percent, description=title)
        elif not self._quiet and (detail, int(percent) // 10) != self._said:
            self._said = (detail, int(percent) // 10)
            self._console.print(f"{self._title}: {detail}, {percent:.0f} %", markup=False)


def size_of(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
