"""After a kill: S3 may hold objects whose event was lost with the queues' last second, so they are announced again.

S3 announces at least once anyway; whoever listens takes the second event as the repetition that it is.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

import boto3


def announce_again(bucket: str, since: datetime) -> int:
    """Sends the event of every object stored since then to the queues that the bucket's notifications name.

    Returns how many were sent. One listing of the bucket: events don't say what S3 holds, S3 does.
    """
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    told = [
        (rule["Value"], sqs.get_queue_url(QueueName=entry["QueueArn"].rpartition(":")[2])["QueueUrl"])
        for entry in s3.get_bucket_notification_configuration(Bucket=bucket).get("QueueConfigurations", [])
        for rule in entry["Filter"]["Key"]["FilterRules"]
    ]
    sent = 0
    for prefix, queue_url in told:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for found in page.get("Contents", []):
                if found["LastModified"] >= since:
                    sqs.send_message(QueueUrl=queue_url, MessageBody=json.dumps(_created(bucket, found)))
                    sent += 1
    return sent


def _created(bucket: str, found: Any) -> dict[str, Any]:
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": found["LastModified"].isoformat().replace("+00:00", "Z"),
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": {
                "key": quote_plus(found["Key"], safe="/"),
                "size": found["Size"],
                "eTag": found["ETag"].strip('"'),
            },
        },
    }
    return {"Records": [record]}
