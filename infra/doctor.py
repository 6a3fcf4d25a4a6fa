"""`make doctor`: reports problems of a stack, and with FIX=1 fixes those that can be fixed from outside.

It reads data that any operator may read: queues and their dead letters, overdue jobs, counters and the items that they
count, the bucket's notifications, and on AWS the alarms. None of its actions can lose or double a file: it only sends
messages again, and each effect of a message is a conditional write.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.pipelines.registry import WORKS
from chalicelib.stores.dynamo.job_table import JobTable
from infra import recount
from infra.aws.template import arrivals
from infra.aws.triggers import SWEEP_HANDLER, SWEEP_SECONDS, Trigger, triggers
from infra.connect import CannotConnect, Tables, add_arguments, client, connect
from infra.local.cloud import repair
from infra.local.dispatcher import schedule_event
from infra.local.executors import CallFailed, Executor, Meanwhile
from infra.local.room import Room
from infra.local.settings import BUCKET, environment_of_running, is_idle, kept_free

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

LATE = timedelta(minutes=5)
"""The sweeper runs every minute; a job that is due for longer has been missed."""
LATE_SHOWN = 100
SHOWN = 5
MOST_ITEMS = 1_000_000
WAITING: Final = "ApproximateNumberOfMessages"
HIDDEN: Final = "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True)
class Finding:
    """advice: the remedy; None where all is well."""

    what: str
    said: str
    advice: str | None = None


def queues(sqs: SQSClient, stack: str, work: Iterable[Trigger]) -> Iterator[Finding]:
    """Every work queue, and the contents of its dead-letter queue."""
    for trigger in work:
        try:
            waiting, hidden = _depth(sqs, f"{stack}-{trigger.queue}")
            dead = sum(_depth(sqs, f"{stack}-{trigger.dead_letter_queue}"))
        except ClientError as error:
            yield Finding(
                trigger.queue, f"does not answer ({error.response['Error']['Code']})", "Deploy the stack again."
            )
            continue
        yield Finding(trigger.queue, f"{waiting:,} waiting, {hidden:,} being worked on")
        if dead:
            yield Finding(
                trigger.dead_letter_queue,
                f"{dead:,} given up on, and not even marked as failed",
                "Read the log of `undelivered`, remove the cause, then run this again with FIX=1 to redrive them.",
            )


def redrive(sqs: SQSClient, stack: str, trigger: Trigger) -> int:
    """Sends every dead letter of a queue again; returns their number. A letter that is sent and then not deleted comes
    twice, which changes nothing."""
    dead, queue = (_url(sqs, f"{stack}-{name}") for name in (trigger.dead_letter_queue, trigger.queue))
    moved = 0
    while found := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=queue, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def overdue(tables: Tables, now: datetime) -> Finding:
    """Whether the sweeper runs."""
    late = JobTable(tables.table("jobs")).due_jobs(now - LATE, LATE_SHOWN)
    if not late:
        return Finding("sweeper", "no job waits for it")
    count = f"{len(late)} or more" if len(late) == LATE_SHOWN else str(len(late))
    return Finding(
        "sweeper",
        f"{count} jobs are due for over {LATE.seconds // 60} minutes, {late[0]} first",
        "See that the schedule of `sweep` is enabled and what its log says; FIX=1 calls it once.",
    )


def notifications(s3: S3Client, bucket: str, work: Iterable[Trigger]) -> Finding:
    """Whether the bucket notifies the queues of new objects: without that, uploads wait for the sweeper."""
    told = s3.get_bucket_notification_configuration(Bucket=bucket).get("QueueConfigurations", [])
    prefixes = {
        rule["Value"] for entry in told for rule in entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    }
    missing = sorted({prefix for prefix, _ in arrivals(work)} - prefixes)
    if not missing:
        return Finding("bucket", "notifies the queues of what arrives")
    return Finding("bucket", f"sends no events for what arrives below {', '.join(missing)}", "Deploy the stack again.")


def alarms(cloudwatch: Any, stack: str) -> Iterator[Finding]:
    """Each ringing alarm of the stack."""
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-", StateValue="ALARM"):
        for alarm in page["MetricAlarms"]:
            yield Finding(
                alarm["AlarmName"], alarm["StateReason"], alarm.get("AlarmDescription") or "See the dashboard."
            )


def _depth(sqs: SQSClient, name: str) -> tuple[int, int]:
    found = sqs.get_queue_attributes(QueueUrl=_url(sqs, name), AttributeNames=[WAITING, HIDDEN])["Attributes"]
    return int(found[WAITING]), int(found[HIDDEN])


def _url(sqs: SQSClient, name: str) -> str:
    return sqs.get_queue_url(QueueName=name)["QueueUrl"]


def store(data_dir: Path) -> Finding:
    """The files of a store while no process runs on it."""
    damaged = repair.examine(data_dir / "cloud")
    if damaged is None:
        return Finding("store", "its files are what was written")
    return Finding("store", str(damaged), "Run this again with FIX=1: it goes back to the last good state.")


def disk(room: Room) -> Finding:
    megabytes = room.free() // 2**20
    if room.has():
        return Finding("disk", f"{megabytes:,} MB are free")
    return Finding("disk", f"{megabytes:,} MB are free: nothing new is taken in", "Make room, or delete jobs.")


def counts(found: Sequence[recount.Difference]) -> Finding:
    """Whether the counters of jobs and users match the items."""
    if not found:
        return Finding("counters", "jobs and users count what is there")
    shown = "; ".join(map(str, found[:SHOWN])) + ("; …" if len(found) > SHOWN else "")
    return Finding("counters", f"{len(found):,} count wrongly: {shown}", "Run this again with FIX=1: it recounts.")


def is_large(tables: Tables, options: argparse.Namespace) -> bool:
    """Whether reading all items of a stack on AWS would cost too much for a check."""
    table = tables.client.describe_table(TableName=tables.table("jobs").name)["Table"]
    return bool(options.stack) and not options.recount and table["ItemCount"] > MOST_ITEMS


def examine(options: argparse.Namespace) -> list[Finding]:
    """Raises CannotConnect."""
    tables, work = connect(options), list(triggers(WORKS))
    findings = [*queues(client(options, "sqs"), tables.stack, work), overdue(tables, datetime.now(UTC))]
    bucket = _resource(options, "Bucket") if options.stack else BUCKET
    findings.append(notifications(client(options, "s3"), bucket, work))
    if is_large(tables, options):
        findings.append(Finding("counters", f"not looked at: over {MOST_ITEMS:,} items; --recount reads them all"))
    else:
        findings.append(counts(recount.differences(tables)))
    if options.stack:
        findings += alarms(client(options, "cloudwatch"), tables.stack)
    elif options.data_dir.is_dir():
        findings.append(disk(Room(options.data_dir, kept_free())))
    return findings


def mend(options: argparse.Namespace, findings: Iterable[Finding]) -> Iterator[str]:
    """Redrives dead letters, and calls a late sweeper; yields a sentence for each. Raises CannotConnect."""
    wrong = {finding.what for finding in findings if finding.advice}
    tables, sqs = connect(options), client(options, "sqs")
    for trigger in triggers(WORKS):
        if trigger.dead_letter_queue in wrong:
            yield f"{trigger.queue}: {redrive(sqs, tables.stack, trigger):,} messages sent again"
    if "sweeper" in wrong and options.stack:
        client(options, "lambda").invoke(FunctionName=_resource(options, "Sweep"), InvocationType="Event", Payload="{}")
        yield "sweep: called once"
    elif "sweeper" in wrong:
        yield sweep_here(options.data_dir)
    if "counters" in wrong:
        yield from recount.mend(tables, recount.differences(tables))


def sweep_here(data_dir: Path) -> str:
    """Calls the sweeper of the stack that runs on the folder; returns the outcome."""
    try:
        worker = Executor("app", environment_of_running(data_dir))
    except FileNotFoundError:
        return f"sweep: no stack runs on {data_dir}"
    try:
        worker.call(SWEEP_HANDLER, schedule_event(), SWEEP_SECONDS, Meanwhile(1.0, lambda: None))
    except CallFailed as failed:
        return f"sweep: {failed}"
    finally:
        worker.stop()
    return "sweep: called once"


def _resource(options: argparse.Namespace, logical_id: str) -> str:
    found = client(options, "cloudformation").describe_stack_resource(
        StackName=options.stack, LogicalResourceId=logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.doctor", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="put right what can be put right from outside")
    parser.add_argument("--recount", action="store_true", help="count also where there are very many items")
    parser.add_argument("--json", action="store_true", help="for programs: one object a finding")
    add_arguments(parser)
    options = parser.parse_args()
    try:
        if not options.stack and is_idle(options.data_dir) and (finding := store(options.data_dir)).advice:
            return _restore(options, finding)
        findings = examine(options)
        for finding in findings:
            print(json.dumps(asdict(finding)) if options.json else _line(finding))
        wrong = [finding for finding in findings if finding.advice]
        done = list(mend(options, wrong)) if options.fix else []
    except (CannotConnect, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 2
    for line in done:
        print(f"  {line}")
    if not options.json:
        print(f"{len(wrong)} of {len(findings)} need a hand." if wrong else "All is well.")
    return 1 if wrong else 0


def _restore(options: argparse.Namespace, finding: Finding) -> int:
    """A store that does not start can't be examined further."""
    print(json.dumps(asdict(finding)) if options.json else _line(finding))
    if not options.fix:
        return 1
    try:
        for line in repair.mend(options.data_dir / "cloud"):
            print(f"  {line}")
    except repair.BeyondRepair as error:
        print(error, file=sys.stderr)
        return 2
    print("Start it with `make run`, and run this once more.")
    return 0


def _line(finding: Finding) -> str:
    mark = "WRONG" if finding.advice else "ok   "
    return f"{mark} {finding.what}: {finding.said}" + (f"\n      {finding.advice}" if finding.advice else "")


if __name__ == "__main__":
    sys.exit(main())
