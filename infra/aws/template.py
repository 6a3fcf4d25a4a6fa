"""The data resources of a deployment, as a CloudFormation template: bucket, tables, queues and their notifications.

The only source: `chalice package --merge-template` takes it to AWS, infra/local/provision.py builds the same locally.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from infra.aws.triggers import MAX_RECEIVES, Trigger, triggers, undelivered

Json = dict[str, Any]

TTL_ATTRIBUTE = "expires_at_epoch"
EXPIRY_TAG = ("millrace-expires", "24h")
FOURTEEN_DAYS = 14 * 24 * 3600
ACCOUNT_BUCKET: Json = {"Fn::Sub": "${AWS::StackName}-${AWS::AccountId}-${AWS::Region}"}  # bucket names are global


def data_template(
    stack: str, pipelines: Iterable[str], *, origins: Sequence[str] | Json = ("*",), bucket: str | Json = ACCOUNT_BUCKET
) -> Json:
    """The template for `stack`, the prefix of every table's and queue's name.

    pipelines: names, as in the registry. origins: those of pages that may upload. bucket: its name.
    """
    work = list(triggers(pipelines))
    resources: Json = {"Bucket": _bucket(bucket, work, origins), "BucketPolicy": _tls_only()}
    resources |= _tables(stack)
    for trigger in work:
        resources |= _queue(stack, trigger)
    resources["NotificationPolicy"] = _notification_policy(bucket, work)
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def logical_id(name: str) -> str:
    """inspect-media → InspectMedia: CloudFormation accepts letters and digits only."""
    return "".join(word.capitalize() for word in name.replace("_", "-").split("-"))


def _queue_id(queue: str) -> str:
    return f"{logical_id(queue)}Queue"


def _arn(resource: str) -> Json:
    return {"Fn::GetAtt": [resource, "Arn"]}


# S3 notifies a pipeline of new files under two prefixes: uploads of the page and clients, and drop folders.
def arrivals(work: Iterable[Trigger]) -> list[tuple[str, str]]:
    return [
        (f"{root}/{trigger.queue.removeprefix('inspect-')}/", trigger.queue)
        for trigger in work
        if trigger.queue.startswith("inspect-")
        for root in ("uploads", "drop")
    ]


def _bucket(name: str | Json, work: Iterable[Trigger], origins: Sequence[str] | Json) -> Json:
    tag, value = EXPIRY_TAG
    return {
        "Type": "AWS::S3::Bucket",
        "DependsOn": "NotificationPolicy",  # S3 tries each queue before it accepts the notification
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": name,
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
            "CorsConfiguration": {
                "CorsRules": [
                    {
                        "AllowedOrigins": origins if isinstance(origins, dict) else list(origins),
                        "AllowedMethods": ["GET", "HEAD", "PUT"],
                        "AllowedHeaders": ["*"],
                        "ExposedHeaders": ["ETag", "x-amz-checksum-crc32", "x-amz-checksum-sha256"],
                        "MaxAge": 3600,
                    }
                ]
            },
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "Id": "abandoned-multiparts",
                        "Status": "Enabled",
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
                    },
                    {"Id": "work", "Status": "Enabled", "Prefix": "work/", "ExpirationInDays": 2},
                    {
                        "Id": "expiring",
                        "Status": "Enabled",
                        "TagFilters": [{"Key": tag, "Value": value}],
                        "ExpirationInDays": 1,
                    },
                ]
            },
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {
                        "Event": "s3:ObjectCreated:*",
                        "Queue": _arn(_queue_id(queue)),
                        "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": prefix}]}},
                    }
                    for prefix, queue in arrivals(work)
                ]
            },
        },
    }


def _tls_only() -> Json:
    bucket = _arn("Bucket")
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Bucket"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [bucket, {"Fn::Sub": "${Bucket.Arn}/*"}],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }


def _tables(stack: str) -> Json:
    by_owner = _index("by_owner", "owner_id", "job_id", {"ProjectionType": "ALL"})
    by_hash = _index("by_hash", "owner_hash", "PK", {"ProjectionType": "KEYS_ONLY"})
    due = _index("due", "due_shard", "due_at", {"ProjectionType": "KEYS_ONLY"})
    return {
        "JobsTable": _table(f"{stack}-jobs", [by_owner, by_hash, due]),
        "AccountsTable": _table(f"{stack}-accounts", []),
    }


def _index(name: str, hash_key: str, range_key: str, projection: Json) -> Json:
    return {"IndexName": name, "KeySchema": _keys(hash_key, range_key), "Projection": projection}


def _keys(hash_key: str, range_key: str) -> list[Json]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def _table(name: str, indexes: list[Json]) -> Json:
    keys = _keys("PK", "SK")
    attributes = sorted(
        {key["AttributeName"] for schema in [keys, *(i["KeySchema"] for i in indexes)] for key in schema}
    )
    properties: Json = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": a, "AttributeType": "S"} for a in attributes],
        "KeySchema": keys,
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "TimeToLiveSpecification": {"AttributeName": TTL_ATTRIBUTE, "Enabled": True},
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }


def _queue(stack: str, trigger: Trigger) -> Json:
    dead = undelivered(trigger)
    common = {"MessageRetentionPeriod": FOURTEEN_DAYS, "SqsManagedSseEnabled": True}
    return {
        _queue_id(dead.queue): {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "QueueName": f"{stack}-{dead.queue}",
                "VisibilityTimeout": dead.visibility_seconds,
                **common,
            },
        },
        _queue_id(trigger.queue): {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "QueueName": f"{stack}-{trigger.queue}",
                "VisibilityTimeout": trigger.visibility_seconds,
                "RedrivePolicy": {
                    "deadLetterTargetArn": _arn(_queue_id(dead.queue)),
                    "maxReceiveCount": MAX_RECEIVES,
                },
                **common,
            },
        },
    }


def _notification_policy(bucket: str | Json, work: Iterable[Trigger]) -> Json:
    told = list(dict.fromkeys(queue for _, queue in arrivals(work)))
    # The bucket's name and not its ARN, which would make the bucket and the policy wait for each other.
    source = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", bucket]]}
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": _queue_id(queue)} for queue in told],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "s3.amazonaws.com"},
                        "Action": "sqs:SendMessage",
                        "Resource": [_arn(_queue_id(queue)) for queue in told],
                        "Condition": {
                            "ArnLike": {"aws:SourceArn": source},
                            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                        },
                    }
                ],
            },
        },
    }
