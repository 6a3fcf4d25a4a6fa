"""The real stores on moto, in tables and buckets from the definitions for AWS, with the fakes beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.stores.dynamo.job_table import JobTable
from chalicelib.stores.dynamo.table import Table
from chalicelib.stores.object_bucket import ObjectBucket
from infra.aws.template import data_template
from infra.local.provision import Provisioner
from tests.emulator import mock_aws
from tests.fakes import MemoryJobs, MemoryObjects
from tests.fakes.world import BEGIN

PIPELINES = ("photos", "scans")
BUCKET = "own-bucket"
ACCOUNT = "123456789012"


@dataclass
class Cloud:
    """moto with the deployment's data."""

    s3: Any
    dynamodb: Any
    sqs: Any
    jobs: JobTable
    objects: ObjectBucket


def provision() -> Cloud:
    config = Config(signature_version="s3v4", request_checksum_calculation="when_required")
    s3 = boto3.client("s3", region_name="us-east-1", config=config)
    dynamodb = boto3.client("dynamodb", region_name="us-east-1")
    sqs = boto3.client("sqs", region_name="us-east-1")
    Provisioner(s3, sqs, dynamodb, account=ACCOUNT).apply(data_template("millrace", PIPELINES, bucket=BUCKET))
    jobs = JobTable(Table(lambda: dynamodb, "millrace-jobs"), clock=lambda: BEGIN)
    return Cloud(s3, dynamodb, sqs, jobs, ObjectBucket(lambda: s3, lambda: s3, BUCKET))


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield provision()


@pytest.fixture(params=["memory", "moto"])
def jobs(request: pytest.FixtureRequest) -> Any:
    return MemoryJobs() if request.param == "memory" else request.getfixturevalue("cloud").jobs


@pytest.fixture(params=["memory", "moto"])
def objects(request: pytest.FixtureRequest) -> Any:
    return MemoryObjects(lambda: BEGIN) if request.param == "memory" else request.getfixturevalue("cloud").objects
