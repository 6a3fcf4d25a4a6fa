"""The commands of a deployment to the aws CLI, their order, and the failures that its smoke test must catch."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from chalicelib.pipelines.registry import WORKS
from infra.aws import deploy
from infra.aws.deployment import deployment_template
from infra.aws.smoke_test import SmokeTestFailed, try_out

OUTPUTS = {
    "Files": "files-bucket",
    "WebAclArn": "arn:acl",
    "Page": "page-bucket",
    "DistributionId": "E1",
    "Address": "https://page.example",
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Each command: the region, then the words."""
    commands: list[tuple[str, ...]] = []

    def run(self: deploy.Aws, *words: str) -> str:
        commands.append((self._region, *words))
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
        answers = {
            "describe-stacks": {"Stacks": [{"Outputs": outputs}]},
            "get-caller-identity": {"Account": "123456789012"},
            "list-object-versions": {},
        }
        return json.dumps(answers.get(words[1], {}))

    monkeypatch.setattr(deploy.Aws, "run", run)
    monkeypatch.setattr(deploy, "try_out", lambda address: commands.append(("try", address)))
    return commands


def options(**given: str) -> argparse.Namespace:
    named = dict.fromkeys(("domain", "zone", "admin", "origins", "mail", "budget"), "")
    return argparse.Namespace(**(named | {"stage": "prod", "region": "eu-central-1", "architecture": "arm64"} | given))


def test_the_edge_goes_first_and_the_smoke_test_last(asked: list[tuple[str, ...]]) -> None:
    deploy.up(options(domain="page.example", mail="ops@page.example"))
    deployed = [command for command in asked if command[1:3] == ("cloudformation", "deploy")]
    assert [(c[0], c[4]) for c in deployed] == [("us-east-1", "millrace-prod-edge"), ("eu-central-1", "millrace-prod")]
    assert {"Domain=page.example", "AlarmMail=ops@page.example", "WebAclArn=arn:acl"} <= set(deployed[1])
    assert not [word for word in deployed[1] if word.endswith("=")]
    # CloudFormation takes a template of this size only from a bucket.
    assert deployed[1][deployed[1].index("--s3-bucket") + 1] == "millrace-packages-123456789012-eu-central-1"
    assert asked[-1] == ("try", "https://page.example")


def test_the_page_is_looked_at_anew_and_its_parts_are_kept(asked: list[tuple[str, ...]]) -> None:
    deploy.publish(deploy.Aws("eu-central-1"), OUTPUTS)
    parts, page, invalidation = asked
    assert (parts[4], parts[-1]) == ("s3://page-bucket/assets", "public, max-age=31536000, immutable")
    assert (page[4], page[-1]) == ("s3://page-bucket", "no-cache")
    assert invalidation[-1] == "/index.html"


def test_the_guides_go_into_the_bucket_of_files_and_none_that_is_there_goes(asked: list[tuple[str, ...]]) -> None:
    deploy.up(options())
    [guides] = [command for command in asked if command[-1] == "s3://files-bucket/guides"]
    assert guides[1:3] == ("s3", "sync")
    assert "--delete" not in guides


def test_both_stacks_go_and_nothing_is_deleted_of_the_data(asked: list[tuple[str, ...]]) -> None:
    deploy.down(options())
    gone = [(c[0], c[4]) for c in asked if c[1:3] == ("cloudformation", "delete-stack")]
    assert gone == [("eu-central-1", "millrace-prod"), ("us-east-1", "millrace-prod-edge")]
    assert {c[4] for c in asked if c[1] == "s3api"} == {"page-bucket"}


def test_a_stack_begins_anew_around_what_another_has_left(asked: list[tuple[str, ...]]) -> None:
    deploy.adopt(options())
    [made] = [command for command in asked if "create-change-set" in command]
    given = dict(zip(made[3::2], made[4::2], strict=True))
    assert (given["--stack-name"], given["--change-set-type"]) == ("millrace-prod", "IMPORT")
    template, named = json.loads(given["--template-body"]), json.loads(given["--resources-to-import"])
    assert {one["LogicalResourceId"] for one in named} == set(template["Resources"])
    assert {"BucketName": "millrace-prod-123456789012-eu-central-1"} in [one["ResourceIdentifier"] for one in named]
    for name, resource in template["Resources"].items():
        assert resource["DeletionPolicy"] == "Retain"
        deployed = deployment_template("prod", tuple(WORKS))["Resources"][name]
        assert resource["Type"] == deployed["Type"]
        assert resource["Properties"].items() <= deployed["Properties"].items()
    assert asked[-1][1:4] == ("cloudformation", "wait", "stack-import-complete")


@pytest.fixture
def broken() -> Iterator[str]:
    """The address of a server that answers every request with 503."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_smoke_test_says_where_it_failed(broken: str) -> None:
    with pytest.raises(SmokeTestFailed, match="/api/auth/guest answers 503"):
        try_out(broken)
