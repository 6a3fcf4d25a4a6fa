"""Live updates on one machine: a thousand sockets that watch one job, the delay of each change, and its cost in CPU.

The real stack, with real sockets of this process. A job's file in progress is written as its run writes it, at moments
at random between two looks. CPU is that of the process that looks and sends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.report import report
from tests.e2e.stack import Guest, Stack, eventually

TICKS = os.sysconf("SC_CLK_TCK")
APART, LONGEST_APART = 2.5, 4.5
"""Seconds between two changes: more than the two between two updates."""
SETTLED_SECONDS, IDLE_SECONDS = 5.0, 20.0
OPENED_AT_ONCE = 16


class Watchers:
    """Sockets that record when they receive each file's change."""

    def __init__(self, guest: Guest, job_id: str) -> None:
        self._guest = guest
        self._job_id = job_id
        self.heard: dict[str, list[float]] = {}
        self.tasks: list[asyncio.Task[None]] = []
        self.begun = 0

    async def open(self, number: int) -> None:
        places = asyncio.Semaphore(OPENED_AT_ONCE)

        async def one() -> None:
            async with places:
                line = await self._opened()
            self.tasks.append(asyncio.create_task(self._listen(line)))

        await asyncio.gather(*(one() for _ in range(number)))
        while self.begun < number:
            await asyncio.sleep(0.1)

    async def _opened(self) -> Any:
        from websockets.asyncio.client import connect

        answer = await asyncio.to_thread(self._guest.call, "POST", "/live/ticket")
        ticket = answer.json()
        line = await connect(
            f"{ticket['url']}?ticket={ticket['ticket']}", proxy=None, open_timeout=60, compression=None
        )
        await line.send(json.dumps({"type": "subscribe", "job_id": self._job_id}))
        return line

    async def _listen(self, line: Any) -> None:
        async for content in line:
            now = time.time()
            frame = json.loads(content)
            if frame["type"] == "job_status":
                self.begun += 1
            elif frame["type"] == "job_update":
                self.heard.setdefault(frame["details"]["current_filename"], []).append(now)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def running(stack: Stack, guest: Guest) -> tuple[str, Any]:
    """A job in the state of one that is running, and a client of the table to change it with."""
    import boto3

    from infra.local.settings import credentials

    answer = guest.call("POST", "/upload", {"pipeline": "volume", "files": [{"filename": "a.nii.gz", "size": 10}]})
    assert answer.status_code == 201, answer.text
    key_id, secret = credentials(stack.folder / "data")
    port = (stack.folder / "data" / "cloud-port").read_text().strip()
    table = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )
    job_id = str(answer.json()["job_id"])
    move(table, job_id, "none")
    return job_id, table


def move(table: Any, job_id: str, filename: str) -> None:
    table.update_item(
        TableName="millrace-jobs",
        Key={"PK": {"S": f"JOB#{job_id}"}, "SK": {"S": "JOB"}},
        UpdateExpression="SET #s = :s, current_filename = :f, started_at = if_not_exists(started_at, created_at)",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "running"}, ":f": {"S": filename}},
    )


def cpu(stack: Stack) -> float:
    """CPU seconds of the workers so far."""
    found = 0
    for pid in stack.pids("infra.local.worker"):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        found += int(fields[11]) + int(fields[12])
    return found / TICKS


async def measured(stack: Stack, watchers: int, changes: int) -> dict[str, str | float]:
    guest = await asyncio.to_thread(Guest, stack.api)
    job_id, table = await asyncio.to_thread(running, stack, guest)
    sockets = Watchers(guest, job_id)
    began = time.monotonic()
    await sockets.open(watchers)
    opened = time.monotonic() - began
    await asyncio.sleep(SETTLED_SECONDS)  # the first look loads everything that all looks need
    before = cpu(stack)
    await asyncio.sleep(IDLE_SECONDS)
    idle = (cpu(stack) - before) / IDLE_SECONDS
    chance = random.Random(7)
    before, written = cpu(stack), []
    for number in range(changes):
        await asyncio.sleep(chance.uniform(APART, LONGEST_APART))
        written.append(time.time())
        await asyncio.to_thread(move, table, job_id, f"{number:03d}")
    await asyncio.sleep(LONGEST_APART)
    spent = cpu(stack) - before
    await sockets.close()
    frames = sorted(sockets.heard.items())
    delays = [at - moment for (_, times), moment in zip(frames, written, strict=True) for at in times]
    if len(frames) != changes or len(delays) != changes * watchers:
        raise AssertionError(f"{len(delays)} frames came of {changes * watchers}")
    return {
        "sockets": watchers,
        "changes": changes,
        "delay p50 ms": round(1000 * median(delays)),
        "delay p95 ms": round(1000 * quantiles(delays, n=20)[-1]),
        "CPU ms a frame, looks included": round(1000 * spent / len(delays), 2),
        "CPU ms a second without changes": round(1000 * idle, 1),
        "opened in s": round(opened, 1),
    }


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.live", description=__doc__)
    parser.add_argument("--watchers", type=int, nargs="+", default=[1, 1000])
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rows: list[dict[str, str | float]] = []
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), {"MILLRACE_LIMIT_ACTIVE_JOBS": "100"}, "--workers", "1", "--sweep", "3600")
        stack.start()
        try:
            eventually(lambda: stack.pids("infra.local.sockets"), 30)
            for watchers in options.watchers:
                rows.append(asyncio.run(measured(stack, watchers, options.changes)))
        finally:
            stack.stop()
    return report("live updates", rows, options.json)


if __name__ == "__main__":
    main()
