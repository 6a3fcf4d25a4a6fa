"""Queues call handlers as on AWS: the event, partial failures, redelivery, dead letters."""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from infra.local import executors as executors_module
from infra.local.dispatcher import failed_ids, is_slice, sqs_event
from infra.local.executors import Executors, Meanwhile
from tests.local.conftest import Stack, eventually


def test_a_handler_gets_the_event_that_lambda_makes_of_a_message(stack: Stack) -> None:
    stack.client("sqs").send_message(
        QueueUrl=stack.queue_url("inspect-a"),
        MessageBody="shape",
        MessageAttributes={"trace": {"DataType": "String", "StringValue": "t-1"}},
    )
    noted = eventually(lambda: stack.seen("inspect", "shape"))[0]
    record = noted["record"]
    assert set(record) == {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfBody",
        "md5OfMessageAttributes",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    }
    assert set(record["attributes"]) >= {
        "ApproximateReceiveCount",
        "SentTimestamp",
        "SenderId",
        "ApproximateFirstReceiveTimestamp",
    }
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {
        "trace": {"stringValue": "t-1", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    }
    assert record["md5OfBody"] == hashlib.md5(b"shape").hexdigest()
    assert (record["eventSource"], record["awsRegion"]) == ("aws:sqs", "us-east-1")
    assert record["eventSourceARN"] == "arn:aws:sqs:us-east-1:000000000000:millrace-inspect-a"
    assert 0 < noted["left"] <= 7000


def test_what_was_dealt_with_is_deleted_and_only_the_failed_message_comes_again(stack: Stack) -> None:
    stack.send("inspect-a", "good 1", "fail partly", "good 2")
    eventually(lambda: stack.seen("undelivered", "fail partly"))
    eventually(lambda: stack.waiting("inspect-a") == 0 and stack.waiting("inspect-a-dlq") == 0)
    assert len(stack.seen("inspect", "good 1")) == len(stack.seen("inspect", "good 2")) == 1
    received = stack.seen("inspect", "fail partly")
    assert [n["record"]["attributes"]["ApproximateReceiveCount"] for n in received] == ["1", "2", "3"]


def test_an_exception_returns_the_message_until_its_third_receive_and_then_it_is_a_dead_letter(stack: Stack) -> None:
    stack.send("run-a", "raise")
    dead = eventually(lambda: stack.seen("undelivered", "raise"))
    assert dead[0]["source"].endswith(":millrace-run-a-dlq")
    assert len(stack.seen("inspect", "raise")) == 3


def test_a_function_that_overruns_its_time_is_stopped_and_its_message_comes_again(own_stack: Stack) -> None:
    own_stack.options += ["--time-limit", "2"]
    own_stack.start()
    own_stack.send("run-b", "sleep 30")
    first, second = eventually(lambda: len(found := own_stack.seen("inspect", "sleep 30")) == 2 and found)
    assert first["pid"] != second["pid"]
    assert first["pid"] not in own_stack.pids()
    assert first["left"] <= 2000


def test_a_handler_that_works_longer_than_messages_are_hidden_is_called_once(stack: Stack) -> None:
    stack.send("run-b", "sleep 5")
    eventually(lambda: stack.seen("slept", "sleep 5"))
    eventually(lambda: stack.waiting("run-b") == 0)
    assert len(stack.seen("inspect", "sleep 5")) == 1


def test_messages_stay_hidden_while_they_wait_for_a_worker(own_stack: Stack) -> None:
    own_stack.options += ["--workers", "1"]
    own_stack.start()
    own_stack.send("run-b", "sleep 4.9")
    eventually(lambda: own_stack.seen("inspect", "sleep 4.9"))
    own_stack.send("inspect-a", "sleep 3")
    eventually(lambda: own_stack.seen("slept", "sleep 3"))
    eventually(lambda: own_stack.waiting("inspect-a") == 0, 2)
    assert len(own_stack.seen("inspect", "sleep 3")) == 1


def test_a_long_run_leaves_a_worker_for_new_files(stack: Stack) -> None:
    stack.send("run-a", "sleep 3.01", "sleep 3.02")
    eventually(lambda: [n for n in stack.seen("inspect") if n["word"].startswith("sleep 3.0")])
    stack.send("inspect-b", "in between")
    eventually(lambda: stack.seen("slept", "sleep 3.01") and stack.seen("slept", "sleep 3.02"))
    words = [n["word"] for n in stack.seen() if n["kind"] == "slept" or n.get("word") == "in between"]
    assert words.index("in between") < min(words.index("sleep 3.01"), words.index("sleep 3.02"))


def test_spare_workers_take_the_place_of_those_that_look_into_slow_files(own_stack: Stack) -> None:
    own_stack.options += ["--time-limit", "60"]
    own_stack.start()
    own_stack.send("inspect-a", "sleep 20.1")
    own_stack.send("inspect-b", "sleep 20.2")
    eventually(lambda: len([n for n in own_stack.seen("inspect") if n["word"].startswith("sleep 20")]) == 2)
    own_stack.send("inspect-a", "meanwhile")
    eventually(lambda: own_stack.seen("inspect", "meanwhile"))
    assert not own_stack.seen("slept")
    assert len(own_stack.pids("infra.local.worker")) > 2
    eventually(lambda: len(own_stack.seen("slept")) == 2)


def test_spare_workers_end_once_no_call_is_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors_module, "SLOW_SECONDS", 0.2)
    monkeypatch.setattr(executors_module, "KEPT_SECONDS", 0.0)
    monkeypatch.setenv("TINY_SEEN", str(tmp_path / "seen"))
    pool = Executors("tests.local.tinyapp", 1)
    relieved: list[int] = []
    try:
        for word in ("sleep 1", "sleep 1", "quick", "quick"):
            pool.call(
                "inspect_a",
                {"Records": [{"body": word}]},
                30,
                Meanwhile(1, lambda: None),
                lambda: relieved.append(len(pool)),
            )
        assert relieved == [2, 2]
        assert len(pool) == 1
    finally:
        pool.stop()


