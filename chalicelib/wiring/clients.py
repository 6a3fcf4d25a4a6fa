"""The part of the wiring that reaches AWS: boto3's clients, and the patience of each."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient


class Clients:
    """boto3's clients, each made at its first use: importing boto3 alone takes a fifth of a second."""

    def __init__(self, public_s3_endpoint: str | None) -> None:
        self._public_s3_endpoint = public_s3_endpoint

    @cached_property
    def session(self) -> Any:
        import boto3

        return boto3.session.Session()

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        config = _config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=3, read_timeout=10)
        client: DynamoDBClient = self.session.client("dynamodb", config=config)
        return client

    @cached_property
    def dynamodb_at_once(self) -> DynamoDBClient:
        """A client for reads that aren't essential: it tries once."""
        config = _config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=1, read_timeout=2)
        client: DynamoDBClient = self.session.client("dynamodb", config=config)
        return client

    @cached_property
    def s3(self) -> S3Client:
        return self._s3(None)

    @cached_property
    def s3_signer(self) -> S3Client:
        return self._s3(self._public_s3_endpoint) if self._public_s3_endpoint else self.s3

    @cached_property
    def functions(self) -> Any:
        """Lambda's."""
        config = _config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=5)
        return self.session.client("lambda", config=config)

    @cached_property
    def sqs(self) -> SQSClient:
        client: SQSClient = self.session.client("sqs", config=_config())
        return client

    def _s3(self, endpoint: str | None) -> S3Client:
        # SigV4 everywhere, and no checksum of boto3's own in signed requests: clients send just the headers that we
        # name.
        config = _config(
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"mode": "standard", "max_attempts": 5},
            max_pool_connections=40,
        )
        client: S3Client = self.session.client("s3", config=config, endpoint_url=endpoint)
        return client


def _config(**more: Any) -> Any:
    """With a fixed User-Agent: botocore composes its own twice for each request, which takes a good part of its
    time."""
    from botocore import __version__
    from botocore.config import Config

    return Config(user_agent=f"millrace Botocore/{__version__}", **more)
