"""The functions: memory, time, layers, environment, role and event sources of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.pipelines.functions import worker_functions
from infra.aws.grants import Grant, arn, grants
from infra.aws.sockets import SOCKETS_HOST, SOCKETS_STAGE
from infra.aws.template import logical_id
from infra.aws.triggers import SWEEP_HANDLER, SWEEP_SECONDS, triggers, undelivered

Json = dict[str, Any]

API, API_SECONDS = "api", 29
LOG_DAYS = 30
SOCKET_HANDLERS = {
    "live_connect": "WebsocketConnect",
    "live_message": "WebsocketMessage",
    "live_disconnect": "WebsocketDisconnect",
}
"""The handlers of a socket, and their names in Chalice."""


@dataclass(frozen=True)
class Function:
    """memory: MB, which also sets the CPU: 1,769 MB are one core. layers: folders of infra/aws/layers. disk: MB under
    /tmp. at_once: the most instances that may work on one queue at a time, at least 2."""

    handler: str
    memory: int
    seconds: int
    layers: tuple[str, ...] = ()
    disk: int = 512
    at_once: int = 50

    @property
    def id(self) -> str:
        """Chalice's name for it in the template."""
        if self.handler in SOCKET_HANDLERS:
            return SOCKET_HANDLERS[self.handler]
        return "APIHandler" if self.handler == API else logical_id(self.handler)

    @property
    def entry(self) -> str:
        """The entry point for Lambda."""
        return "app.app" if self.handler == API else f"app.{self.handler}"


# Of the core's own functions; the pipelines state their own needs.
SIZES: dict[str, dict[str, Any]] = {
    "list_objects": {"memory": 1024, "at_once": 10},
    "clean_up": {"memory": 1024, "at_once": 10},
    "deliver_webhooks": {"memory": 512},
    "undelivered": {"memory": 512, "at_once": 5},
    "sweep": {"memory": 1024},
    # A full core, to shorten the time of a thousand messages.
    "watch_jobs": {"memory": 1769, "layers": ("api",)},
    "live_connect": {"memory": 1024},
    "live_message": {"memory": 1024, "layers": ("api",)},
    "live_disconnect": {"memory": 512},
    API: {"memory": 1769, "layers": ("api",)},
}


def missing_settings(pipelines: Sequence[str]) -> list[str]:
    """For each handler of the deployment without a size or rights, a sentence that names the file to edit."""
    workers = {function.handler for function in worker_functions(pipelines)}
    fed = {trigger.handler for trigger in _feeds(pipelines)} | {SWEEP_HANDLER, API, *SOCKET_HANDLERS}
    found = [
        f"The function {handler} has no size: add it to SIZES in infra/aws/functions.py."
        for handler in sorted(fed - workers - SIZES.keys())
    ]
    for handler in sorted(fed):
        try:
            grants(handler, pipelines)
        except KeyError:
            found.append(f"The function {handler} has no rights: add it to grants() in infra/aws/grants.py.")
    return found


def functions(pipelines: Sequence[str]) -> Iterator[Function]:
    """Every function of the deployment. Raises KeyError for a handler without a size."""
    yield Function(API, seconds=API_SECONDS, **SIZES[API])
    workers = {function.handler: function.worker for function in worker_functions(pipelines)}
    for handler, own in workers.items():
        yield Function(handler, own.memory, own.seconds, own.layers, own.disk, own.at_once)
    seconds = {trigger.handler: trigger.timeout_seconds for trigger in _feeds(pipelines)}
    seconds |= {SWEEP_HANDLER: SWEEP_SECONDS} | dict.fromkeys(SOCKET_HANDLERS, API_SECONDS)
    for handler, time in seconds.items():
        if handler in workers:
            continue
        yield Function(handler, seconds=time, **SIZES[handler])


