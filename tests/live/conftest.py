"""The jobs table over moto."""

from collections.abc import Iterator

import boto3
import pytest

from chalicelib.stores.dynamo.live_table import LiveTable
from chalicelib.stores.dynamo.table import Table
from infra.aws.template import data_template
from infra.local.provision import Provisioner
from tests.emulator import mock_aws
from tests.live.live_world import LiveWorld


@pytest.fixture(scope="module")
def client() -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws():
            template = data_template("millrace", (), bucket="millrace")
            table = template["Resources"]["JobsTable"]
            Provisioner(account="123456789012").apply({"Resources": {"JobsTable": table}})
            yield boto3.client("dynamodb")


@pytest.fixture
def world(client: object) -> LiveWorld:
    return LiveWorld(LiveTable(Table(lambda: client, "millrace-jobs")))  # type: ignore[arg-type, return-value]
