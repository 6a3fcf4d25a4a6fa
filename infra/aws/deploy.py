"""`python -m infra.aws.deploy up|down|adopt`: hands the package to the aws CLI, then tests the deployed address.

Two stacks: CloudFront's resources in us-east-1, then everything else in the region. Each step is a command of the aws
CLI, printed before it runs, so that a deployment can be followed, and repeated by hand.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.aws.adoption import adoption_template, to_import
from infra.aws.deployment import stack_name
from infra.aws.package import BUILD, ROOT
from infra.aws.smoke_test import SmokeTestFailed, try_out

EDGE_REGION = "us-east-1"
PAGE = ROOT / "web" / "dist"
GUIDES = ROOT / "guides"


class Aws:
    """The aws CLI in one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    def run(self, *words: str) -> str:
        command = ["aws", *words, "--region", self._region]
        print("$", shlex.join(command), flush=True)
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 -- our own command
        return done.stdout

    def account(self) -> str:
        identity: dict[str, str] = json.loads(self.run("sts", "get-caller-identity", "--output", "json"))
        return identity["Account"]

    def outputs(self, stack: str) -> dict[str, str]:
        described = json.loads(self.run("cloudformation", "describe-stacks", "--stack-name", stack, "--output", "json"))
        return {o["OutputKey"]: o["OutputValue"] for o in described["Stacks"][0].get("Outputs", ())}

    def deploy(self, stack: str, template: Path, parameters: Mapping[str, str], bucket: str = "") -> dict[str, str]:
        """Creates or updates a stack; returns its outputs. bucket: receives a template of more than 51,200 bytes."""
        given = [f"{name}={value}" for name, value in parameters.items()]
        self.run(
            *("cloudformation", "deploy", "--stack-name", stack, "--template-file", str(template)),
            *(("--s3-bucket", bucket, "--s3-prefix", stack) if bucket else ()),
            *("--no-fail-on-empty-changeset", "--capabilities", "CAPABILITY_NAMED_IAM"),
            *(("--parameter-overrides", *given) if given else ()),
        )
        return self.outputs(stack)


def up(options: argparse.Namespace) -> None:
    """Deploys, uploads the page, and runs the smoke test."""
    package = BUILD / f"{options.stage}-{options.architecture}"
    stack, home = stack_name(options.stage), Aws(options.region)
    given = {"Domain": options.domain, "HostedZoneId": options.zone}
    edge = Aws(EDGE_REGION).deploy(f"{stack}-edge", package / "edge.json", _set(given))
    artifacts = _artifacts(home)
    home.run(
        *("cloudformation", "package", "--template-file", str(package / "template.json"), "--use-json"),
        *("--s3-bucket", artifacts, "--s3-prefix", stack, "--output-template-file", str(package / "packaged.json")),
    )
    given |= {"AdminEmail": options.admin, "AlarmMail": options.mail, "CorsOrigins": options.origins}
    given |= {"MonthlyBudget": options.budget, "WebAclArn": edge["WebAclArn"]}
    given |= {"CertificateArn": edge.get("CertificateArn", "")}
    outputs = home.deploy(stack, package / "packaged.json", _set(given), artifacts)
    publish(home, outputs)
    home.run("s3", "sync", str(GUIDES), f"s3://{outputs['Files']}/guides")
    try_out(outputs["Address"])
    print(f"Millrace is at {outputs['Address']}")


def publish(home: Aws, outputs: Mapping[str, str]) -> None:
    """Uploads the page: browsers keep files with a hash in their names for ever, and check index.html each time."""
    bucket = f"s3://{outputs['Page']}"
    for_ever, anew = "public, max-age=31536000, immutable", "no-cache"
    home.run("s3", "sync", str(PAGE / "assets"), f"{bucket}/assets", "--cache-control", for_ever)
    home.run("s3", "sync", str(PAGE), bucket, "--exclude", "assets/*", "--cache-control", anew)
    home.run(
        *("cloudfront", "create-invalidation", "--distribution-id", outputs["DistributionId"], "--paths", "/index.html")
    )


def down(options: argparse.Namespace) -> None:
    """Removes both stacks. Tables, the files' bucket and the secrets stay: the template retains them."""
    stack, home = stack_name(options.stage), Aws(options.region)
    page = home.outputs(stack)["Page"]
    empty_versions(home, page)
    for region, name in ((options.region, stack), (EDGE_REGION, f"{stack}-edge")):
        aws = Aws(region)
        aws.run("cloudformation", "delete-stack", "--stack-name", name)
        aws.run("cloudformation", "wait", "stack-delete-complete", "--stack-name", name)


def adopt(options: argparse.Namespace) -> None:
    """Makes a new stack around the tables and the files that a removed stack of the stage has left; then comes `up`."""
    stack, home = stack_name(options.stage), Aws(options.region)
    known = to_import(stack, home.account(), options.region)
    named = ("--stack-name", stack, "--change-set-name", "adopt")
    home.run(
        *("cloudformation", "create-change-set", *named, "--change-set-type", "IMPORT"),
        *("--template-body", json.dumps(adoption_template(stack)), "--resources-to-import", json.dumps(known)),
    )
    home.run("cloudformation", "wait", "change-set-create-complete", *named)
    home.run("cloudformation", "execute-change-set", *named)
    home.run("cloudformation", "wait", "stack-import-complete", "--stack-name", stack)


def empty_versions(home: Aws, bucket: str) -> None:
    """Removes all objects and their versions; only an empty bucket can be deleted."""
    while True:
        listed = home.run(
            *("s3api", "list-object-versions", "--bucket", bucket, "--max-items", "500", "--output", "json")
        )
        found = json.loads(listed or "{}")
        things = [*(found.get("Versions") or ()), *(found.get("DeleteMarkers") or ())]
        if not things:
            return
        named = {"Objects": [{"Key": t["Key"], "VersionId": t["VersionId"]} for t in things], "Quiet": True}
        home.run("s3api", "delete-objects", "--bucket", bucket, "--delete", json.dumps(named))


def _artifacts(home: Aws) -> str:
    """The bucket for packages; made at the first deployment of an account."""
    bucket = f"millrace-packages-{home.account()}-{home._region}"
    try:
        home.run("s3api", "head-bucket", "--bucket", bucket)
    except subprocess.CalledProcessError:
        home.run("s3", "mb", f"s3://{bucket}")
    return bucket


def _set(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}


ACTIONS = {"up": up, "down": down, "adopt": adopt}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="infra.aws.deploy", description=__doc__)
    parser.add_argument("what", choices=sorted(ACTIONS))
    parser.add_argument("--stage", default="prod")
    parser.add_argument("--region", default=EDGE_REGION)
    parser.add_argument("--architecture", default="arm64")
    parser.add_argument("--domain", default="", help="the page's host name; none is CloudFront's own")
    parser.add_argument("--zone", default="", help="id of the domain's Route 53 zone")
    parser.add_argument("--admin", default="", help="whose account is an admin's")
    parser.add_argument("--origins", default="", help="of pages elsewhere that may call the API, with commas between")
    parser.add_argument("--mail", default="", help="where alarms go")
    parser.add_argument("--budget", default="", help="US dollars a month")
    options = parser.parse_args(argv)
    try:
        ACTIONS[options.what](options)
    except subprocess.CalledProcessError as failure:
        print(failure.stderr, file=sys.stderr)
        return failure.returncode
    except SmokeTestFailed as failure:
        print(f"The smoke test failed: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
