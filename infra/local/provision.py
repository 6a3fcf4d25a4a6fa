"""Builds the resources of the CloudFormation template on any endpoint that speaks S3, DynamoDB and SQS.

CloudFormation itself doesn't work there: emulators silently omit lifecycle rules or encryption. Everything is
safe to repeat: existing resources are kept and updated to the template, those no longer named are left alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.jobs import keys
from chalicelib.jobs.library.guides import TYPES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

Json = dict[str, Any]
Resources = Mapping[str, Json]

# There is no TLS locally that could be required.
ONLY_ON_AWS = {"AWS::S3::BucketPolicy"}
ORDER = ("AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::SQS::QueuePolicy", "AWS::S3::Bucket")


class Provisioner:
    """Clients come from the environment unless given; account and region are those of the ARNs."""

    def __init__(
        self,
        s3: S3Client | None = None,
        sqs: SQSClient | None = None,
        dynamodb: DynamoDBClient | None = None,
        *,
        account: str = "000000000000",
    ) -> None:
        self.s3 = s3 or boto3.client("s3")
        self.sqs = sqs or boto3.client("sqs")
        self.dynamodb = dynamodb or boto3.client("dynamodb")
        self.region = self.sqs.meta.region_name
        self.account = account

    def apply(self, template: Json) -> None:
        """Creates or updates every resource. Raises ValueError for a type without a translation."""
        resources: Resources = template["Resources"]
        build: dict[str, Callable[[Json], None]] = {
            "AWS::SQS::Queue": self._queue,
            "AWS::DynamoDB::Table": self._table,
            "AWS::SQS::QueuePolicy": self._queue_policy,
            "AWS::S3::Bucket": self._bucket,
        }
        if unknown := {r["Type"] for r in resources.values()} - set(ORDER) - ONLY_ON_AWS:
            raise ValueError(f"No local translation of {', '.join(sorted(unknown))}")
        # A queue that redrives needs its dead-letter queue first.
        ordered = sorted(
            (r for r in resources.values() if r["Type"] in ORDER),
            key=lambda r: (ORDER.index(r["Type"]), "RedrivePolicy" in r["Properties"]),
        )
        for resource in ordered:
            build[resource["Type"]](self._resolve(resource["Properties"], resources))

    def put_guides(self, bucket: str, folder: Path) -> None:
        """Puts the guides of a folder where the API finds them; existing ones are left alone."""
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=keys.GUIDES).get("Contents", ())
        there = {thing["Key"]: thing["ETag"].strip('"') for thing in listed}
        for path in sorted(path for path in folder.iterdir() if path.suffix in TYPES):
            key, content = f"{keys.GUIDES}{path.name}", path.read_bytes()
            if there.get(key) != hashlib.md5(content, usedforsecurity=False).hexdigest():
                self.s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=TYPES[path.suffix])

    def _resolve(self, value: Any, resources: Resources) -> Any:
        """The value with CloudFormation's functions evaluated, as far as the template uses them."""
        if isinstance(value, list):
            return [self._resolve(item, resources) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"Ref": "AWS::AccountId"}:
                return self.account
            case {"Ref": "AWS::Partition"}:
                return "aws"
            case {"Ref": str(name)}:
                return resources[name]["Properties"]["QueueName"]
            case {"Fn::GetAtt": [str(name), "Arn"]}:
                return f"arn:aws:sqs:{self.region}:{self.account}:{resources[name]['Properties']['QueueName']}"
            case {"Fn::Join": [str(separator), list(parts)]}:
                return separator.join(self._resolve(parts, resources))
            case _ if any(key.startswith("Fn::") for key in value):
                raise ValueError(f"No local translation of {value}")
        return {key: self._resolve(item, resources) for key, item in value.items()}

    def _queue(self, properties: Json) -> None:
        attributes: Any = {
            name: json.dumps(value) if isinstance(value, dict) else _text(value)
            for name, value in properties.items()
            if name != "QueueName"
        }
        # Created bare and configured afterwards: creating it again with other attributes is an error.
        url = self.sqs.create_queue(QueueName=properties["QueueName"])["QueueUrl"]
        self.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    def _queue_policy(self, properties: Json) -> None:
        for name in properties["Queues"]:
            url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
            policy = json.dumps(properties["PolicyDocument"])
            self.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

    def _table(self, properties: Json) -> None:
        name = properties["TableName"]
        separate = {"TimeToLiveSpecification", "PointInTimeRecoverySpecification", "SSESpecification"}
        try:
            table = self.dynamodb.describe_table(TableName=name)["Table"]
        except self.dynamodb.exceptions.ResourceNotFoundException:
            self.dynamodb.create_table(**{k: v for k, v in properties.items() if k not in separate})
        else:
            self._add_indexes(properties, {index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])})
        self.dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        if ttl := properties.get("TimeToLiveSpecification"):
            now = self.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
                self.dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)

    def _add_indexes(self, properties: Json, present: set[str]) -> None:
        for index in properties.get("GlobalSecondaryIndexes", []):
            if index["IndexName"] not in present:
                self.dynamodb.update_table(
                    TableName=properties["TableName"],
                    AttributeDefinitions=properties["AttributeDefinitions"],
                    GlobalSecondaryIndexUpdates=[{"Create": index}],
                )

    def _bucket(self, properties: Json) -> None:
        name = properties["BucketName"]
        try:
            self.s3.head_bucket(Bucket=name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            self.s3.create_bucket(Bucket=name)
        self.s3.put_public_access_block(
            Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
        )
        self.s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
        self.s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration=_encryption(properties["BucketEncryption"]),
        )
        self.s3.put_bucket_cors(Bucket=name, CORSConfiguration=_cors(properties["CorsConfiguration"]))
        self.s3.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration=_lifecycle(properties["LifecycleConfiguration"])
        )
        wanted = _notifications(properties["NotificationConfiguration"])
        # Each put makes S3 send a test message to every queue, so an unchanged configuration is left alone.
        found = self.s3.get_bucket_notification_configuration(Bucket=name).get("QueueConfigurations", [])
        if _told(found) != _told(wanted):
            self.s3.put_bucket_notification_configuration(
                Bucket=name, NotificationConfiguration={"QueueConfigurations": wanted}
            )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _renamed(rule: Json, names: Mapping[str, str]) -> Json:
    return {names.get(key, key): value for key, value in rule.items()}


