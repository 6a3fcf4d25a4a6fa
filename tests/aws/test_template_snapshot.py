"""What there is on AWS, by type and name: a change to it is seen in review.

`python -m tests.aws.test_template_snapshot` writes the list anew.
"""

from __future__ import annotations

from pathlib import Path

import app
from chalicelib.pipelines.registry import WORKS
from chalicelib.stores.dynamo.people_items import SETTINGS
from infra.aws.deployment import deployment_template
from infra.aws.edge import edge_template
from infra.aws.functions import functions

SNAPSHOT = Path(__file__).with_name("resources.txt")


def listed() -> str:
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    given_by_chalice = dict.fromkeys((f.id for f in functions(tuple(WORKS))), "AWS::Serverless::Function")
    given_by_chalice["RestAPI"] = "AWS::Serverless::Api"
    lines = [f"{r.get('Type') or given_by_chalice[name]} {name}" for name, r in resources.items()]
    lines += [f"{r['Type']} {name} (us-east-1)" for name, r in edge_template()["Resources"].items()]
    return "".join(f"{line}\n" for line in sorted(lines))


def test_the_resources_are_the_listed_ones() -> None:
    assert listed() == SNAPSHOT.read_text()


def test_data_and_secrets_outlive_the_stack() -> None:
    for name, resource in deployment_template("prod", tuple(WORKS))["Resources"].items():
        kept = {"AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"}
        if name == "OriginSecret":
            continue  # nothing that stays depends on it
        if resource.get("Type") in kept or name == "Bucket":
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name


def test_every_handler_has_its_size_and_its_rights() -> None:

    named = {function.handler for function in functions(tuple(WORKS))}
    assert named == {"api", *(source.handler_string.removeprefix("app.") for source in app.app.event_sources)}


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
    [origin] = [one for one in origins if one["Id"] == "api"]
    header = {
        "HeaderName": "X-Millrace-Origin",
        "HeaderValue": {"Fn::Sub": "{{resolve:secretsmanager:${OriginSecret}}}"},
    }
    assert origin["OriginCustomHeaders"] == [header]
    for function in functions(tuple(WORKS)):
        variables = resources[function.id]["Properties"]["Environment"]["Variables"]
        assert ("MILLRACE_ORIGIN_SECRET" in variables) == (function.handler == "api")
    assert "OriginSecret" not in str(deployment_template("prod", tuple(WORKS))["Outputs"])


def test_what_runs_works_reads_no_account_and_what_opens_drop_folders_accounts_alone() -> None:
    """Of the accounts' table the stored settings, and where a drop folder may be opened, its owner."""
    resources = deployment_template("prod", tuple(WORKS))["Resources"]
    seen = 0
    for function in functions(tuple(WORKS)):
        document = resources[f"{function.id}Role"]["Properties"]["Policies"][0]["PolicyDocument"]
        for statement in document["Statement"]:
            if not any("-accounts" in str(one) for one in statement["Resource"]):
                continue
            seen += 1
            if function.handler in ("api", "clean_up"):
                assert "Condition" not in statement
                continue
            assert statement["Action"] == ["dynamodb:GetItem"], function.handler
            opens = function.handler.partition("_")[0] in ("inspect", "list", "sweep", "undelivered")
            readable = ["SETTINGS", *(("USER#*", "EMAIL#*") if opens else ())]
            assert statement["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": readable}
    assert seen >= len(list(functions(tuple(WORKS))))
    assert SETTINGS[0] == "SETTINGS"


if __name__ == "__main__":
    SNAPSHOT.write_text(listed())
