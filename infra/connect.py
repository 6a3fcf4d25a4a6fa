"""The stack that a command works on: the running local one, or one on AWS."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.stores.dynamo.table import Table
from infra.local.settings import HOST, REGION, STACK, credentials

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class CannotConnect(Exception):
    """Gives the reason in one sentence for the user."""


@dataclass(frozen=True)
class Tables:
    client: DynamoDBClient
    stack: str

    def table(self, name: str) -> Table:
        """name: `jobs` or `accounts`."""
        return Table(lambda: self.client, f"{self.stack}-{name}")

    @cached_property
    def accounts(self) -> Table:
        return self.table("accounts")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data-dir", type=Path, default=Path(".millrace"), help="of the local stack, which is running")
    where.add_argument("--stack", help="on AWS, with the credentials and the region of the environment")


def connect(options: argparse.Namespace) -> Tables:
    """Raises CannotConnect where no store answers, or where the tables are missing."""
    tables = Tables(client(options, "dynamodb"), options.stack) if options.stack else local(options.data_dir)
    try:
        tables.client.describe_table(TableName=tables.accounts.name)
    except (BotoCoreError, ClientError) as error:
        what = f"the stack {options.stack}" if options.stack else f"Millrace on {options.data_dir}: is it running?"
        raise CannotConnect(f"No answer from {what} ({type(error).__name__})") from None
    return tables


def client(options: argparse.Namespace, service: str) -> Any:
    """boto3's client of a service there. Raises CannotConnect."""
    # The stubs require a literal name.
    return boto3.client(service) if options.stack else _local_client(options.data_dir, service)  # type: ignore[call-overload]


def local(data_dir: Path) -> Tables:
    return Tables(_local_client(data_dir, "dynamodb"), STACK)


def _local_client(data_dir: Path, service: str) -> Any:
    try:
        port = int((data_dir / "cloud-port").read_text())
    except (OSError, ValueError):
        raise CannotConnect(f"Millrace has never run on {data_dir}. Start it with `make run`.") from None
    key_id, secret = credentials(data_dir)
    return boto3.client(  # type: ignore[call-overload]  # likewise
        service,
        endpoint_url=f"http://{HOST}:{port}",
        region_name=REGION,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(retries={"max_attempts": 1}, connect_timeout=3, proxies={}),
    )
