"""The app over moto: users that call it, a store for their files, queues that are delivered on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from chalice.test import Client

import app as millrace
from chalicelib import wiring
from chalicelib.pipelines.registry import WORKS
from infra.aws.template import data_template
from infra.aws.triggers import Trigger, triggers, undelivered
from infra.local.provision import Provisioner
from tests.app import documented
from tests.emulator import has_messages

ACCOUNT, BUCKET, STACK = "123456789012", "millrace", "millrace"
PAGE = "https://page.example"
GUIDES = Path(__file__).parents[2] / "guides"
EVENTS = Path(__file__).parents[1] / "events"
SETTINGS = {
    "BUCKET": BUCKET,
    "JOBS_TABLE": f"{STACK}-jobs",
    "ACCOUNTS_TABLE": f"{STACK}-accounts",
    "QUEUE_URL_PREFIX": f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{STACK}-",
    "TOKEN_KEY": "a key for tests, of more than 32 characters",
    "CORS_ORIGINS": f"{PAGE},https://other.example",
    "LIVE_URL": "/live",
    "LIVE_ENDPOINT": "https://sockets.example/live",
    "LIMIT_GUEST_BYTES": str(1024**5),  # the tests of a module share one address
    "IMPORT_ROOTS": f"s3://{BUCKET}/import/,s3://archive/open/",
}


def event(name: str) -> Any:
    """A sample event, as AWS sends it."""
    return json.loads((EVENTS / f"{name}.json").read_text())


class Context:
    """The context that Lambda passes to a handler."""

    aws_request_id = "lambda-request"

    def __init__(self, seconds: float = 300.0) -> None:
        self._milliseconds = int(seconds * 1000)

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @cached_property
    def json(self) -> Any:
        return json.loads(self.text)

    def __getitem__(self, name: str) -> Any:
        return self.json[name]


@dataclass(frozen=True)
class Caller:
    """A client with or without a token."""

    world: World
    token: str | None = None
    id: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """body: bytes are sent unchanged, other values as JSON. headers: underscores stand for dashes."""
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("authorization", f"Bearer {self.token}")
        if body is not None:
            sent.setdefault("content-type", "application/json")
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.world.client.http.request(method, f"/api{path}", headers=sent, body=content)
        found = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status_code, found, (response.body or b"").decode())
        documented.check(method, path, answer.status, answer.headers, answer.text)
        return answer

    def form(self, method: str, path: str, fields: Mapping[str, Any], **headers: str) -> Answer:
        """One request with a form: files as (name, bytes), repeated fields as a list."""
        files = [
            (name, one if isinstance(one, tuple) else (None, one))
            for name, given in fields.items()
            for one in (given if isinstance(given, list) else [given])
        ]
        ready = requests.Request("POST", "http://form.example", files=files).prepare()
        assert isinstance(ready.body, bytes)
        return self.call(method, path, ready.body, content_type=str(ready.headers["Content-Type"]), **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, {} if body is None else body, **headers)

    def announce(self, files: dict[str, int | bytes], *, pipeline: str = "media", **more: Any) -> Answer:
        """POST /upload for files with these names and sizes."""
        listed = [{"filename": n, "size": s if isinstance(s, int) else len(s)} for n, s in files.items()]
        return self.post("/upload", {"pipeline": pipeline, "files": listed, **more})

    def upload(self, files: dict[str, bytes], *, pipeline: str = "media", **more: Any) -> str:
        """Announces files and sends them; returns the job's id. Delivers no messages yet."""
        answer = self.announce(dict(files), pipeline=pipeline, **more)
        assert answer.status == 201, answer.text
        for target, content in zip(answer["uploads"], files.values(), strict=True):
            self.world.send(target, content)
        return answer["job_id"]


