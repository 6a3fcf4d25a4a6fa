"""The embedded cloud matches the template, even after the definitions have grown."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.aws.template import data_template
from infra.aws.triggers import triggers, undelivered
from infra.local.provision import Provisioner
from infra.local.settings import LocalSettings
from tests.emulator import mock_aws
from tests.local.conftest import Stack

QUEUES = ["inspect-a", "run-a", "inspect-b", "run-b", "cleanup", "webhooks", "import", "live"]


def indexes(table: Any) -> dict[str, Any]:
    return {
        index["IndexName"]: (
            [key["AttributeName"] for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
            sorted(index["Projection"].get("NonKeyAttributes", [])),
        )
        for index in table.get("GlobalSecondaryIndexes", [])
    }


def test_tables_have_their_keys_indexes_and_expiry(stack: Stack) -> None:
    dynamodb = stack.client("dynamodb")
    found = {name: dynamodb.describe_table(TableName=f"millrace-{name}")["Table"] for name in dynamodb_names()}
    for table in found.values():
        assert [key["AttributeName"] for key in table["KeySchema"]] == ["PK", "SK"]
        assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert indexes(found["jobs"]) == {
        "by_owner": (["owner_id", "job_id"], "ALL", []),
        "by_hash": (["owner_hash", "PK"], "KEYS_ONLY", []),
        "due": (["due_shard", "due_at"], "KEYS_ONLY", []),
    }
    assert indexes(found["accounts"]) == {}
    expiry = {
        name: dynamodb.describe_time_to_live(TableName=f"millrace-{name}")["TimeToLiveDescription"]
        for name in dynamodb_names()
    }
    assert expiry["jobs"]["AttributeName"] == expiry["accounts"]["AttributeName"] == "expires_at_epoch"
    assert expiry["jobs"]["TimeToLiveStatus"] == expiry["accounts"]["TimeToLiveStatus"] == "ENABLED"


def dynamodb_names() -> list[str]:
    return ["jobs", "accounts"]


def attributes(stack: Stack, queue: str) -> dict[str, str]:
    found = stack.client("sqs").get_queue_attributes(QueueUrl=stack.queue_url(queue), AttributeNames=["All"])
    return dict(found["Attributes"])


def test_each_queue_gives_up_after_three_receives_to_dead_letters_of_its_own(stack: Stack) -> None:
    listed = stack.client("sqs").list_queues(QueueNamePrefix="millrace-")["QueueUrls"]
    names = {url.rpartition("/millrace-")[2] for url in listed}
    assert names == {name for queue in QUEUES for name in (queue, f"{queue}-dlq")}
    for queue in QUEUES:
        redrive = json.loads(attributes(stack, queue)["RedrivePolicy"])
        assert int(redrive["maxReceiveCount"]) == 3
        assert redrive["deadLetterTargetArn"] == attributes(stack, f"{queue}-dlq")["QueueArn"]
        assert "RedrivePolicy" not in attributes(stack, f"{queue}-dlq")


def test_a_queue_hides_a_message_six_times_as_long_as_its_function_may_take(stack: Stack) -> None:
    assert attributes(stack, "inspect-a")["VisibilityTimeout"] == "1800"
    assert attributes(stack, "run-a")["VisibilityTimeout"] == "5400"


def test_the_bucket_tells_each_pipeline_of_uploads_and_drops(stack: Stack) -> None:
    found = stack.client("s3").get_bucket_notification_configuration(Bucket="millrace")["QueueConfigurations"]
    told = {
        (
            entry["Filter"]["Key"]["FilterRules"][0]["Name"].lower(),
            entry["Filter"]["Key"]["FilterRules"][0]["Value"],
            entry["QueueArn"].rpartition(":")[2],
        )
        for entry in found
    }
    assert told == {
        ("prefix", f"{root}/{p}/", f"millrace-inspect-{p}") for root in ("uploads", "drop") for p in ("a", "b")
    }
    assert all(entry["Events"] == ["s3:ObjectCreated:*"] for entry in found)


def test_only_this_bucket_may_write_into_the_inspect_queues(stack: Stack) -> None:
    (statement,) = json.loads(attributes(stack, "inspect-a")["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"]["ArnLike"] == {"aws:SourceArn": "arn:aws:s3:::millrace"}
    assert "Policy" not in attributes(stack, "run-a")


def test_the_bucket_is_private_encrypted_tidies_up_and_lets_the_page_upload(stack: Stack) -> None:
    s3 = stack.client("s3")
    assert set(s3.get_public_access_block(Bucket="millrace")["PublicAccessBlockConfiguration"].values()) == {True}
    encryption = s3.get_bucket_encryption(Bucket="millrace")["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (cors,) = s3.get_bucket_cors(Bucket="millrace")["CORSRules"]
    assert set(cors["AllowedMethods"]) == {"GET", "HEAD", "PUT"}
    assert f"http://127.0.0.1:{stack.port}" in cors["AllowedOrigins"]
    assert set(cors["ExposeHeaders"]) == {"ETag", "x-amz-checksum-crc32", "x-amz-checksum-sha256"}
    rules = {rule["ID"]: rule for rule in s3.get_bucket_lifecycle_configuration(Bucket="millrace")["Rules"]}
    assert rules["abandoned-multiparts"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert (rules["work"]["Filter"], rules["work"]["Expiration"]["Days"]) == ({"Prefix": "work/"}, 2)
    assert rules["expiring"]["Filter"] == {"Tag": {"Key": "millrace-expires", "Value": "24h"}}
    assert rules["expiring"]["Expiration"]["Days"] == 1
    assert {rule["Status"] for rule in rules.values()} == {"Enabled"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provisioner]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield Provisioner(account="123456789012")


def test_a_pipeline_and_an_index_that_are_added_later_appear_and_what_was_there_stays(aws: Provisioner) -> None:
    small = data_template("m", ["a"], bucket="files")
    del small["Resources"]["JobsTable"]["Properties"]["GlobalSecondaryIndexes"][2]
    small["Resources"]["JobsTable"]["Properties"]["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK", "owner_id", "job_id", "owner_hash")
    ]
    aws.apply(small)
    aws.dynamodb.put_item(TableName="m-jobs", Item={"PK": {"S": "1"}, "SK": {"S": "1"}})
    aws.s3.put_object(Bucket="files", Key="kept", Body=b"1")
    queue = aws.sqs.get_queue_url(QueueName="m-run-a")["QueueUrl"]
    aws.sqs.send_message(QueueUrl=queue, MessageBody="kept")
    for _ in range(2):
        aws.apply(data_template("m", ["a", "b"], bucket="files"))
    table = aws.dynamodb.describe_table(TableName="m-jobs")["Table"]
    assert set(indexes(table)) == {"by_owner", "by_hash", "due"}
    assert aws.dynamodb.scan(TableName="m-jobs")["Count"] == 1
    assert aws.s3.get_object(Bucket="files", Key="kept")["Body"].read() == b"1"
    assert [m["Body"] for m in aws.sqs.receive_message(QueueUrl=queue)["Messages"]] == ["kept"]
    assert aws.sqs.get_queue_url(QueueName="m-inspect-b")
    told = aws.s3.get_bucket_notification_configuration(Bucket="files")["QueueConfigurations"]
    assert len(told) == 4


def test_an_unchanged_notification_is_not_put_again(aws: Provisioner) -> None:
    template = data_template("m", ["a"], bucket="files")
    aws.apply(template)
    calls: list[str] = []
    aws.s3.meta.events.register("before-call.s3.PutBucketNotificationConfiguration", lambda **_: calls.append("put"))
    aws.apply(template)
    assert calls == []


def test_a_resource_without_a_translation_is_an_error_and_not_left_out(aws: Provisioner) -> None:
    template = data_template("m", ["a"], bucket="files")
    template["Resources"]["Topic"] = {"Type": "AWS::SNS::Topic", "Properties": {}}
    with pytest.raises(ValueError, match="AWS::SNS::Topic"):
        aws.apply(template)
    assert boto3.client("sqs").list_queues().get("QueueUrls", []) == []


def test_data_outlives_the_stack_that_describes_it() -> None:
    for resource in data_template("m", ["a"])["Resources"].values():
        if resource["Type"] in ("AWS::S3::Bucket", "AWS::DynamoDB::Table"):
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_every_queue_of_the_template_has_a_trigger_and_the_other_way_round() -> None:
    resources = data_template("m", ["a", "b"])["Resources"].values()
    named = {r["Properties"]["QueueName"] for r in resources if r["Type"] == "AWS::SQS::Queue"}
    assert named == {f"m-{t.queue}" for work in triggers(["a", "b"]) for t in (work, undelivered(work))}


def test_processes_of_the_stack_see_nothing_of_the_users_own_aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    environment = LocalSettings(port=1, data_dir=tmp_path).environment()
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
