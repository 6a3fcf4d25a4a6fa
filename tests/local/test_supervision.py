"""Start, stop, death and restart: data is kept, and no process is left."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.settings import free_port
from tests.local.conftest import Stack, eventually

ITEM = {"PK": {"S": "JOB#1"}, "SK": {"S": "JOB"}, "owner_id": {"S": "u"}, "job_id": {"S": "1"}}


def fill(stack: Stack) -> None:
    stack.client("dynamodb").put_item(TableName="millrace-jobs", Item=ITEM)
    stack.client("s3").put_object(Bucket="millrace", Key="kept/a", Body=b"bytes", Metadata={"k": "v"})
    # A message in a queue without a reader, and a second one with a delay.
    sqs = stack.client("sqs")
    url = sqs.create_queue(QueueName="kept")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="kept")


def assert_filled(stack: Stack) -> None:
    dynamodb, s3, sqs = (stack.client(name) for name in ("dynamodb", "s3", "sqs"))
    assert dynamodb.get_item(TableName="millrace-jobs", Key={k: ITEM[k] for k in ("PK", "SK")})["Item"] == ITEM
    owned = dynamodb.query(
        TableName="millrace-jobs",
        IndexName="by_owner",
        KeyConditionExpression="owner_id = :u",
        ExpressionAttributeValues={":u": {"S": "u"}},
    )
    assert owned["Items"] == [ITEM]
    kept = s3.get_object(Bucket="millrace", Key="kept/a")
    assert (kept["Body"].read(), kept["Metadata"]) == (b"bytes", {"k": "v"})
    url = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "kept"


def test_sigterm_lets_the_work_at_hand_finish_keeps_everything_and_leaves_no_process(own_stack: Stack) -> None:
    own_stack.start()
    port = (own_stack.data_dir / "cloud-port").read_text()
    token_key = own_stack.data_dir / "token-key"
    assert token_key.stat().st_mode & 0o777 == 0o600
    key = token_key.read_text()
    fill(own_stack)
    own_stack.send("inspect-a", "sleep 1")
    eventually(lambda: own_stack.seen("inspect", "sleep 1"))
    assert own_stack.stop() == 0
    assert own_stack.pids() == []
    assert own_stack.seen("slept", "sleep 1")
    own_stack.start()
    assert_filled(own_stack)
    assert own_stack.waiting("inspect-a") == 0
    assert ((own_stack.data_dir / "cloud-port").read_text(), token_key.read_text()) == (port, key)
    assert len(bytes.fromhex(key)) >= 32


def test_ctrl_c_reaches_every_process_and_still_ends_in_good_order(own_stack: Stack) -> None:
    own_stack.start()
    own_stack.send("run-a", "sleep 1")
    eventually(lambda: own_stack.seen("inspect", "sleep 1"))
    assert own_stack.process is not None
    os.killpg(own_stack.process.pid, signal.SIGINT)
    output, _ = own_stack.process.communicate(timeout=40)
    assert (own_stack.process.returncode, output) == (0, "")
    assert own_stack.seen("slept", "sleep 1")
    assert own_stack.pids() == []


def test_everything_killed_at_once_loses_nothing_that_was_answered(own_stack: Stack) -> None:
    own_stack.start()
    fill(own_stack)
    # The dispatcher is killed first, so that the event is in the queue at the kill.
    for pid in own_stack.pids("infra.local.dispatcher"):
        os.kill(pid, signal.SIGKILL)
    own_stack.client("s3").put_object(Bucket="millrace", Key="uploads/a/late", Body=b"late")
    own_stack.kill()
    assert not own_stack.seen("inspect", "uploads/a/late")
    own_stack.start()
    assert_filled(own_stack)
    eventually(lambda: own_stack.seen("inspect", "uploads/a/late"))


def test_children_of_a_killed_supervisor_end_by_themselves_and_save_the_state(own_stack: Stack) -> None:
    own_stack.start()
    # The supervisor, the cloud, the API, the triggers, the sockets and two workers.
    eventually(lambda: len(own_stack.pids()) == 7)
    fill(own_stack)
    assert own_stack.process is not None
    own_stack.process.kill()
    own_stack.process.communicate(timeout=10)
    eventually(lambda: own_stack.pids() == [], 15)
    own_stack.start()
    assert_filled(own_stack)


@pytest.mark.parametrize("module", ["gateway", "cloud", "dispatcher", "sockets"])
def test_a_process_that_dies_is_started_again(stack: Stack, module: str) -> None:
    old = stack.only_pid(f"infra.local.{module}")
    os.kill(old, signal.SIGKILL)
    eventually(lambda: (now := stack.pids(f"infra.local.{module}")) and old not in now)
    eventually(lambda: stack.health() == 200)
    word = f"after {module}"

    def sent() -> bool:
        stack.send("inspect-a", word)
        return True

    eventually(lambda: _tolerant(sent))
    eventually(lambda: stack.seen("inspect", word))


def _tolerant(action: object) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return bool(action())  # type: ignore[operator]
    except (BotoCoreError, ClientError):
        return False


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.local", "serve", "--app", "tests.local.tinyapp", "--pipelines", "a"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False)


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = serve("--port", str(port), "--data-dir", str(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr == f"Port {port} is in use: choose another one, such as PORT={port + 1}.\n"


@pytest.mark.parametrize("port", ["0", "-1", "70000", "http", "8000.0", ""])
def test_what_is_no_port_is_told_in_one_sentence(tmp_path: Path, port: str) -> None:
    ended = serve(f"--port={port}", "--data-dir", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.endswith(f"{port} is no port: take one from 1 to 65535\n")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("workers", ["0", "-1", "65", "many", "1.5"])
def test_what_is_no_number_of_workers_is_told_in_one_sentence(tmp_path: Path, workers: str) -> None:
    ended = serve(f"--workers={workers}", "--data-dir", str(tmp_path))
    assert (ended.returncode, ended.stderr) == (2, f"{workers} is no number of workers: take one from 1 to 64\n")


def test_an_unknown_pipeline_is_told_in_one_sentence(tmp_path: Path) -> None:
    ended = serve("--app", "app", "--pipelines", "media,audio", "--data-dir", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.startswith("There is no pipeline audio. There are: ")
    assert ended.stderr.count("\n") == 1


def test_a_data_folder_that_is_a_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        ended = serve("--port", str(free_port()), "--data-dir", str(folder))
        assert ended.returncode == 1
        assert ended.stderr.startswith(f"{folder} can't be the data folder: ")
        assert ended.stderr.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_two_stacks_on_one_folder_are_refused(stack: Stack) -> None:
    ended = serve("--port", str(free_port()), "--data-dir", str(stack.data_dir))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Another Millrace uses {stack.data_dir}")
    assert ended.stderr.count("\n") == 1
    assert stack.health() == 200


def test_only_this_machine_can_reach_the_stack(stack: Stack) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    cloud = int((stack.data_dir / "cloud-port").read_text())
    addresses = {row[1] for row in listening if row[3] == "0A" and int(row[1].split(":")[1], 16) in (stack.port, cloud)}
    assert addresses == {f"0100007F:{port:04X}" for port in (stack.port, cloud)}
