"""`make chaos`: kills the embedded cloud at random moments under load, and checks that no acknowledged change is lost.

Several writers put items, count, carry out transactions, send, receive and delete messages, put and delete objects, and
send uploads in parts; each records the answers. After each kill everything has to be there: the last acknowledged
state of each thing, or a state requested later that was not answered.
"""

import argparse
import hashlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.local.cloud.running import Cloud

TABLE, BUCKET, QUEUE = "chaos", "chaos", "chaos"
SERVICES = ("dynamodb", "s3", "sqs")
WRITERS = 6
ITEMS_PER_FILE = 3
LONGEST_RUN = 0.8
"""The most seconds between a start and a kill."""


class Lost(AssertionError):
    """An acknowledged change is missing, or something exists that no writer asked for."""


class Writer(threading.Thread):
    """Changes its own things until the cloud is gone; records the answers, and the changes that may have happened."""

    def __init__(self, clients: Mapping[str, Any], name: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.label = name
        self.random = random.Random(seed)
        self.clients = clients
        self.items: dict[str, tuple[Any, Any]] = {}
        self.counted = [0, 0]
        self.pairs = [0, 0]
        self.objects: dict[str, tuple[bytes | None, bytes | None]] = {}
        self.sent: set[str] = set()
        self.maybe_sent: set[str] = set()
        self.deleted: set[str] = set()
        self.maybe_deleted: set[str] = set()
        self.uploads: dict[tuple[str, str], list[str]] = {}
        self.done: Counter[str] = Counter()
        self.step = 0

    def run(self) -> None:
        actions: list[Callable[[], None]] = [
            self.put, self.put, self.count, self.transact, self.send, self.take, self.store, self.remove, self.parts,
        ]  # fmt: skip
        try:
            while True:
                action = self.random.choice(actions)
                self.step += 1
                action()
                self.done[action.__name__] += 1
        except (BotoCoreError, ClientError, ConnectionError):
            return

    def _update(self, key: str, change: str, **values: Any) -> dict[str, Any]:
        return {
            "TableName": TABLE,
            "Key": {"PK": {"S": f"{self.label}#{key}"}, "SK": {"S": "x"}},
            "UpdateExpression": change,
            "ExpressionAttributeValues": {f":{name}": value for name, value in values.items()},
        }

    def put(self) -> None:
        key = str(self.random.randrange(50))
        before = self.items.get(key, (None, None))[0]
        self.items[key] = (before, self.step)
        item = {"PK": {"S": f"{self.label}#{key}"}, "SK": {"S": "x"}, "n": {"N": str(self.step)}}
        self.clients["dynamodb"].put_item(
            TableName=TABLE, Item=item | {"more": {"S": "m" * self.random.randrange(999)}}
        )
        self.items[key] = (self.step, self.step)

    def count(self) -> None:
        self.counted[1] += 1
        self.clients["dynamodb"].update_item(**self._update("count", "ADD n :one", one={"N": "1"}))
        self.counted[0] += 1

    def transact(self) -> None:
        self.pairs[1] += 1
        updates = [{"Update": self._update(half, "ADD n :one", one={"N": "1"})} for half in ("left", "right")]
        self.clients["dynamodb"].transact_write_items(TransactItems=updates)
        self.pairs[0] += 1

    def send(self) -> None:
        body = f"{self.label}#{self.step}"
        self.maybe_sent.add(body)
        url = self.clients["sqs"].get_queue_url(QueueName=QUEUE)["QueueUrl"]
        self.clients["sqs"].send_message(QueueUrl=url, MessageBody=body)
        self.sent.add(body)

    def take(self) -> None:
        url = self.clients["sqs"].get_queue_url(QueueName=QUEUE)["QueueUrl"]
        for message in self.clients["sqs"].receive_message(QueueUrl=url, VisibilityTimeout=60).get("Messages", ()):
            self.maybe_deleted.add(message["Body"])
            self.clients["sqs"].delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            self.deleted.add(message["Body"])

    def store(self) -> None:
        key = f"uploads/{self.label}/{self.random.randrange(20)}"
        content = self.random.randbytes(self.random.choice((0, 10, 5_000, 200_000)))
        before = self.objects.get(key, (None, None))[0]
        self.objects[key] = (before, content)
        self.clients["s3"].put_object(Bucket=BUCKET, Key=key, Body=content)
        self.objects[key] = (content, content)

    def remove(self) -> None:
        if self.objects:
            key = self.random.choice(sorted(self.objects))
            self.objects[key] = (self.objects[key][0], None)
            self.clients["s3"].delete_object(Bucket=BUCKET, Key=key)
            self.objects[key] = (None, None)

    def parts(self) -> None:
        s3, key = self.clients["s3"], f"parts/{self.label}"
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        found: list[str] = []
        self.uploads[key, upload] = found
        for number in (1, 2):
            part = self.random.randbytes(100_000)
            s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=part)
            found.append(f'"{hashlib.md5(part, usedforsecurity=False).hexdigest()}"')
        self.uploads.pop((key, upload))
        s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)