def _encryption(configuration: Json) -> Any:
    names = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
    return {"Rules": [_renamed(rule, names) for rule in configuration["ServerSideEncryptionConfiguration"]]}


def _cors(configuration: Json) -> Any:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    return {"CORSRules": [_renamed(rule, names) for rule in configuration["CorsRules"]]}


def _lifecycle(configuration: Json) -> Any:
    rules = []
    for source in configuration["Rules"]:
        rule = {key: source[key] for key in ("Status", "AbortIncompleteMultipartUpload") if key in source}
        rule["ID"] = source["Id"]
        tags = source.get("TagFilters")
        rule["Filter"] = {"Tag": tags[0]} if tags else {"Prefix": source.get("Prefix", "")}
        if days := source.get("ExpirationInDays"):
            rule["Expiration"] = {"Days": days}
        rules.append(rule)
    return {"Rules": rules}


def _notifications(configuration: Json) -> list[Any]:
    return [
        {
            "QueueArn": entry["Queue"],
            "Events": [entry["Event"]],
            "Filter": {"Key": {"FilterRules": entry["Filter"]["S3Key"]["Rules"]}},
        }
        for entry in configuration["QueueConfigurations"]
    ]


def _told(entries: list[Any]) -> set[tuple[str, str, str]]:
    return {
        (entry["QueueArn"], *entry["Events"], *(rule["Value"] for rule in entry["Filter"]["Key"]["FilterRules"]))
        for entry in entries
    }
