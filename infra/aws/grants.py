"""The rights of each function, as data: actions on tables, indexes, prefixes of the bucket, and queues.

One list serves the roles of the template, and the test that compares them with every call of the test suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.pipelines.functions import inspects, invokes, layers_of, workers_of
from chalicelib.stores.dynamo.people_items import PUBLIC
from infra.aws.sockets import SOCKETS_STAGE

Json = dict[str, Any]

READ = ("GetItem", "Query")
WRITE = ("PutItem", "UpdateItem")


@dataclass(frozen=True)
class Grant:
    """service: as in an action. actions: without the service. resources: see arn(). partitions: of a table, to which
    the right is limited; none: the whole table. attributes: of the items, likewise."""

    service: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    partitions: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """Each action with each of its resources."""
        return {(f"{self.service}:{action}", resource) for action in self.actions for resource in self.resources}


def table(name: str, *actions: str) -> Grant:
    return Grant("dynamodb", actions, (f"table/{name}",))


def index(name: str, *indexes: str) -> Grant:
    return Grant("dynamodb", ("Query",), tuple(f"table/{name}/index/{one}" for one in indexes))


def objects(actions: Sequence[str], *prefixes: str) -> Grant:
    return Grant("s3", tuple(actions), tuple(f"bucket/{prefix}/*" for prefix in prefixes))


def listing(*more: str) -> Grant:
    """Adds ListBucket: without it S3 answers 403 instead of 404 for a missing object."""
    return Grant("s3", ("ListBucket", *more), ("bucket",))


def send(*queues: str) -> Grant:
    return Grant("sqs", ("SendMessage",), tuple(f"queue/{queue}" for queue in queues))


def invoke(place: str) -> list[Grant]:
    """A run that divides a step passes its slices to its own function."""
    return [Grant("lambda", ("InvokeFunction",), (f"function/run-{place}",))] if invokes(place) else []


def remove() -> list[Grant]:
    """Deletes everything of a job; aborts no uploads of thumbnails, nor uploads of others into drop folders."""
    sent_in_parts = ("work", "results", "uploads")
    return [
        objects(("DeleteObject",), *sent_in_parts, "thumbs", "drop"),
        objects(("AbortMultipartUpload",), *sent_in_parts),
    ]


def folders(names: Sequence[str]) -> list[Grant]:
    """Rights for a work's own folders in the bucket, and for reading many items of the table at once."""
    if not names:
        return []
    return [
        objects(("GetObject", "PutObject", "DeleteObject"), *names),
        table("jobs", "BatchGetItem"),
    ]


CONNECTION_KEY = Grant("secretsmanager", ("GetSecretValue",), ("secret/ConnectionKey",))
# Each container reads the admins' settings as it starts. Functions that read strangers' files may read this item and
# no account.
SETTINGS = Grant("dynamodb", ("GetItem",), ("table/accounts",), partitions=("SETTINGS",))
# A drop folder opens its job when its first file is inspected, so that function must know whether the owner exists.
# This right reveals that an account exists, and whose an email is, and nothing more of any account.
OWNERS = Grant("dynamodb", ("GetItem",), ("table/accounts",), ("USER#*", "EMAIL#*"), attributes=PUBLIC)


# Whether a session, a guest or a key is still valid; password hashes are in the same partition as sessions.
STANDING = Grant("dynamodb", ("GetItem",), ("table/accounts",), partitions=("SETTINGS", "USER#*", "KEY#*"))
SOCKETS = Grant("execute-api", ("ManageConnections",), ("sockets",))