@dataclass
class World:
    """offset: how far the application's clock is ahead of the real one."""

    patch: pytest.MonkeyPatch
    offset: timedelta = timedelta()
    handled: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.s3, self.sqs, self.dynamodb = (boto3.client(name) for name in ("s3", "sqs", "dynamodb"))
        self.provision()
        self.patch.setattr(wiring, "clock", self.clock)
        self.patch.setattr(millrace, "clock", self.clock)
        self.patch.setattr(wiring.Clients, "_s3", taking_any_bytes(wiring.Clients._s3))
        # Settings change with each test; boto3 takes half a second to make its clients anew.
        self.patch.setattr(wiring, "Clients", cache(wiring.Clients))
        self.configure(**SETTINGS)
        self.client = Client(millrace.app)
        self.nobody = Caller(self)

    def provision(self) -> None:
        template = data_template(STACK, WORKS, bucket=BUCKET)
        self.provisioner().apply(template)

    def provisioner(self) -> Provisioner:
        return Provisioner(self.s3, self.sqs, self.dynamodb, account=ACCOUNT)

    def put_guides(self) -> None:
        self.provisioner().put_guides(BUCKET, GUIDES)

    def configure(self, **settings: str) -> None:
        for name, value in settings.items():
            self.patch.setenv(f"MILLRACE_{name}", value)
        wiring.services.cache_clear()

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def guest(self) -> Caller:
        answer = self.nobody.call("POST", "/auth/guest")
        assert answer.status == 201, answer.text
        return Caller(self, answer["access_token"], answer["user_id"])

    def send(self, target: dict[str, Any], content: bytes) -> None:
        """Sends bytes to a signed upload, as a client does."""
        response = requests.put(target["url"], data=content, headers=target["headers"], timeout=5)
        assert response.status_code == 200, response.text

    def deliver(self, *only: str) -> None:
        """Passes every message to its handler in app.py, as Lambda does, until the queues are empty. only: just these
        queues. Messages that a handler reports as failed stay hidden, as on AWS, until redeliver()."""
        for _ in range(50):
            if not sum(self._poll(trigger) for trigger in self._triggers() if not only or trigger.queue in only):
                return
        raise AssertionError("the queues don't run dry")

    def drain(self) -> None:
        """Deletes every message that can be received."""
        for trigger in self._triggers():
            url = self._url(trigger.queue)
            while has_messages(ACCOUNT, "us-east-1", f"{STACK}-{trigger.queue}"):
                for message in self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
                    self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def receive(self, queue: str) -> list[Any]:
        """Receives raw messages, which no handler gets."""
        return self.sqs.receive_message(
            QueueUrl=self._url(queue), MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages", [])

    def waiting(self, queue: str) -> int:
        names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=self._url(queue), AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def objects(self, prefix: str = "") -> list[str]:
        return [o["Key"] for o in self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())]

    def items(self, table: str, partition: str) -> list[dict[str, Any]]:
        return self.dynamodb.query(
            TableName=f"{STACK}-{table}",
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues={":pk": {"S": partition}},
        )["Items"]

    def _triggers(self) -> Iterable[Trigger]:
        for trigger in triggers(WORKS):
            yield trigger
            yield undelivered(trigger)

    def _url(self, queue: str) -> str:
        return SETTINGS["QUEUE_URL_PREFIX"] + queue

    def _poll(self, trigger: Trigger) -> int:
        if not has_messages(ACCOUNT, "us-east-1", f"{STACK}-{trigger.queue}"):
            return 0
        url = self._url(trigger.queue)
        found = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=trigger.batch_size, MessageSystemAttributeNames=["All"]
        ).get("Messages", [])
        if not found:
            return 0
        given = {"Records": [sqs_record(message, trigger.queue) for message in found]}
        answer = getattr(millrace, trigger.handler)(given, Context()) or {}
        self.handled.append((trigger.queue, answer))
        again = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", ())}
        for message in found:
            if message["MessageId"] not in again:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found)


def taking_any_bytes(make: Callable[..., Any]) -> Callable[..., Any]:
    """S3 clients whose requests moto accepts: the body of a real request may be a bytearray."""

    def as_bytes(params: dict[str, Any], **_: Any) -> None:
        if isinstance(params.get("body"), bytearray):
            params["body"] = bytes(params["body"])

    def client(self: wiring.Clients, endpoint: str | None) -> Any:
        made = make(self, endpoint)
        made.meta.events.register("before-call.s3", as_bytes)
        return made

    return client


def sqs_record(message: Any, queue: str) -> dict[str, Any]:
    """A received message in the form in which Lambda passes it on."""
    return event("sqs_record") | {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "eventSourceARN": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{STACK}-{queue}",
    }


def query(url: str) -> dict[str, str]:
    """The parameters of a signed address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def key_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
