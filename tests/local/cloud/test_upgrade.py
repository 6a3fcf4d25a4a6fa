"""A folder from before the journal is taken over as a whole, or not at all."""

import json
from pathlib import Path

import pytest
import requests

from tests.local.cloud.chaos import BUCKET, QUEUE, TABLE, fill
from tests.local.cloud.running import Cloud


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Some data of every kind, left by an orderly shutdown."""
    cloud = Cloud(tmp_path, "tests.local.cloud.before")
    cloud.start()
    fill(cloud, 7)
    s3, sqs = cloud.client("s3"), cloud.client("sqs")
    for key, content in (("a/b", b"bytes"), ("a", b"below"), ("empty", b""), ("a b/ü%.txt", b"named")):
        s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata={"k": "v"}, Tagging="t=1")
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="kept")
    cloud.stop()
    return tmp_path


def test_everything_is_there_afterwards_and_outlives_a_kill(old: Path) -> None:
    cloud = Cloud(old)
    for _ in range(2):
        cloud.start()
        dynamodb, s3, sqs = (cloud.client(name) for name in ("dynamodb", "s3", "sqs"))
        assert dynamodb.scan(TableName=TABLE, Select="COUNT")["Count"] == 21
        for key, content in (("a/b", b"bytes"), ("a", b"below"), ("empty", b""), ("a b/ü%.txt", b"named")):
            found = s3.get_object(Bucket=BUCKET, Key=key)
            assert (found["Body"].read(), found["Metadata"]) == (content, {"k": "v"})
            assert s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] == [{"Key": "t", "Value": "1"}]
        cloud.kill()
    cloud.start()
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=url)["Messages"]] == ["kept"]
    cloud.stop()
    left = {path.name for path in (old / "cloud").iterdir() if not path.name.startswith(("snapshot-", "journal-"))}
    assert left == {"blobs"}


def test_a_damaged_old_file_stops_the_start_and_nothing_is_changed(old: Path) -> None:
    state = old / "cloud" / "state" / "dynamodb.json"
    content = state.read_bytes()
    state.write_bytes(content[: len(content) // 2])
    cloud = Cloud(old)
    with pytest.raises(AssertionError, match=r"dynamodb\.json is cut short"):
        cloud.start()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{cloud.address}/health", timeout=1)
    state.write_bytes(content)
    cloud.start()
    assert cloud.client("dynamodb").scan(TableName=TABLE, Select="COUNT")["Count"] == 21
    cloud.stop()
    assert json.loads(content)["payload"]