def check(clients: Mapping[str, Any], writers: Sequence[Writer], files: int) -> None:
    """Raises Lost."""
    dynamodb, s3, sqs = (clients[name] for name in SERVICES)
    counters = ("count", "left", "right")
    own = [f"{writer.label}#{key}" for writer in writers for key in (*writer.items, *counters)]
    found = _items(dynamodb, own)
    before = random.Random(len(own)).sample(range(files * ITEMS_PER_FILE), min(100, files))
    if len(_items(dynamodb, [f"FILE#{number}" for number in before])) != len(before):
        raise Lost("files of before")
    if dynamodb.describe_table(TableName=TABLE)["Table"]["ItemCount"] < files * ITEMS_PER_FILE + len(found):
        raise Lost("items of before")
    number = lambda key: int(found[key]["n"]["N"]) if key in found else 0  # noqa: E731
    for writer in writers:
        for key, (acked, asked) in writer.items.items():
            if (number(f"{writer.label}#{key}") or None) not in (acked, asked):
                raise Lost(f"item {writer.label}#{key}: {number(f'{writer.label}#{key}')}, not {acked} or {asked}")
        left, right = number(f"{writer.label}#left"), number(f"{writer.label}#right")
        for what, value, (acked, asked) in (
            ("counter", number(f"{writer.label}#count"), writer.counted),
            ("transactions", left, writer.pairs),
        ):
            if not acked <= value <= asked:
                raise Lost(f"{what} of {writer.label}: {value}, not {acked} to {asked}")
        if left != right:
            raise Lost(f"half a transaction of {writer.label}: {left} and {right}")
        for key, (before, after) in writer.objects.items():
            try:
                content = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            except ClientError:
                content = None
            if content not in (before, after):
                raise Lost(f"object {key}")
        for (key, upload), etags in writer.uploads.items():
            listed = s3.list_parts(Bucket=BUCKET, Key=key, UploadId=upload).get("Parts", [])
            if [part["ETag"] for part in listed][: len(etags)] != etags:
                raise Lost(f"parts of {key}")
    _check_messages(sqs, writers)


def _items(dynamodb: Any, keys: Sequence[str]) -> dict[str, Any]:
    found = {}
    for some in batched(keys, 100, strict=False):
        wanted = [{"PK": {"S": key}, "SK": {"S": "x"}} for key in some]
        answer = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": wanted, "ConsistentRead": True}})
        found |= {item["PK"]["S"]: item for item in answer["Responses"][TABLE]}
    return found


def _check_messages(sqs: Any, writers: Sequence[Writer]) -> None:
    """Receives all messages, so that the next round starts without any."""
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    there: Counter[str] = Counter()
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        there.update(message["Body"] for message in messages)
        entries = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    sent, maybe_sent = ({b for w in writers for b in part(w)} for part in (lambda w: w.sent, lambda w: w.maybe_sent))
    deleted = {body for writer in writers for body in writer.deleted}
    maybe_deleted = {body for writer in writers for body in writer.maybe_deleted}
    if missing := sent - maybe_deleted - set(there):
        raise Lost(f"messages {sorted(missing)[:3]}")
    if back := deleted & set(there):
        raise Lost(f"deleted messages are back: {sorted(back)[:3]}")
    if set(there) - maybe_sent or max(there.values(), default=1) > 1:
        raise Lost("messages that nobody sent, or sent once and there twice")


def fill(cloud: Cloud, files: int) -> None:
    dynamodb = cloud.client("dynamodb")
    keys = [("PK", "HASH"), ("SK", "RANGE")]
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    cloud.client("sqs").create_queue(QueueName=QUEUE)
    items = [{"PK": {"S": f"FILE#{n}"}, "SK": {"S": "x"}, "m": {"S": "m" * 800}} for n in range(files * ITEMS_PER_FILE)]
    for at in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[at : at + 25]]
        dynamodb.batch_write_item(RequestItems={TABLE: puts})


def chaos(folder: Path, kills: int, files: int, seed: int) -> dict[str, Any]:
    """Raises Lost. Returns the counts of changes and kills survived."""
    rng, cloud = random.Random(seed), Cloud(folder)
    cloud.start()
    fill(cloud, files)
    clients = {service: cloud.client(service) for service in SERVICES}
    done: Counter[str] = Counter()
    starts = []
    for number in range(kills):
        writers = [Writer(clients, f"{number}-{n}", rng.randrange(2**32)) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(rng.uniform(0.05, LONGEST_RUN))
        cloud.kill()
        for writer in writers:
            writer.join(60)
            done.update(writer.done)
        starts.append(cloud.start())
        check(clients, writers, files)
        if sys.stderr.isatty():
            print(f"\r{number + 1} of {kills} kills", end="", file=sys.stderr, flush=True)
    cloud.kill()
    return {
        "files before": files,
        "kills": kills,
        "acknowledged changes": sum(done.values()),
        "lost": 0,
        "doubled": 0,
        "slowest start, s": round(max(starts), 2),
        "seed": seed,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.local.cloud.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--files", type=int, nargs="+", default=[20, 20_000])
    parser.add_argument("--seed", type=int, default=20261127)
    options = parser.parse_args()
    for files in options.files:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(chaos(Path(folder), options.kills, files, options.seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
