"""The emulated AWS with one stack on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config

from infra.aws.deployment import stack_name
from infra.aws.package import BUILD, ROOT, lambda_python
from infra.local.settings import free_port
from tests.e2e.stack import eventually

STAGE = "verify"
STACK = stack_name(STAGE)
PACKAGE = BUILD / f"{STAGE}-x86_64"
ARTIFACTS = "artifacts"
VERIFY_PYTHON = ROOT / ".venv-verify" / "bin" / "python"
REGION, ACCOUNT = "us-east-1", "000000000000"


def translated(template: Path, folder: Path, endpoint: str | None = None) -> Path:
    """The template after SAM's transform. endpoint: that of the emulator, which needs changes: no statement that
    forbids HTTP, since it speaks nothing else; a right of its own for batches of messages, where AWS checks
    sqs:SendMessage; no conditions on the keys of items, which it doesn't know; no deployment of the WebSocket API,
    whose type it lacks, since the stage deploys by itself; and the address of its @connections."""
    target = folder / "cloudformation.json"
    environment = os.environ | {"AWS_DEFAULT_REGION": REGION}
    command = [VERIFY_PYTHON, Path(__file__).with_name("translate.py"), template, target, ARTIFACTS]
    subprocess.run(command, check=True, env=environment)
    if endpoint is None:
        return target
    made = json.loads(target.read_text())
    for resource in made["Resources"].values():
        if resource["Type"] == "AWS::S3::BucketPolicy":
            policy = resource["Properties"]["PolicyDocument"]
            policy["Statement"] = [s for s in policy["Statement"] if "aws:SecureTransport" not in json.dumps(s)]
        for policy in resource.get("Properties", {}).get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                if "dynamodb:LeadingKeys" in json.dumps(statement.get("Condition", {})):
                    del statement["Condition"]
                if statement["Action"] == ["sqs:SendMessage"]:
                    statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
        if "MILLRACE_LIVE_ENDPOINT" in variables:
            variables["MILLRACE_LIVE_ENDPOINT"] = {"Fn::Sub": f"{endpoint}/_aws/execute-api/${{WebsocketAPI}}/live"}
        if resource["Type"] == "AWS::ApiGatewayV2::Stage":
            del resource["Properties"]["DeploymentId"]
            resource["Properties"]["AutoDeploy"] = True
    made["Resources"] = {
        name: resource
        for name, resource in made["Resources"].items()
        if resource["Type"] != "AWS::ApiGatewayV2::Deployment"
        if resource["Type"] != "AWS::S3::BucketPolicy" or resource["Properties"]["PolicyDocument"]["Statement"]
    }
    target.write_text(json.dumps(made, indent=1))
    return target


class Cloud:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = folder / "ministack.log"
        command = [sys.executable, "-m", "tests.aws.ministack", str(folder), str(self.port), str(lambda_python())]
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MILLRACE_"))}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=log, stderr=log)
        eventually(self._answers, 60)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.endpoint}/_ministack/health", timeout=5).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def client(self, service: str) -> Any:
        """A client with the rights of the account's owner."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",
            config=Config(signature_version="s3v4") if service == "s3" else None,
        )

    def upload(self, template: Path) -> None:
        s3 = self.client("s3")
        s3.create_bucket(Bucket=ARTIFACTS)
        for path in PACKAGE.glob("*.zip"):
            s3.upload_file(str(path), ARTIFACTS, path.name)
        s3.upload_file(str(template), ARTIFACTS, "template.json")

    def deploy(self, change: str, **parameters: str) -> dict[str, str]:
        """change: create or update. Returns the stack's outputs; fails with the reasons of the failed resources."""
        cloudformation = self.client("cloudformation")
        getattr(cloudformation, f"{change}_stack")(
            StackName=STACK,
            TemplateURL=f"{self.endpoint}/{ARTIFACTS}/template.json",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
        stack = self.settled()
        failed = [
            (event["LogicalResourceId"], event.get("ResourceStatusReason"))
            for event in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
            if "FAILED" in event["ResourceStatus"]
        ]
        assert stack["StackStatus"] == f"{change.upper()}_COMPLETE", failed
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def settled(self) -> Any:
        """The stack, once no change of it is in progress."""

        def look() -> Any:
            [stack] = self.client("cloudformation").describe_stacks(StackName=self.id)["Stacks"]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        return eventually(look, 120)

    @property
    def id(self) -> str:
        """The stack's id, which still finds it after its deletion."""
        for stack in self.client("cloudformation").list_stacks()["StackSummaries"]:
            if stack["StackName"] == STACK:
                return str(stack["StackId"])
        raise AssertionError("there is no stack")

    def messages(self, queue: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = f"{self.endpoint}/{ACCOUNT}/{STACK}-{queue}"
        found = self.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)
