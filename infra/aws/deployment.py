"""The whole deployment as one template, merged over Chalice's own for the functions and the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from infra.aws.functions import function_template, functions
from infra.aws.gateway import api_template
from infra.aws.serving import API_HOST, STAGE, serving_template
from infra.aws.sockets import sockets_template
from infra.aws.template import ACCOUNT_BUCKET, data_template, logical_id
from infra.aws.triggers import triggers
from infra.aws.watching import watching_template

Json = dict[str, Any]


def stack_name(stage: str) -> str:
    return f"millrace-{stage}"


def deployment_template(stage: str, pipelines: Sequence[str]) -> Json:
    """The template for `chalice package --merge-template`."""
    stack = stack_name(stage)
    template = data_template(stack, pipelines, origins=ORIGINS)
    resources = template["Resources"]
    resources |= function_template(stack, pipelines, ACCOUNT_BUCKET)
    resources |= serving_template(ACCOUNT_BUCKET)
    work = [f"{logical_id(trigger.queue)}Queue" for trigger in triggers(pipelines)]
    dead = [f"{logical_id(trigger.dead_letter_queue)}Queue" for trigger in triggers(pipelines)]
    resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"].append(TIERED)
    resources |= watching_template([function.id for function in functions(pipelines)], work, dead, pipelines)
    resources["TokenKey"] = _secret("Signs Millrace's tokens; see `Rotating keys` in docs/operations.md.", 64)
    resources["ConnectionKey"] = _secret("Encrypts the keys of users' connections to other servers.", 64)
    # No resource that outlives the stack depends on it.
    own = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    resources["OriginSecret"] = _secret("Tells the API that a request came through CloudFront.", 64) | own
    resources["AdminPassword"] = {"Condition": "HasAdmin"} | _secret("The first admin's password, to be changed.", 24)
    resources["RestAPI"] = api_template(stack)
    resources |= sockets_template(stack)
    return template | {
        "Description": "Millrace: files in, one pass, a zip out",
        "Parameters": PARAMETERS,
        "Conditions": CONDITIONS,
        "Outputs": _outputs(resources) | {"Stage": {"Value": stage}},
    }


def _given(name: str) -> Json:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": name}, ""]}]}


PARAMETERS: Json = {
    "Domain": {"Type": "String", "Default": "", "Description": "The page's host name; none is CloudFront's own."},
    "HostedZoneId": {"Type": "String", "Default": "", "Description": "Route 53 zone that gets the domain's record."},
    "CertificateArn": {"Type": "String", "Default": "", "Description": "For the domain, in us-east-1."},
    "WebAclArn": {"Type": "String", "Default": "", "Description": "The rate limit, in us-east-1."},
    "CorsOrigins": {
        "Type": "String",
        "Default": "",
        "Description": "Pages elsewhere that may call the API and send files, as https://a.example,https://b.example.",
    },
    "AdminEmail": {
        "Type": "String",
        "Default": "",
        "Description": "Whose account is an admin's from its first sign-in.",
    },
    "AlarmMail": {"Type": "String", "Default": "", "Description": "Where alarms and the budget write to."},
    "MonthlyBudget": {"Type": "Number", "Default": 0, "Description": "US dollars; 0 is none."},
    "RequestsPerSecond": {"Type": "Number", "Default": 200, "Description": "Of the whole API."},
}
CONDITIONS: Json = {
    "HasDomain": {"Fn::And": [_given("Domain"), _given("CertificateArn")]},
    "HasZone": {"Fn::And": [_given("Domain"), _given("HostedZoneId")]},
    "HasWebAcl": _given("WebAclArn"),
    "HasAdmin": _given("AdminEmail"),
    "HasCorsOrigins": _given("CorsOrigins"),
    "HasAlarmMail": _given("AlarmMail"),
    "HasBudget": {"Fn::And": [_given("AlarmMail"), {"Fn::Not": [{"Fn::Equals": [{"Ref": "MonthlyBudget"}, 0]}]}]},
}
# Results are read soon or hardly ever.
TIERED: Json = {
    "Id": "results",
    "Status": "Enabled",
    "Prefix": "results/",
    "Transitions": [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 30}],
}
HOST: Json = {"Fn::If": ["HasDomain", {"Ref": "Domain"}, {"Fn::GetAtt": ["Distribution", "DomainName"]}]}
ADDRESS: Json = {"Fn::Sub": ["https://${Host}", {"Host": HOST}]}
ALL_ORIGINS: Json = {"Fn::Split": [",", {"Fn::Sub": ["https://${Host},${CorsOrigins}", {"Host": HOST}]}]}
ORIGINS: Json = {"Fn::If": ["HasCorsOrigins", ALL_ORIGINS, [ADDRESS]]}


def _secret(what: str, length: int) -> Json:
    """Made by AWS and read only by the API; it outlives the stack, as do the tables that it belongs to."""
    return {
        "Type": "AWS::SecretsManager::Secret",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "Description": what,
            "GenerateSecretString": {"PasswordLength": length, "ExcludePunctuation": True},
        },
    }


def _outputs(resources: Json) -> Json:
    """Every address, and the ARN of each resource that has one."""
    outputs: Json = {
        "Address": {"Value": ADDRESS},
        "ApiAddress": {"Value": {"Fn::Sub": f"https://{API_HOST}/{STAGE}"}},
        "Files": {"Value": {"Ref": "Bucket"}},
        "Page": {"Value": {"Ref": "PageBucket"}},
        "DistributionId": {"Value": {"Ref": "Distribution"}},
        "TokenKeyArn": {"Value": {"Fn::GetAtt": ["TokenKey", "Id"]}},
        "ConnectionKeyArn": {"Value": {"Fn::GetAtt": ["ConnectionKey", "Id"]}},
        "AdminPasswordArn": {"Condition": "HasAdmin", "Value": {"Fn::GetAtt": ["AdminPassword", "Id"]}},
        "AlarmTopicArn": {"Value": {"Ref": "AlarmTopic"}},
    }
    with_arn = {"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SQS::Queue"}
    for name, resource in resources.items():
        if (
            resource.get("Type") in with_arn
            or name.endswith("Handler")
            or "FunctionName" in resource.get("Properties", ())
        ):
            outputs.setdefault(f"{name}Arn", {"Value": {"Fn::GetAtt": [name, "Arn"]}})
        if resource.get("Type") == "AWS::SQS::Queue":
            outputs[f"{name}Address"] = {"Value": {"Ref": name}}
    return outputs
