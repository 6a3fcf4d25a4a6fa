"""A separate process of the embedded cloud, with clients for it."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config

from infra.local.settings import credentials, free_port


class Cloud:
    """start() after a kill is a restart. module: infra.local.cloud, or a variant of it."""

    def __init__(self, folder: Path, module: str = "infra.local.cloud") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = 300) -> float:
        """Returns the seconds until it answered."""
        key_id, secret = credentials(self.folder)
        environment = os.environ | {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, str(self.folder / "cloud"), str(self.port)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        while time.monotonic() < began + seconds:
            assert self._process.poll() is None, (self.folder / "log").read_text()
            try:
                if requests.get(f"{self.address}/health", timeout=5).status_code in (200, 404):
                    return time.monotonic() - began
            except requests.ConnectionError:
                time.sleep(0.02)
        raise AssertionError("it did not start")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(60) == 0

    def client(self, service: str, attempts: int = 1) -> Any:
        key_id, secret = credentials(self.folder)
        return boto3.session.Session().client(
            service,
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id=key_id,
            aws_secret_access_key=secret,
            config=Config(
                retries={"total_max_attempts": attempts},
                max_pool_connections=32,
                read_timeout=30,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                **({"signature_version": "s3v4"} if service == "s3" else {}),
            ),
        )
