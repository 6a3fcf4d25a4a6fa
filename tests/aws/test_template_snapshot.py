"""The resources on AWS, by type and name: review sees each change to them.

`python -m tests.aws.test_template_snapshot` regenerates the list.
"""

from __future__ import annotations

import json
from pathlib import Path

import app
from chalicelib.pipelines.registry import WORKS
from chalicelib.stores.dynamo.people_items import SETTINGS
from infra.aws.deployment import deployment_template
from infra.aws.edge import edge_template
from infra.aws.functions import functions
from infra.aws.serving import ALL_BUT_HOST, UNCACHED
from infra.local.compressing import LEAST

SNAPSHOT = Path(__file__).with_name("resources.txt")


def listed() -> str:
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    given_by_chalice = dict.fromkeys((f.id for f in functions(tuple(WORKS))), "AWS::Serverless::Function")
    given_by_chalice["RestAPI"] = "AWS::Serverless::Api"
    given_by_chalice |= {"WebsocketAPI": "AWS::ApiGatewayV2::Api", "WebsocketAPIStage": "AWS::ApiGatewayV2::Stage"}
    lines = [f"{r.get('Type') or given_by_chalice[name]} {name}" for name, r in resources.items()]
    lines += [f"{r['Type']} {name} (us-east-1)" for name, r in edge_template()["Resources"].items()]
    return "".join(f"{line}\n" for line in sorted(lines))


def test_the_resources_are_the_listed_ones() -> None:
    assert listed() == SNAPSHOT.read_text()


def test_data_and_secrets_outlive_the_stack() -> None:
    for name, resource in deployment_template("prod", tuple(WORKS))["Resources"].items():
        kept = {"AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"}
        if name == "OriginSecret":
            continue  # no resource that stays depends on it
        if resource.get("Type") in kept or name == "Bucket":
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name


def test_every_handler_has_its_size_and_its_rights() -> None:

    named = {function.handler for function in functions(tuple(WORKS))}
    sources = [*app.app.event_sources, *app.app.websocket_handlers.values()]
    assert named == {"api", *(source.handler_string.removeprefix("app.") for source in sources)}


def test_no_role_has_a_wildcard_for_an_action_or_for_all_resources() -> None:
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    roles = [r["Properties"] for r in resources.values() if r.get("Type") == "AWS::IAM::Role"]
    assert len(roles) == len(list(functions(tuple(WORKS))))
    for role in roles:
        for statement in role["Policies"][0]["PolicyDocument"]["Statement"]:
            assert not any("*" in action for action in statement["Action"])
            found = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert "*" not in found


def test_the_distribution_tells_the_api_that_a_request_came_through_it() -> None:
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    origins = resources["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    guarded = [one for one in origins if one["Id"] in ("api", "sockets")]
    header = {
        "HeaderName": "X-Millrace-Origin",
        "HeaderValue": {"Fn::Sub": "{{resolve:secretsmanager:${OriginSecret}}}"},
    }
    assert [one["OriginCustomHeaders"] for one in guarded] == [[header]] * 2
    for function in functions(tuple(WORKS)):
        variables = resources[function.id]["Properties"]["Environment"]["Variables"]
        assert ("MILLRACE_ORIGIN_SECRET" in variables) == (function.handler in ("api", "live_connect"))
    assert "OriginSecret" not in str(deployment_template("prod", tuple(WORKS))["Outputs"])


def test_the_api_compresses_what_cloudfront_does_not() -> None:
    """CloudFront doesn't compress responses that it may not cache, and this behaviour forwards every header of a client
    except Host. API Gateway therefore sees Accept-Encoding and compresses, from the same size on as the local stack."""
    assert json.loads(Path(".chalice/config.json").read_text())["minimum_compression_size"] == LEAST
    distribution = deployment_template("prod", tuple(WORKS))["Resources"]["Distribution"]
    behaviours = distribution["Properties"]["DistributionConfig"]["CacheBehaviors"]
    [api] = [one for one in behaviours if one["PathPattern"] == "/api/*"]
    assert (api["CachePolicyId"], api["OriginRequestPolicyId"]) == (UNCACHED, ALL_BUT_HOST)


def test_no_function_that_looks_into_files_reads_an_account() -> None:
    """They read the stored settings in the accounts' table; where a drop folder may be opened, also its owner's key."""
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    given = {"Null": {"dynamodb:LeadingKeys": "false"}}
    settings = given | {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["SETTINGS"]}}
    standing = given | {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["SETTINGS", "USER#*", "KEY#*"]}}
    owners = given | {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["USER#*", "EMAIL#*"]},
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["PK", "SK", "user_id"]},
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    for function in functions(tuple(WORKS)):
        document = resources[f"{function.id}Role"]["Properties"]["Policies"][0]["PolicyDocument"]
        of_accounts = [one for one in document["Statement"] if "-accounts" in str(one["Resource"])]
        if function.handler in ("api", "clean_up"):
            assert not any("Condition" in one for one in of_accounts)
            continue
        opens = function.handler.partition("_")[0] in ("inspect", "list", "sweep", "undelivered")
        asks = function.handler in ("watch_jobs", "live_connect", "live_message")
        assert [one["Condition"] for one in of_accounts] == (
            [standing] if asks else [settings, *([owners] if opens else [])]
        )
        assert all(one["Action"] == ["dynamodb:GetItem"] for one in of_accounts)
    assert SETTINGS[0] == "SETTINGS"


if __name__ == "__main__":
    SNAPSHOT.write_text(listed())
