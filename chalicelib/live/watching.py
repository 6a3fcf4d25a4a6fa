"""Looks at a topic for all its watchers, by a message that queues its successor.

Files progress without a write to their job's item, so no write could trigger an update: as long as a topic has
watchers, one message a second looks at it. It carries the last state sent; without a change nothing is sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.accounts.standing import Standing
from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.ports.outside import Clock
from chalicelib.live.model import (
    BUSY_PACE,
    CALM_PACE,
    CHECK_EVERY,
    LEASE,
    MOST_TRIES,
    UPDATE_EVERY,
    Connection,
    Frame,
    State,
    Topic,
    Turn,
)
from chalicelib.live.ports import LiveQueue, LiveStore, Sockets, Stale, Taken
from chalicelib.live.states import States
from chalicelib.live.talking import encoded, error, not_found

log = logging.getLogger(__name__)

ENDED = error("unauthorized", "The sign-in has ended. Get another ticket.")


class Watching:
    def __init__(
        self,
        store: LiveStore,
        sockets: Sockets,
        queue: LiveQueue,
        states: States,
        standing: Standing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sockets = sockets
        self._queue = queue
        self._states = states
        self._standing = standing
        self._clock = clock

    def receive(self, event: Mapping[str, Any]) -> list[str]:
        """Handles a batch of messages; returns the ids of those to be delivered again."""
        again = []
        for record in event["Records"]:
            try:
                self.look(Turn.of(json.loads(record["body"])))
            except Taken:
                again.append(record["messageId"])
            except Exception:
                log.exception("a look at a watched job failed")
                again.append(record["messageId"])
        return again

    def look(self, turn: Turn) -> None:
        """Looks at a topic once. Taken where another delivery of the message is being handled."""
        now = self._clock()
        try:
            head = self._store.claim(turn.topic, turn.chain, turn.number, turn.watchers, now, LEASE)
        except Stale:
            return
        # The job first: later subscribers read it themselves.
        states = self._read(turn.topic)
        watchers, checked_at = self._entitled(turn, now)
        if not watchers and self._store.end(turn.topic, turn.chain, head.touched):
            return
        frames, sent = self._news(turn, states, now)
        missed = self._tell(turn.topic, watchers, frames) if frames and watchers else frozenset()
        tries = turn.missed + 1 if missed else 0
        told = not missed or tries >= MOST_TRIES
        if _over(turn.topic, states) and told:
            self._store.unwatch(turn.topic, [watcher.id for watcher in watchers])
            if self._store.end(turn.topic, turn.chain, head.touched):
                return
        following = replace(
            turn,
            number=turn.number + 1,
            sent=sent if told else turn.sent,
            told_at=now.timestamp() if frames and _due(turn, now) else turn.told_at,
            checked_at=checked_at,
            watchers=len(watchers),
            missed=0 if told else tries,
        )
        self._queue.live(following.message(), _pace(turn.topic, states))

    def _read(self, topic: Topic) -> dict[str, State] | None:
        """The current states; None where the job is gone."""
        try:
            return self._states.of(topic)
        except JobNotFound:
            return None

    def _news(
        self, turn: Turn, states: Mapping[str, State] | None, now: datetime
    ) -> tuple[list[Frame], Mapping[str, str]]:
        """The frames to send now: the end of a job at once, other changes two seconds after the last; and the watchers'
        knowledge after them."""
        if states is None:
            return [not_found(turn.topic.job_id)], {}
        sent = {job_id: turn.sent.get(job_id, "") for job_id in states}
        frames = [not_found(job_id) for job_id in self._states.lost(turn.topic, sorted(turn.sent.keys() - sent.keys()))]
        due = _due(turn, now)
        for job_id, state in states.items():
            if state.frame is not None and (due or state.final) and sent[job_id] != state.digest:
                frames.append({"type": "job_update", **state.frame})
                sent[job_id] = state.digest
        return frames, sent

    def _entitled(self, turn: Turn, now: datetime) -> tuple[list[Connection], float]:
        """The watchers with valid credentials, and the time of the check; the others are notified and closed."""
        found = self._store.watchers(turn.topic)
        out = {one.id for one in found if one.until <= now}
        checked_at = turn.checked_at
        if now.timestamp() - checked_at >= CHECK_EVERY.total_seconds():
            checked_at = now.timestamp()
            good = {credential: self._standing.stands(credential) for credential in {one.credential for one in found}}
            out |= {one.id for one in found if not good[one.credential]}
        if out:
            self._sockets.tell(sorted(out), [encoded(ENDED)])
            self._sockets.close(sorted(out))
            for one in out:
                self._store.delete_connection(one, [turn.topic])
        return [one for one in found if one.id not in out], checked_at

    def _tell(self, topic: Topic, watchers: Sequence[Connection], frames: Sequence[Frame]) -> frozenset[str]:
        """Sends the frames; returns the watchers that couldn't be reached this time. Those that are gone are
        removed."""
        told = self._sockets.tell([watcher.id for watcher in watchers], [encoded(frame) for frame in frames])
        if told.gone:
            self._store.unwatch(topic, told.gone)
        return told.missed


def _due(turn: Turn, now: datetime) -> bool:
    return now.timestamp() - turn.told_at >= UPDATE_EVERY.total_seconds()


def _over(topic: Topic, states: Mapping[str, State] | None) -> bool:
    return states is None or (topic.job_id is not None and all(state.final for state in states.values()))


def _pace(topic: Topic, states: Mapping[str, State] | None) -> int:
    working = any(not state.final for state in (states or {}).values())
    return BUSY_PACE if working else CALM_PACE
