"""Secrets in AWS Secrets Manager.

IAM: secretsmanager:GetSecretValue.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError


class Secrets:
    def __init__(self, client: Any) -> None:
        self._client = client

    def value(self, secret: str) -> str:
        return str(self._client.get_secret_value(SecretId=secret)["SecretString"])

    def versions(self, secret: str) -> tuple[str, ...]:
        """The value, and the previous one if any."""
        try:
            before = self._client.get_secret_value(SecretId=secret, VersionStage="AWSPREVIOUS")["SecretString"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return (self.value(secret),)
        return self.value(secret), str(before)
