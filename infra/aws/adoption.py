"""Adopts the tables and the bucket of a removed deployment into a new one.

CloudFormation imports existing resources into a stack by a separate change set, which creates nothing; an ordinary
deployment then adds the rest.
"""

from __future__ import annotations

from typing import Any

from infra.aws.template import ACCOUNT_BUCKET, data_template

Json = dict[str, Any]

NAMES = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName"}


def adoption_template(stack: str) -> Json:
    """The tables as they are deployed, and the bucket without its references to queues and addresses."""
    found = {n: r for n, r in data_template(stack, ())["Resources"].items() if r.get("Type") == "AWS::DynamoDB::Table"}
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    bucket = {"Type": "AWS::S3::Bucket", **kept, "Properties": {"BucketName": ACCOUNT_BUCKET}}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Bucket": bucket, **found}}


def to_import(stack: str, account: str, region: str) -> list[Json]:
    """The import list for CloudFormation: the existing resource for each resource of the template."""
    return [
        {
            "ResourceType": resource["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": {
                NAMES[resource["Type"]]: resource["Properties"].get("TableName", f"{stack}-{account}-{region}")
            },
        }
        for name, resource in adoption_template(stack)["Resources"].items()
    ]
