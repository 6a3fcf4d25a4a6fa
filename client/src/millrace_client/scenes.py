"""Reads a Stash server on the user's own network and sends its library to Millrace, which can't reach it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import httpx

from millrace_client import operations
from millrace_client.client import Client
from millrace_client.errors import StashFailed
from millrace_client.jobs import Job
from millrace_client.models import PushAnswer, PushEnd, PushPage, PushRequest
from millrace_client.stash_documents import DOCUMENTS

SCENES, IDS, NAMES = 100, 1000, 500
"""Scenes in a page."""
LARGEST_PAGE = 1_500_000
"""The most bytes of a page as JSON: the API takes two million."""
SECONDS, TRIES = 30.0, 3
KINDS = {
    "performers": ("find_performers", "findPerformers"),
    "tags": ("find_tags", "findTags"),
    "studios": ("find_studios", "findStudios"),
}


class Stash:
    """address: such as http://localhost:9999/graphql. Only queries are sent to it, and its key only there."""

    def __init__(self, address: str, key: str = "", *, sleep: Callable[[float], object] = time.sleep) -> None:
        self.address = address
        self._sleep = sleep
        headers = {"ApiKey": key} if key else {}
        self._http = httpx.Client(timeout=SECONDS, headers=headers, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def ask(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data of an answer. Raises StashFailed."""
        body = {"query": DOCUMENTS[document], "variables": variables}
        for left in range(TRIES - 1, -1, -1):
            wait = 2.0 ** (TRIES - 1 - left)
            try:
                response = self._http.post(self.address, json=body)
            except httpx.TransportError as error:
                what = f"can't be reached: {error}"
            except (httpx.InvalidURL, UnicodeError):
                raise StashFailed(f"{self.address} is not a valid address.") from None
            else:
                if response.status_code not in {429, 500, 502, 503, 504}:
                    return _data(response)
                what = f"answered {response.status_code}"
                after = response.headers.get("retry-after", "")
                wait = min(float(after), 30.0) if after.isdigit() else wait
            if left:
                self._sleep(wait)
        raise StashFailed(f"The Stash server {what}.")

    def scenes(self, after: str | None, since: str | None) -> Iterator[list[dict[str, Any]]]:
        """Pages of scenes in the order of their ids, after one id."""
        while True:
            wanted = _above(after)
            if since:
                wanted["updated_at"] = {"value": since, "modifier": "GREATER_THAN"}
            found = self.ask("find_scenes", filter=_by_id(SCENES), scene_filter=wanted)["findScenes"]["scenes"]
            if found:
                yield found
                after = str(found[-1]["id"])
            if len(found) < SCENES:
                return

    def scene_ids(self) -> Iterator[int]:
        after: str | None = None
        while True:
            answer = self.ask("find_scene_ids", filter=_by_id(IDS), scene_filter=_above(after))
            found = [str(scene["id"]) for scene in answer["findScenes"]["scenes"]]
            yield from map(int, found)
            if len(found) < IDS:
                return
            after = found[-1]

    def names(self, kind: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of all performers, tags or studios."""
        document, answered = KINDS[kind]
        page, given = 1, 0
        while True:
            answer = self.ask(document, filter={**_by_id(NAMES), "page": page})[answered]
            if answer[kind]:
                yield answer[kind]
            given += len(answer[kind])
            if not answer[kind] or given >= answer["count"]:
                return
            page += 1


class Push:
    """One push, whole or of changes only. source: the user's name for the server. progress: called after each page."""

    def __init__(
        self,
        client: Client,
        stash: Stash,
        *,
        source: str = "home",
        incremental: bool = True,
        progress: Callable[[PushAnswer], object] = lambda at: None,
    ) -> None:
        self._client = client
        self._stash = stash
        self._source = source
        self._incremental = incremental
        self._progress = progress

    def run(self) -> Job:
        """Resumes where an earlier push of this source broke off; returns the job that ends it. Raises StashFailed,
        ApiError, NotReachable."""
        begun = PushRequest(source=self._source, incremental=self._incremental)
        at = self._client.send(operations.begin_push(begun))
        known: dict[str, list[int]] = {}
        for kind in KINDS:
            known[kind] = []
            for page in self._stash.names(kind):
                known[kind] += [int(one["id"]) for one in page]
                self._send(**{kind: page})
        for scenes in self._stash.scenes(at.behind, at.updated_after):
            for some in _within(scenes, LARGEST_PAGE):
                at = self._send(behind=at.behind, scenes=some)
                self._progress(at)
        listed = spans(self._stash.scene_ids()) if at.whole else None
        ended = PushEnd(source=self._source, scenes=listed, **{kind: spans(ids) for kind, ids in known.items()})
        return self._client.job(self._client.send(operations.end_push(ended)).job_id)

    def _send(self, **page: Any) -> PushAnswer:
        return self._client.send(operations.push_page(PushPage(source=self._source, **page)))


def spans(numbers: Iterable[int]) -> str:
    """Ids as the API takes them: `1-5000,5002`."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def _within(scenes: list[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    """A page split into parts that the API accepts."""
    part: list[dict[str, Any]] = []
    size = 0
    for scene in scenes:
        length = len(json.dumps(scene))
        if part and size + length > most:
            yield part
            part, size = [], 0
        part.append(scene)
        size += length
    if part:
        yield part


def _data(response: httpx.Response) -> Mapping[str, Any]:
    if response.status_code in {401, 403}:
        raise StashFailed("The Stash server does not accept the API key.")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    data = answer.get("data") if isinstance(answer, dict) and not answer.get("errors") else None
    if response.status_code != 200 or not isinstance(data, dict):
        raise StashFailed(f"That is no Stash server, or another version: it answered {response.status_code}.")
    return data


def _by_id(per_page: int) -> dict[str, Any]:
    return {"per_page": per_page, "page": 1, "sort": "id", "direction": "ASC"}


def _above(scene_id: str | None) -> dict[str, Any]:
    return {} if scene_id is None else {"id": {"value": int(scene_id), "modifier": "GREATER_THAN"}}