def test_slices_of_a_run_occupy_every_worker(stack: Stack) -> None:
    stack.send("run-a", *(f'{{"slice": {number}, "word": "sleep 2.0{number}"}}' for number in range(2)))
    eventually(lambda: len([n for n in stack.seen("slept") if n["word"].startswith("sleep 2.0")]) == 2)
    kinds = [n["kind"] for n in stack.seen() if str(n.get("word")).startswith("sleep 2.0")]
    assert kinds == ["inspect", "inspect", "slept", "slept"]


def test_the_message_of_a_killed_worker_comes_again_to_its_successor(stack: Stack) -> None:
    stack.send("inspect-a", "die")
    first, second = eventually(lambda: len(stack.seen("inspect", "die")) == 2 and stack.seen("inspect", "die"))
    assert first["pid"] != second["pid"]
    assert len(eventually(lambda: len(p := stack.pids("infra.local.worker")) == 2 and p)) == 2


def test_an_idle_worker_that_is_killed_costs_no_message_a_receive(stack: Stack) -> None:
    for pid in stack.pids("infra.local.worker"):
        os.kill(pid, signal.SIGKILL)
    stack.send("inspect-a", "after the kill")
    noted = eventually(lambda: stack.seen("inspect", "after the kill"))
    assert noted[0]["record"]["attributes"]["ApproximateReceiveCount"] == "1"


def test_an_object_under_uploads_or_drop_is_announced_to_its_pipeline(stack: Stack) -> None:
    s3 = stack.client("s3")
    for key in ("uploads/b/j1/1/é a.jpg", "drop/b/batch/x.jpg", "artifacts/b/j1/x.zip"):
        s3.put_object(Bucket="millrace", Key=key, Body=b"x")
    for key in ("uploads/b/j1/1/%C3%A9+a.jpg", "drop/b/batch/x.jpg"):
        arn = eventually(lambda key=key: stack.seen("inspect", key))[0]["record"]["eventSourceARN"]
        assert arn.endswith(":millrace-inspect-b")
    assert not stack.seen("inspect", "artifacts/b/j1/x.zip")


def test_the_sweeper_is_called_at_its_interval(stack: Stack) -> None:
    event = eventually(lambda: len(stack.seen("sweep")) >= 2 and stack.seen("sweep"))[0]["event"]
    assert event["detail-type"] == "Scheduled Event"
    assert event["source"] == "aws.events"


@pytest.mark.parametrize(
    ("body", "found"),
    [('{"slice": 0}', True), ('{"job_id": "a"}', False), ("slice", False), ("5", False), ("[]", False)],
)
def test_a_slice_is_told_from_a_run(body: str, found: bool) -> None:
    assert is_slice(body) is found


@pytest.mark.parametrize("result", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_no_failures_delete_the_whole_batch(result: object) -> None:
    assert failed_ids(result, {"1", "2"}) == set()


@pytest.mark.parametrize(
    "result",
    [
        "text",
        {"batchItemFailures": [{"itemIdentifier": "3"}]},
        {"batchItemFailures": [{"id": "1"}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"other": 1},
    ],
)
def test_a_reply_that_makes_no_sense_fails_the_whole_batch(result: object) -> None:
    assert failed_ids(result, {"1", "2"}) == {"1", "2"}


def test_a_message_without_attributes_has_empty_ones() -> None:
    message = {"MessageId": "1", "ReceiptHandle": "r", "Body": "b", "MD5OfBody": "m"}
    record = sqs_event([message], "run-a")["Records"][0]
    assert record["attributes"] == record["messageAttributes"] == {}
    assert "md5OfMessageAttributes" not in record
