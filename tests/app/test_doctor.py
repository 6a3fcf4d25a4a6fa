"""The faults of a stack that `make doctor` finds, and those that it repairs."""

import json
import sys
from datetime import timedelta
from typing import Any

import boto3
import pytest
from PIL import Image

from chalicelib.jobs.changes import TotalRecord
from chalicelib.wiring import services
from infra import doctor, recount
from infra.aws.triggers import SWEEP_SECONDS
from infra.connect import Tables
from tests.app.api_world import BUCKET, STACK, World
from tests.pipelines.media.makers import photo

PHOTO = photo(Image.new("RGB", (64, 48), "teal"), "JPEG")


@pytest.fixture(autouse=True)
def here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "connect", lambda options: Tables(world.dynamodb, STACK))
    monkeypatch.setattr(doctor, "client", lambda options, service: boto3.client(service))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["doctor", *arguments])
    return doctor.main()


def wrong(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    findings = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return {finding["what"]: finding for finding in findings if finding["advice"]}


def test_a_stack_that_works_is_well(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.guest().upload({"a.jpg": PHOTO})
    assert run(monkeypatch) == 0
    out = capsys.readouterr().out
    assert "inspect-media: 1 waiting, 0 being worked on" in out
    assert out.endswith("All is well.\n")


def test_dead_letters_are_found_and_redriven_and_their_job_completes(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user = world.guest()
    job_id = user.upload({"a.jpg": PHOTO})
    [message] = world.receive("inspect-media")
    world.sqs.send_message(QueueUrl=world._url("inspect-media-dlq"), MessageBody=message["Body"])
    world.sqs.delete_message(QueueUrl=world._url("inspect-media"), ReceiptHandle=message["ReceiptHandle"])

    assert run(monkeypatch, "--json") == 1
    assert set(wrong(capsys)) == {"inspect-media-dlq"}
    assert run(monkeypatch, "--fix") == 1
    assert "inspect-media: 1 messages sent again" in capsys.readouterr().out
    assert (world.waiting("inspect-media"), world.waiting("inspect-media-dlq")) == (1, 0)
    assert run(monkeypatch) == 0
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"


def test_jobs_that_no_sweeper_looked_after_are_found(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.offset = timedelta(days=-2)
    job_id = world.guest().announce({"a.jpg": 100})["job_id"]
    world.offset = timedelta()
    assert run(monkeypatch, "--json") == 1
    found = wrong(capsys)
    assert set(found) == {"sweeper"}
    assert job_id in found["sweeper"]["said"]
    swept: list[Any] = []
    monkeypatch.setattr(doctor, "sweep_here", lambda data_dir: swept.append(data_dir) or "sweep: called once")
    assert run(monkeypatch, "--fix") == 1
    assert "sweep: called once" in capsys.readouterr().out
    assert len(swept) == 1


def test_a_bucket_that_tells_nobody_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    assert run(monkeypatch, "--json") == 1
    assert "uploads/media/" in wrong(capsys)["bucket"]["said"]


def test_a_queue_that_is_gone_is_found_and_the_others_are_still_told_of(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world.sqs.delete_queue(QueueUrl=world._url("run-media"))
    assert run(monkeypatch) == 1
    out = capsys.readouterr().out
    world.provision()
    assert "WRONG run-media: does not answer" in out
    assert "ok    webhooks" in out


def test_on_aws_ringing_alarms_are_told_of_and_the_sweeper_is_called(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cloudwatch = boto3.client("cloudwatch")
    for name in (f"{STACK}-ApiErrorsAlarm-1", "somebody-elses"):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription="The API answers 5xx.",
            MetricName="5XXError",
            Namespace="AWS/ApiGateway",
            Period=300,
            EvaluationPeriods=1,
            Threshold=5,
            Statistic="Sum",
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="7 errors")
    monkeypatch.setattr(doctor, "_resource", lambda options, logical: {"Bucket": BUCKET, "Sweep": "sweep-1"}[logical])
    invoked: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **call: Any) -> None:
            invoked.append(call)

    real = doctor.client
    monkeypatch.setattr(
        doctor, "client", lambda options, service: Lambda() if service == "lambda" else real(options, service)
    )
    world.offset = timedelta(days=-2)
    world.guest().announce({"a.jpg": 100})
    assert run(monkeypatch, "--stack", STACK, "--json", "--fix") == 1
    assert set(wrong(capsys)) == {"sweeper", f"{STACK}-ApiErrorsAlarm-1"}
    assert [call["FunctionName"] for call in invoked] == ["sweep-1"]


def test_the_sweeper_comes_often_enough_not_to_be_called_late() -> None:
    assert timedelta(seconds=SWEEP_SECONDS) * 3 < doctor.LATE


def changed(world: World, partition: str, sort: str, **amounts: int) -> None:
    """Corrupts counters, as earlier versions did."""
    for name, amount in amounts.items():
        world.dynamodb.update_item(
            TableName=f"{STACK}-jobs",
            Key={"PK": {"S": partition}, "SK": {"S": sort}},
            UpdateExpression="ADD #n :a",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues={":a": {"N": str(amount)}},
        )


def test_counters_that_differ_from_what_is_there_are_found_and_put_right(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user = world.guest()
    done = user.upload({"a.jpg": PHOTO, "b.jpg": b"no photo"})
    world.deliver()
    assert user.post("/bin/files", {"file_ids": [f"{done}-00000002"]})["missed"] == []
    opened = user.announce({"c.jpg": 100, "d.jpg": 200}, more=True)["job_id"]
    deleted = user.upload({"e.jpg": PHOTO})
    world.deliver()
    assert user.call("DELETE", f"/files/{deleted}-00000001").status == 204
    run(monkeypatch, "--json")
    assert "counters" not in wrong(capsys)
    before = [services().jobs.usage(user.id), *(services().jobs.job(job).counts for job in (done, opened, deleted))]
    assert (before[0].stored_bytes, before[0].announced_bytes) == (len(PHOTO) + len(b"no photo"), 300)

    changed(world, f"USER#{user.id}", "USAGE", stored_bytes=-274_689, active_jobs=1, announced_bytes=7)
    changed(world, f"JOB#{done}", "JOB#COUNT#00", size=22_234, inspected=-1, binned=1)
    changed(world, f"JOB#{done}", "JOB", kept_bytes=22_234)
    changed(world, "STATISTICS", "TOTAL#0", stored_bytes=5)
    assert run(monkeypatch, "--json") == 1
    found = wrong(capsys)
    assert f"user {user.id} (active_jobs +1, stored_bytes -274,689, announced_bytes +7)" in found["counters"]["said"]
    assert f"job {done} (inspected -1, size +22,234, binned +1)" in found["counters"]["said"]

    run(monkeypatch, "--fix")
    assert f"put right: user {user.id}" in capsys.readouterr().out
    run(monkeypatch, "--json")
    assert "counters" not in wrong(capsys)
    after = [services().jobs.usage(user.id), *(services().jobs.job(job).counts for job in (done, opened, deleted))]
    assert after == before
    assert services().jobs.job(done).kept_bytes == before[0].stored_bytes


def test_what_changes_while_it_is_read_is_not_taken_for_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.guest()
    user.announce({"a.jpg": 10}, more=True)
    looks = [[recount.Difference(TotalRecord(), (("stored_bytes", 1),))], []]
    with monkeypatch.context() as patch:
        patch.setattr(recount, "_look", lambda tables: looks.pop(0))
        assert recount.differences(Tables(world.dynamodb, STACK)) == []