def grants(handler: str, pipelines: Sequence[str]) -> list[Grant]:
    """The rights of a handler of app.py; `api` stands for all routes. Raises KeyError for an unknown handler."""
    kind, _, place = handler.partition("_")
    layers = tuple(layers_of(pipelines))
    runs = [f"run-{name}" for name in (*pipelines, *layers)]
    inspections = [f"inspect-{name}" for name in pipelines if inspects(name)]
    if kind == "inspect":
        return [
            table("jobs", *READ, *WRITE, "BatchGetItem", "BatchWriteItem"),
            objects(("GetObject",), "uploads", "drop", "import"),
            objects(("PutObject",), "thumbs"),
            listing(),
            send(
                "import",
                *(f"run-{one}" for one in (place, *layers_of([place]))),
                f"inspect-{place}",
                "cleanup",
                "webhooks",
            ),
            SETTINGS,
            OWNERS,
        ]
    if kind == "run":
        return [
            table("jobs", *READ, *WRITE, "BatchWriteItem", "DeleteItem"),
            objects(("GetObject",), "uploads", "drop", "import", "models", "work", "user-data"),
            objects(("PutObject", "DeleteObject", "AbortMultipartUpload"), "work", "results"),
            objects(("ListMultipartUploadParts", "PutObjectTagging"), "results"),
            listing("ListBucketMultipartUploads"),
            *folders(workers_of(place).run.folders),
            *([CONNECTION_KEY] if workers_of(place).run.connections else []),
            *([objects(("GetObject",), "thumbs")] if workers_of(place).run.pictures else []),
            *([index("jobs", "by_owner")] if workers_of(place).run.library else []),
            *([objects(("GetObject",), "results")] if workers_of(place).run.results else []),
            send(*(runs if place in layers else [f"run-{place}", *(f"run-{layer}" for layer in layers)]), "webhooks"),
            *invoke(place),
            SETTINGS,
        ]
    return {
        "api": [
            table("jobs", *READ, *WRITE, "BatchGetItem", "BatchWriteItem", "DeleteItem", "ConditionCheckItem"),
            index("jobs", "by_owner", "by_hash"),
            table("accounts", *READ, *WRITE, "BatchGetItem", "DeleteItem", "ConditionCheckItem"),
            objects(("GetObject", "PutObject", "ListMultipartUploadParts"), "uploads"),
            objects(("GetObject", "PutObject"), "thumbs"),
            objects(("PutObject",), "work"),
            objects(("GetObject",), "results", "drop", "import", "guides"),
            objects(("GetObject", "PutObject", "DeleteObject"), "user-data", "catalogue"),
            *remove(),
            listing("ListBucketMultipartUploads"),
            Grant("sqs", ("GetQueueAttributes",), ("queue/import",)),
            send("cleanup", "import", "webhooks", *runs, *inspections),
            Grant("secretsmanager", ("GetSecretValue",), ("secret", "secret/AdminPassword", "secret/OriginSecret")),
            CONNECTION_KEY,
        ],
        "list_objects": [
            table("jobs", *READ, *WRITE, "BatchGetItem"),
            listing(),
            send("import", "webhooks", *runs, *inspections),
            SETTINGS,
            OWNERS,
        ],
        "clean_up": [
            table("jobs", *READ, "UpdateItem", "BatchGetItem", "BatchWriteItem", "DeleteItem"),
            index("jobs", "by_owner", "by_hash"),
            objects(("GetObject", "PutObject", "DeleteObject"), "user-data"),
            objects(("GetObject", "PutObject"), "thumbs"),
            *remove(),
            listing("ListBucketMultipartUploads"),
            send("cleanup"),
            # Whether an expired guest has an account, or whose account has taken over the guest's belongings.
            table("accounts", "GetItem"),
        ],
        "deliver_webhooks": [table("jobs", *READ, *WRITE, "DeleteItem"), send("webhooks"), SETTINGS],
        "undelivered": [
            table("jobs", *READ, *WRITE, "BatchGetItem"),
            objects(("GetObject",), "drop"),
            objects(("AbortMultipartUpload",), "results"),
            listing("ListBucketMultipartUploads"),
            send("cleanup", "import", "webhooks", *runs, *inspections),
            SETTINGS,
            OWNERS,
        ],
        "sweep": [
            table("jobs", *READ, *WRITE, "BatchWriteItem", "DeleteItem"),
            index("jobs", "due"),
            objects(("DeleteObject",), "work", "results"),
            objects(("AbortMultipartUpload",), "work", "results", "uploads"),
            listing("ListBucketMultipartUploads"),
            send("cleanup", "import", "webhooks", *runs, *inspections),
            SETTINGS,
            OWNERS,
        ],
        "watch_jobs": [
            table("jobs", "Query", "UpdateItem", "DeleteItem", "BatchWriteItem"),
            index("jobs", "by_owner"),
            listing(),
            send("live"),
            SOCKETS,
            STANDING,
        ],
        "live_connect": [
            Grant("dynamodb", ("UpdateItem", "PutItem"), ("table/jobs",), partitions=("TICKET#*", "SOCKET#*")),
            Grant("secretsmanager", ("GetSecretValue",), ("secret/OriginSecret",)),
            STANDING,
        ],
        "live_message": [
            table("jobs", "Query", "UpdateItem", "BatchWriteItem"),
            index("jobs", "by_owner"),
            listing(),
            send("live"),
            SOCKETS,
            STANDING,
        ],
        "live_disconnect": [
            Grant("dynamodb", ("Query", "BatchWriteItem"), ("table/jobs",), partitions=("SOCKET#*", "WATCH#*")),
            SETTINGS,
        ],
    }[handler]


def arn(stack: str, resource: str, bucket: Json) -> Json:
    """The ARN in the template of `table/NAME[/index/NAME]`, `bucket[/PREFIX/*]`, `queue/NAME`, `function/NAME`,
    `secret[/ID]` or `sockets`."""
    kind, _, rest = resource.partition("/")
    if kind == "sockets":
        here = "${AWS::Region}:${AWS::AccountId}"
        return {
            "Fn::Sub": f"arn:${{AWS::Partition}}:execute-api:{here}:${{WebsocketAPI}}/{SOCKETS_STAGE}/*/@connections/*"
        }
    if kind == "bucket":
        tail = f"/{rest}" if rest else ""
        return {"Fn::Sub": ["arn:${AWS::Partition}:s3:::${Files}" + tail, {"Files": bucket}]}
    if resource in ("secret/ConnectionKey", "secret/OriginSecret"):
        return {"Fn::GetAtt": [rest, "Id"]}
    if kind == "secret":
        # A conditional secret: where it is missing, the statement repeats the other one.
        return (
            {
                "Fn::If": [
                    f"Has{rest.removesuffix('Password')}",
                    {"Fn::GetAtt": [rest, "Id"]},
                    {"Fn::GetAtt": ["TokenKey", "Id"]},
                ]
            }
            if rest
            else {"Fn::GetAtt": ["TokenKey", "Id"]}
        )
    here = "${AWS::Region}:${AWS::AccountId}"
    if kind == "function":
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:lambda:{here}:function:{stack}-{rest}"}
    if kind == "table":
        return {"Fn::Sub": f"arn:${{AWS::Partition}}:dynamodb:{here}:table/{stack}-{rest}"}
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:{here}:{stack}-{rest}"}
