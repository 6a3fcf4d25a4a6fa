"""The demo's display: bars in a terminal, plain lines elsewhere; colours unless NO_COLOR is set."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from millrace_client.uploading import LocalFile
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

SURE = {"high": "[green]high[/]", "medium": "[yellow]medium[/]", "low": "[yellow]low[/]", "none": "[dim]none[/]"}
LINE_SECONDS = 2.0
ROWS = 60
ROOMY = 110  # columns


class View:
    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        self._console.print(text, highlight=False)

    @contextmanager
    def bytes_bar(self, title: str, total: int) -> Iterator[Bar]:
        """A bar for all bytes, and one below for each file in transit."""
        columns = (TextColumn("{task.description}"), BarColumn(30), DownloadColumn(), TransferSpeedColumn())
        with Bar(self._console, title, columns, total, "MB") as bar:
            yield bar

    @contextmanager
    def percent_bar(self, title: str) -> Iterator[Bar]:
        columns = (TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.percentage:>5.1f} %"))
        with Bar(self._console, title, columns, 100, "%") as bar:
            yield bar

    def found(self, files: Sequence[dict[str, Any]], entries: Sequence[dict[str, Any]]) -> None:
        """files: of the API, entries: of the manifest, both in the order of the given files."""
        table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
        roomy = self._console.width >= ROOMY
        table.add_column("File", overflow="fold", min_width=16)
        if roomy:
            table.add_column("What it is", no_wrap=True)
        table.add_column("Taken (UTC)", no_wrap=True)
        table.add_column("Sure", no_wrap=True)
        table.add_column("In the zip", overflow="fold", min_width=28)
        for file, entry in list(zip(files, entries, strict=True))[:ROWS]:
            cells = [
                escape(file["original_filename"]),
                _taken(file),
                SURE.get(file["confidence"] or "", ""),
                _where(entry),
            ]
            if roomy:
                cells.insert(1, escape(_what(file)))
            table.add_row(*cells)
        self._console.print()
        self._console.print(table)
        if len(files) > ROWS:
            self.say(f"… and {len(files) - ROWS:,} more, all of them in manifest.csv in the zip.")


def _what(file: dict[str, Any]) -> str:
    facts = [str(file.get("content_type") or "unknown").partition("/")[2] or "unknown"]
    if file.get("width"):
        facts.append(f"{file['width']}×{file['height']}")
    if file.get("duration_seconds"):
        facts.append(f"{file['duration_seconds']:.0f} s")
    if file.get("gps"):
        facts.append("a place")
    return "-" if file.get("error_code") else ", ".join(facts)


def _taken(file: dict[str, Any]) -> str:
    detected = file.get("detected_timestamp")
    return f"{datetime.fromisoformat(detected):%Y-%m-%d %H:%M}" if detected else "[dim]unknown[/]"


def _where(entry: dict[str, Any]) -> str:
    if entry["path"]:
        return escape(entry["path"])
    if entry["same_as"]:
        return f"[dim]same as[/] {escape(entry['same_as'])}"
    return f"[red]left out:[/] {escape(entry['reason'])}"


class Bar:
    """One bar for all, and one for each file in transit; an occasional line where there is no terminal."""

    def __init__(self, console: Console, title: str, columns: Sequence[Any], total: int, unit: str) -> None:
        self._console = console
        self._title = title
        self._unit = unit
        self._total = total
        self._done = 0.0
        self._said_at = time.monotonic()
        self._progress = Progress(*columns, console=console) if console.is_terminal else None
        self._all: TaskID | None = None
        self._files: dict[LocalFile, TaskID] = {}
        self._there: dict[LocalFile, int] = {}

    def __enter__(self) -> Bar:
        if self._progress:
            self._progress.start()
            self._all = self._progress.add_task(self._title, total=self._total)
        else:
            self._console.print(self._title, highlight=False)
        return self

    def __exit__(self, *error: object) -> None:
        if self._progress:
            self._progress.stop()
        elif error[0] is None:
            self._line()

    def sent(self, file: LocalFile, there: int) -> None:
        """there: its bytes that have arrived. Called from several threads; rich has a lock of its own."""
        count = there - self._there.get(file, 0)
        self._there[file] = there
        self.at(self._done + count)
        if self._progress and count:
            task = self._files.get(file)
            if task is None:
                task = self._files[file] = self._progress.add_task(f"  {escape(file.name[-28:])}", total=file.size)
            self._progress.advance(task, count)
            if self._finished(task):
                self._progress.remove_task(task)

    def _finished(self, task: TaskID) -> bool:
        assert self._progress is not None
        return any(t.id == task and t.finished for t in self._progress.tasks)

    def at(self, done: float, detail: str = "") -> None:
        self._done = done
        if self._progress and self._all is not None:
            title = f"{self._title}{f' ({escape(detail)})' if detail else ''}"
            self._progress.update(self._all, completed=done, total=self._total, description=title)
        elif time.monotonic() - self._said_at >= LINE_SECONDS:
            self._line(detail)

    def _line(self, detail: str = "") -> None:
        self._said_at = time.monotonic()
        share = f"{self._done:.0f} %" if self._unit == "%" else f"{self._done / 1e6:.1f} of {self._total / 1e6:.1f} MB"
        self._console.print(f"  {share}{f', {detail}' if detail else ''}", highlight=False)