def function_template(stack: str, pipelines: Sequence[str], bucket: Json) -> Json:
    """Additions to Chalice's functions, and to their roles and logs."""
    resources: Json = {}
    environment = _environment(stack, bucket)
    for function in functions(pipelines):
        log, role = f"{function.id}Log", f"{function.id}Role"
        name = f"{stack}-{function.handler.replace('_', '-')}"
        own = dict(environment)
        if function.handler == API:
            own |= {
                "MILLRACE_TOKEN_KEY_SECRET": {"Fn::GetAtt": ["TokenKey", "Id"]},
                "MILLRACE_ORIGIN_SECRET": {"Fn::GetAtt": ["OriginSecret", "Id"]},
                "MILLRACE_ADMIN_EMAIL": {"Ref": "AdminEmail"},
                "MILLRACE_CORS_ORIGINS": {"Ref": "CorsOrigins"},
                "MILLRACE_LIVE_URL": f"/{SOCKETS_STAGE}",
                "MILLRACE_ADMIN_PASSWORD_SECRET": {"Fn::If": ["HasAdmin", {"Fn::GetAtt": ["AdminPassword", "Id"]}, ""]},
            }
        else:
            # Other functions know no tokens, but the setting must not be empty.
            own |= {"MILLRACE_TOKEN_KEY_SECRET": "none"}
        if function.handler == "live_connect":
            own |= {"MILLRACE_ORIGIN_SECRET": {"Fn::GetAtt": ["OriginSecret", "Id"]}}
        if function.handler in (API, "watch_jobs", *SOCKET_HANDLERS):
            own |= {"MILLRACE_LIVE_ENDPOINT": {"Fn::Sub": f"https://{SOCKETS_HOST}/{SOCKETS_STAGE}"}}
        properties: Json = {
            "FunctionName": name,
            "MemorySize": function.memory,
            "Timeout": function.seconds,
            "EphemeralStorage": {"Size": function.disk},
            "Tracing": "Active",
            "Role": {"Fn::GetAtt": [role, "Arn"]},
            "Environment": {"Variables": own},
            # JSON makes Lambda's own lines JSON too, and drops those below the level.
            "LoggingConfig": {"LogGroup": {"Ref": log}, "LogFormat": "JSON", "ApplicationLogLevel": "INFO"},
        }
        if function.layers:
            properties["Layers"] = [{"Ref": layer_id(layer)} for layer in function.layers]
        if events := _events(function, pipelines):
            properties["Events"] = events
        resources[function.id] = {"Properties": properties}
        resources[log] = {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": f"/aws/lambda/{name}", "RetentionInDays": LOG_DAYS},
        }
        resources[role] = _role(stack, function, grants(function.handler, pipelines), bucket, pipelines)
    for layer in sorted({layer for function in functions(pipelines) for layer in function.layers}):
        resources[layer_id(layer)] = {
            "Type": "AWS::Serverless::LayerVersion",
            "Properties": {
                "LayerName": f"{stack}-{layer}",
                "ContentUri": f"./layer-{layer}.zip",
                "CompatibleRuntimes": ["python3.13"],
                "RetentionPolicy": "Delete",
            },
        }
    return resources


def layer_id(layer: str) -> str:
    return f"{logical_id(layer)}Layer"


def _feeds(pipelines: Sequence[str]) -> Iterator[Any]:
    for trigger in triggers(pipelines):
        yield trigger
        yield undelivered(trigger)


def _events(function: Function, pipelines: Sequence[str]) -> Json:
    """The queues that feed it. The first keeps Chalice's name for the event, and so replaces the whole of Chalice's."""
    found: Json = {}
    for trigger in _feeds(pipelines):
        if trigger.handler != function.handler:
            continue
        name = f"{function.id}SqsEventSource" if not found else f"{logical_id(trigger.queue)}Source"
        found[name] = {
            "Type": "SQS",
            "Properties": {
                "Queue": {"Fn::GetAtt": [f"{logical_id(trigger.queue)}Queue", "Arn"]},
                "BatchSize": trigger.batch_size,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": function.at_once},
            },
        }
    return found


def _environment(stack: str, bucket: Json) -> Json:
    """The environment of every function. It uses names instead of references, since the bucket waits for the page's
    address, which waits for the API."""
    return {
        "MILLRACE_BUCKET": bucket,
        "MILLRACE_JOBS_TABLE": f"{stack}-jobs",
        "MILLRACE_ACCOUNTS_TABLE": f"{stack}-accounts",
        "MILLRACE_QUEUE_URL_PREFIX": {
            "Fn::Sub": f"https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{stack}-"
        },
        "MILLRACE_FUNCTION_PREFIX": f"{stack}-",
        "MILLRACE_APART": "1",
        "MILLRACE_IMPORT_ROOTS": {"Fn::Sub": ["s3://${Files}/import/@{user_id}/", {"Files": bucket}]},
        "MILLRACE_CONNECTION_KEY_SECRET": {"Fn::GetAtt": ["ConnectionKey", "Id"]},  # few functions may read it
        "POWERTOOLS_METRICS_NAMESPACE": stack,
    }


def _within(partitions: Sequence[str], attributes: Sequence[str]) -> Json:
    """A statement's condition on the partition keys of the items that a call names, and on the attributes it reads."""
    if not partitions:
        return {}
    # Without the Null condition, a call that names no key would satisfy the first.
    named = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(partitions)}}
    condition = named | {"Null": {"dynamodb:LeadingKeys": "false"}}
    if attributes:
        # Without Select, a call that names no attributes, and so reads all of them, would satisfy the first.
        condition |= {"ForAllValues:StringEquals": {"dynamodb:Attributes": list(attributes)}}
        condition |= {"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}
    return {"Condition": condition}


def _role(stack: str, function: Function, allowed: Sequence[Grant], bucket: Json, pipelines: Sequence[str]) -> Json:
    statements: list[Json] = [
        {
            "Effect": "Allow",
            "Action": [f"{grant.service}:{action}" for action in grant.actions],
            "Resource": [arn(stack, resource, bucket) for resource in grant.resources],
            **_within(grant.partitions, grant.attributes),
        }
        for grant in allowed
    ]
    fed = sorted({trigger.queue for trigger in _feeds(pipelines) if trigger.handler == function.handler})
    if fed:
        statements.append(
            {
                "Sid": "LambdaPolls",
                "Effect": "Allow",
                "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                "Resource": [arn(stack, f"queue/{queue}", bucket) for queue in fed],
            }
        )
    statements.append(
        {
            "Sid": "LambdaLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": [f"{function.id}Log", "Arn"]},
        }
    )
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            # X-Ray has no resources in policies: AWS's own policy is the narrowest possible.
            "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}],
            "Policies": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
        },
    }
