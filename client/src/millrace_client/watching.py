"""A job's statuses as they change: by a socket where the server has them and `websockets` is installed (the extra
`live`), otherwise by polling."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from millrace_client import operations
from millrace_client.errors import ApiError
from millrace_client.models import LiveTicket, StatusAnswer
from millrace_client.protocol import POLL, finished
from millrace_client.retrying import retry_after

if TYPE_CHECKING:
    from millrace_client.aio import AsyncClient
    from millrace_client.client import Client

SILENT = 240.0
"""The seconds of silence after which a socket is pinged."""
PATIENCE = 15.0
BREAKS = 3
"""The number of consecutive silent sockets after which the job is polled instead."""


class Broken(Exception):
    """The socket delivers nothing more; another one may."""


class Heard:
    """The frames of a socket so far. They may overtake one another: only newer ones are passed on."""

    def __init__(self, job_id: str) -> None:
        self.breaks = 0
        self._job_id = job_id
        self._at = ""

    def news(self, content: str | bytes) -> StatusAnswer | None:
        """Raises Broken where the server has refused."""
        frame = json.loads(content)
        if frame.get("type") == "error":
            raise Broken(frame.get("code"))
        if frame.get("job_id") != self._job_id or frame["at"] <= self._at:
            return None
        self.breaks, self._at = 0, frame["at"]
        return StatusAnswer.model_validate(frame["details"])


def address_of(ticket: LiveTicket, address: str) -> str:
    """An address that begins with a slash is a path on the API's own host."""
    return f"{urljoin(address, ticket.url).replace('http', 'ws', 1)}?ticket={ticket.ticket}"


def statuses(client: Client, job_id: str) -> Iterator[StatusAnswer]:
    """Each status as it changes, the first at once, the last one final. Raises ApiError, NotReachable."""
    heard = Heard(job_id)
    while heard.breaks < BREAKS:
        heard.breaks += 1
        try:
            for status in _told(client, job_id, heard):
                yield status
                if finished(status):
                    return
        except Broken:
            continue
        except ImportError:
            break
        except ApiError as error:
            if error.code != "no_live_updates":
                raise
            break
    yield from _asked(client, job_id)


def _told(client: Client, job_id: str, heard: Heard) -> Iterator[StatusAnswer]:
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    address = address_of(client.send(operations.create_live_ticket()), client.address)
    try:
        with connect(address, **_ways(client.address)) as line:
            line.send(_subscription(job_id))
            while True:
                try:
                    content = line.recv(timeout=SILENT)
                except TimeoutError:
                    line.send('{"type": "ping"}')
                    content = line.recv(timeout=PATIENCE)
                if status := heard.news(content):
                    yield status
    except (OSError, WebSocketException) as error:
        raise Broken(str(error)) from None


def _asked(client: Client, job_id: str) -> Iterator[StatusAnswer]:
    while True:
        answer = client.receive(operations.get_status(job_id))
        yield answer.value
        if finished(answer.value):
            return
        delay = retry_after(answer.response)
        client.sleep(POLL if delay is None else delay)


async def statuses_async(client: AsyncClient, job_id: str) -> AsyncIterator[StatusAnswer]:
    """Like statuses."""
    heard = Heard(job_id)
    while heard.breaks < BREAKS:
        heard.breaks += 1
        try:
            async for status in _told_async(client, job_id, heard):
                yield status
                if finished(status):
                    return
        except Broken:
            continue
        except ImportError:
            break
        except ApiError as error:
            if error.code != "no_live_updates":
                raise
            break
    async for status in _asked_async(client, job_id):
        yield status


async def _told_async(client: AsyncClient, job_id: str, heard: Heard) -> AsyncIterator[StatusAnswer]:
    import asyncio

    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    address = address_of(await client.send(operations.create_live_ticket()), client.address)
    try:
        async with connect(address, **_ways(client.address)) as line:
            await line.send(_subscription(job_id))
            while True:
                try:
                    content = await asyncio.wait_for(line.recv(), SILENT)
                except TimeoutError:
                    await line.send('{"type": "ping"}')
                    content = await asyncio.wait_for(line.recv(), PATIENCE)
                if status := heard.news(content):
                    yield status
    except (TimeoutError, OSError, WebSocketException) as error:
        raise Broken(str(error)) from None


async def _asked_async(client: AsyncClient, job_id: str) -> AsyncIterator[StatusAnswer]:
    import asyncio

    while True:
        answer = await client.receive(operations.get_status(job_id))
        yield answer.value
        if finished(answer.value):
            return
        delay = retry_after(answer.response)
        await asyncio.sleep(POLL if delay is None else delay)


def _subscription(job_id: str) -> str:
    return json.dumps({"type": "subscribe", "job_id": job_id})


def _ways(address: str) -> dict[str, Any]:
    """A proxy from the environment isn't used for this machine."""
    return {"open_timeout": PATIENCE, **({"proxy": None} if "127.0.0.1" in address else {})}
