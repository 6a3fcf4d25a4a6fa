from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import boto3
import pytest

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.stores.dynamo.catalogue import CatalogueObjects, CatalogueTable
from chalicelib.stores.dynamo.table import Table
from chalicelib.stores.object_bucket import ObjectBucket
from tests.emulator import mock_aws


class World:
    """A catalogue over moto, with a clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 12, tzinfo=UTC)
        numbers = count()
        self.new_id = lambda: f"id{next(numbers):08d}"
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        self.table = CatalogueTable(Table(lambda: dynamodb, "jobs"), self.new_id)
        self.objects = CatalogueObjects(ObjectBucket(lambda: s3, lambda: s3, "files"))
        self.s3 = s3

    def catalogue(self) -> Catalogue:
        """The catalogue as another container has it."""
        return Catalogue(self.table, self.objects, lambda: self.now, self.new_id)

    def later(self, minutes: float = 10) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="files")
        boto3.client("dynamodb").create_table(
            TableName="jobs",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield World()
