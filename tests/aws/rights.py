"""The IAM rights that a recorded call needs, as infra/aws/grants.py names them, and the difference to those granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.pipelines.registry import WORKS
from infra.aws.functions import functions
from infra.aws.grants import grants
from tests.app.api_world import BUCKET, SETTINGS, STACK

Pair = tuple[str, str]

TABLES = {SETTINGS[name] for name in ("JOBS_TABLE", "ACCOUNTS_TABLE")}
WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
S3 = {
    "HeadObject": "GetObject",
    "GetObject": "GetObject",
    "PutObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "AbortMultipartUpload": "AbortMultipartUpload",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
}
S3_BUCKET = {"ListObjectsV2": "ListBucket", "ListMultipartUploads": "ListBucketMultipartUploads"}

# Rights whose use no test can see: S3 checks ListBucket where an object is missing, and no test has secrets.
UNSEEN = {("secretsmanager:GetSecretValue", "secret"), ("secretsmanager:GetSecretValue", "secret/AdminPassword")}
UNSEEN |= {("execute-api:ManageConnections", "sockets")}  # used by a client of our own, not by boto3
# No emulator in the tests runs functions that are invoked.
UNSEEN |= {("lambda:InvokeFunction", f"function/run-{name}") for name in WORKS}
UNSEEN |= {("secretsmanager:GetSecretValue", f"secret/{name}") for name in ("ConnectionKey", "OriginSecret")}


def needs(call: Mapping[str, Any]) -> set[Pair]:
    """Action and resource of each right. Empty for resources that aren't ours: buckets of others that a deployment
    names, and tables and queues that tests have deleted."""
    service, operation, params = call["service"], call["operation"], call["params"]
    if service == "dynamodb":
        if params["TableName"] not in TABLES:
            return set()
        action = WRITES[params["As"]] if "As" in params else operation
        resource = f"table/{params['TableName'].removeprefix(f'{STACK}-')}"
        return {
            (f"dynamodb:{action}", f"{resource}/index/{params['IndexName']}" if "IndexName" in params else resource)
        }
    if service == "sqs":
        queue = params["QueueUrl"].rpartition("/")[2]
        if not queue.startswith(f"{STACK}-"):
            return set()
        return {(f"sqs:{operation.removesuffix('Batch')}", f"queue/{queue.removeprefix(f'{STACK}-')}")}
    if service == "lambda":
        return {(f"lambda:{operation}Function", f"function/{params['FunctionName'].removeprefix(f'{STACK}-')}")}
    if service != "s3":
        return {(f"{service}:{operation}", "secret")}
    if params["Bucket"] != BUCKET:
        return set()
    if operation in S3_BUCKET:
        return {(f"s3:{S3_BUCKET[operation]}", "bucket")}
    found = {(f"s3:{S3[operation]}", f"bucket/{params['Key'].rstrip('/')}/*")}
    if S3[operation] == "GetObject":
        found.add(("s3:ListBucket", "bucket"))
    if "Tagging" in params:
        found.add(("s3:PutObjectTagging", f"bucket/{params['Key'].rstrip('/')}/*"))
    source = params.get("CopySource")
    if source and source["Bucket"] == BUCKET:
        found.add(("s3:GetObject", f"bucket/{source['Key'].rstrip('/')}/*"))
    return found


def missing(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """Calls of functions without a right. Functions of the tests themselves may do everything."""
    allowed = {handler: _granted(handler) for handler in _handlers()}
    return sorted(
        {
            f"{call['function']} may not {action} on {resource}"
            for call in calls
            if call["function"] in allowed
            for action, resource in needs(call) - allowed[call["function"]]
        }
    )


def unused(calls: Iterable[Mapping[str, Any]]) -> list[str]:
    """Rights of functions that no test made them use. Functions of one kind (inspect_…, run_…) share their code."""
    used: dict[str, set[Pair]] = {}
    for call in calls:
        used.setdefault(_kind(call["function"]), set()).update(_general(pair) for pair in needs(call))
    # Settings are looked up by the first function in a process, whichever it is.
    settings = ("dynamodb:GetItem", "table/accounts")
    return sorted(
        {
            f"{handler} needs no {action} on {resource}"
            for handler in _handlers()
            for action, resource in _granted(handler) - UNSEEN - {settings}
            if _general((action, resource)) not in used.get(_kind(handler), set())
        }
    )


def _granted(handler: str) -> set[Pair]:
    return {pair for grant in grants(handler, tuple(WORKS)) for pair in grant.pairs}


def _handlers() -> list[str]:
    return [function.handler for function in functions(tuple(WORKS))]


def _kind(handler: str) -> str:
    kind = handler.partition("_")[0]
    return kind if kind in ("inspect", "run") else handler


def _general(pair: Pair) -> Pair:
    action, resource = pair
    for queue in ("queue/run-", "queue/inspect-", "function/run-"):
        if resource.startswith(queue):
            return action, queue
    return pair
