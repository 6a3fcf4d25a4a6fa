"""`make deploy`, `make destroy` and their follow-ups, with the real aws CLI against the emulator."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from infra.aws import deploy
from infra.aws.deployment import stack_name
from infra.aws.smoke_test import try_out
from tests.aws.clouds import ACCOUNT, PACKAGE, REGION, STAGE, VERIFY_PYTHON, Cloud, translated

STACK = stack_name(STAGE)
OPTIONS = argparse.Namespace(
    stage=STAGE,
    region=REGION,
    architecture=PACKAGE.name.removeprefix(f"{STAGE}-"),
    domain="",
    zone="",
    admin="admin@page.example",
    origins="https://elsewhere.example",
    mail="",
    budget="",
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The emulator, with the whole environment of `make deploy` pointed at it."""
    cloud, folder = Cloud(tmp_path_factory.mktemp("cloud")), tmp_path_factory.mktemp("deploying")
    run, page = deploy.Aws.run, folder / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<title>Millrace</title>")
    (page / "assets" / "index-0a1b2c3d.js").write_text("export {}")

    def translating(self: deploy.Aws, *words: str) -> str:
        """The emulator's CloudFormation has no SAM, so a template is translated once it is packaged."""
        said = run(self, *words)
        if words[:2] == ("cloudformation", "package"):
            packaged = Path(words[words.index("--output-template-file") + 1])
            packaged.write_bytes(translated(packaged, folder, cloud.endpoint).read_bytes())
        return said

    def trying(_: str) -> None:
        """The emulator speaks no TLS, so the API's own address stands in for the given one."""
        try_out("", api(deploy.Aws(REGION).outputs(STACK), cloud))

    environment = {
        "PATH": f"{VERIFY_PYTHON.parent}{os.pathsep}{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(deploy.Aws, "run", translating)
        patch.setattr(deploy, "try_out", trying)
        patch.setattr(deploy, "PAGE", page)
        yield cloud
    cloud.stop()


def api(outputs: dict[str, str], cloud: Cloud) -> str:
    return f"{cloud.endpoint}/_aws/execute-api/{outputs['RestAPIId']}/live/api"


def jobs(cloud: Cloud) -> int:
    found: int = cloud.client("dynamodb").scan(TableName=f"{STACK}-jobs", Select="COUNT")["Count"]
    return found


def test_a_deployment_goes_through_and_is_tried(cloud: Cloud) -> None:
    deploy.up(OPTIONS)
    outputs, s3 = deploy.Aws(REGION).outputs(STACK), cloud.client("s3")
    page = s3.get_object(Bucket=outputs["Page"], Key="index.html")
    assert (page["Body"].read(), page["CacheControl"]) == (b"<title>Millrace</title>", "no-cache")
    assert "immutable" in s3.head_object(Bucket=outputs["Page"], Key="assets/index-0a1b2c3d.js")["CacheControl"]
    guides = s3.list_objects_v2(Bucket=outputs["Files"], Prefix="guides/")["Contents"]
    assert {guide["Key"] for guide in guides} == {f"guides/{path.name}" for path in deploy.GUIDES.iterdir()}
    [rule] = s3.get_bucket_cors(Bucket=outputs["Files"])["CORSRules"]
    assert rule["AllowedOrigins"] == [outputs["Address"], "https://elsewhere.example"]
    assert "ETag" in rule["ExposeHeaders"]
    health = requests.get(f"{api(outputs, cloud)}/health", headers={"Origin": "https://elsewhere.example"}, timeout=30)
    assert health.headers["Access-Control-Allow-Origin"] == "https://elsewhere.example"


def test_a_second_deployment_changes_nothing(cloud: Cloud) -> None:
    before, first = jobs(cloud), deploy.Aws(REGION).outputs(STACK)
    deploy.up(OPTIONS)
    assert deploy.Aws(REGION).outputs(STACK) == first
    assert jobs(cloud) >= before


def test_what_a_destroyed_deployment_leaves_is_where_another_begins(cloud: Cloud) -> None:
    first, kept = deploy.Aws(REGION).outputs(STACK), jobs(cloud)
    deploy.down(OPTIONS)
    statuses = {
        s["StackName"]: s["StackStatus"] for s in cloud.client("cloudformation").list_stacks()["StackSummaries"]
    }
    assert statuses == {STACK: "DELETE_COMPLETE", f"{STACK}-edge": "DELETE_COMPLETE"}
    assert jobs(cloud) == kept > 0
    deploy.adopt(OPTIONS)
    deploy.up(OPTIONS)
    again = deploy.Aws(REGION).outputs(STACK)
    assert (again["Files"], again["JobsTableArn"]) == (first["Files"], first["JobsTableArn"])
    assert jobs(cloud) >= kept
