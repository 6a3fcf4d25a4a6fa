"""A socket's messages and their answers: connecting, subscribing, leaving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.standing import Standing
from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.live.model import (
    BUSY_PACE,
    LARGEST_MESSAGE,
    LASTS,
    LEASE,
    MOST_TOPICS,
    MOST_WATCHERS,
    Connection,
    Frame,
    Topic,
    Turn,
)
from chalicelib.live.ports import LiveQueue, LiveStore, Sockets
from chalicelib.live.states import States
from chalicelib.live.tickets import Tickets

MINE = "mine"


class Refused(Exception):
    """Sent to the client as an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Talking:
    def __init__(
        self,
        store: LiveStore,
        sockets: Sockets,
        queue: LiveQueue,
        tickets: Tickets,
        states: States,
        standing: Standing,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._store = store
        self._sockets = sockets
        self._queue = queue
        self._tickets = tickets
        self._states = states
        self._standing = standing
        self._clock = clock
        self._new_id = new_id

    def connect(self, connection_id: str, ticket: str) -> bool:
        """Whether the socket may be opened."""
        credential = self._tickets.redeem(ticket)
        if credential is None:
            return False
        until = self._clock() + LASTS
        if credential.expires_at is not None:
            until = min(until, credential.expires_at)
        self._store.put_connection(Connection(connection_id, credential, until))
        return True

    def disconnect(self, connection_id: str) -> None:
        if found := self._store.connection(connection_id):
            self._store.delete_connection(connection_id, found[1])

    def hear(self, connection_id: str, body: str) -> None:
        """Answers one message of a client, with any content, and never raises."""
        found = self._store.connection(connection_id)
        if found is None:
            self._sockets.close([connection_id])
            return
        connection, topics = found
        if connection.until <= self._clock() or not self._standing.stands(connection.credential):
            self._say(connection_id, error("unauthorized", "The sign-in has ended. Get another ticket."))
            self._store.delete_connection(connection_id, topics)
            self._sockets.close([connection_id])
            return
        message: Mapping[str, Any] = {}
        try:
            message = _parsed(body)
            self._answer(connection, topics, message)
        except Refused as refused:
            self._say(connection_id, error(refused.code, str(refused), message.get("job_id")))
        except JobNotFound:
            self._say(connection_id, not_found(message.get("job_id")))

    def _answer(self, connection: Connection, topics: list[Topic], message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "ping":
                self._say(connection.id, {"type": "pong"})
                for topic in topics:  # restarts a chain that has broken off
                    self._begin(topic, {})
            case "subscribe":
                self._subscribe(connection, topics, _topic(connection, message))
            case "unsubscribe":
                self._store.unwatch(_topic(connection, message), [connection.id])
            case _:
                raise Refused("invalid_message", "The type must be subscribe, unsubscribe or ping.")

    def _subscribe(self, connection: Connection, topics: list[Topic], topic: Topic) -> None:
        """Stores the subscription before reading the job: the next look then sends any later change."""
        if topic not in topics and len(topics) >= MOST_TOPICS:
            raise Refused("too_many_subscriptions", f"A socket can watch {MOST_TOPICS} topics at once.")
        self._states.of(topic)  # raises JobNotFound before anything is written
        self._store.watch(connection, topic)
        head = self._store.touch(topic, connection.until)
        if head.watchers >= MOST_WATCHERS and topic not in topics:
            self._store.unwatch(topic, [connection.id])
            raise Refused("too_many_watchers", f"{MOST_WATCHERS} sockets already watch this. Poll the status instead.")
        states = self._states.of(topic)
        over = topic.job_id is not None and all(state.final for state in states.values())
        frames = [
            {"type": "job_status", **state.frame}
            for state in states.values()
            if state.frame is not None and (topic.job_id or not state.final)
        ]
        self._say(connection.id, *frames)
        if over:
            self._store.unwatch(topic, [connection.id])
        else:
            self._begin(topic, {state.job_id: state.digest for state in states.values()})

    def _begin(self, topic: Topic, sent: Mapping[str, str]) -> None:
        """Starts the looks at the topic, where there are none yet."""
        chain, now = self._new_id(), self._clock()
        if self._store.begin(topic, chain, now, LEASE):
            turn = Turn(topic, chain, 0, sent, told_at=now.timestamp(), checked_at=now.timestamp())
            self._queue.live(turn.message(), BUSY_PACE)

    def _say(self, connection_id: str, *frames: Frame) -> None:
        if frames:
            self._sockets.tell([connection_id], [encoded(frame) for frame in frames])


def error(code: str, message: str, job_id: object = None) -> Frame:
    about = {"job_id": job_id} if isinstance(job_id, str) else {}
    return {"type": "error", "code": code, "message": message, **about}


def not_found(job_id: object) -> Frame:
    """The frame for another user's job and for a deleted one."""
    return error(JobNotFound.code, "There is no such job.", job_id)


def encoded(frame: Frame) -> bytes:
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False).encode()


def _parsed(body: str) -> Mapping[str, Any]:
    if len(body) > LARGEST_MESSAGE:
        raise Refused("invalid_message", f"A message has {LARGEST_MESSAGE} characters at most.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise Refused("invalid_message", "A message must be a JSON object.")
    return message


def _topic(connection: Connection, message: Mapping[str, Any]) -> Topic:
    job_id, jobs = message.get("job_id"), message.get("jobs")
    if jobs == MINE and job_id is None:
        return Topic(connection.credential.user_id)
    if not isinstance(job_id, str) or jobs is not None:
        raise Refused("invalid_message", 'Name a job_id, or "jobs": "mine".')
    if not is_id(job_id):
        raise JobNotFound("There is no such job.")
    return Topic(connection.credential.user_id, job_id)
