"""Each function's package under Lambda's own runtime client: it starts, and handles its sample event."""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pipelines.registry import WORKS
from infra.aws.functions import API, SOCKET_HANDLERS, Function, functions
from infra.aws.package import lambda_python
from infra.aws.packing import runtime_api
from infra.aws.template import data_template
from infra.local.provision import Provisioner
from tests.app.api_world import BUCKET, SETTINGS, STACK
from tests.aws.clouds import ACCOUNT, PACKAGE, REGION, Cloud

EVENTS = Path(__file__).parents[1] / "events"
FUNCTIONS = list(functions(tuple(WORKS)))
MESSAGES = {"inspect": "s3_object_created", "deliver": "webhook_message", "watch": "live_message"}
STARTS = 1 if os.environ.get("CI") else 5  # CI sees that each starts; a median takes more


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a function: empty tables and queues and an empty bucket."""
    cloud = Cloud(tmp_path_factory.mktemp("cloud"))
    try:
        clients = (cloud.client(name) for name in ("s3", "sqs", "dynamodb"))
        Provisioner(*clients, account=ACCOUNT).apply(data_template(STACK, tuple(WORKS), bucket=BUCKET))
        yield {
            **{f"MILLRACE_{name}": value for name, value in SETTINGS.items()},
            "MILLRACE_QUEUE_URL_PREFIX": f"{cloud.endpoint}/{ACCOUNT}/{STACK}-",
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "MILLRACE_LIVE_ENDPOINT": f"{cloud.endpoint}/live",
        }
    finally:
        cloud.stop()


def sample(function: Function) -> Any:
    """An event as AWS would send it to the function."""
    if function.handler in SOCKET_HANDLERS:
        return _read("websocket")
    if function.handler in (API, "sweep"):
        return _read("api_request" if function.handler == API else "schedule")
    body = _read(MESSAGES.get(function.handler.partition("_")[0], "job_message"))
    queue = "run-media-dlq" if function.handler == "undelivered" else function.handler.replace("_", "-")
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{STACK}-{queue}"
    return {"Records": [_read("sqs_record") | {"body": json.dumps(body), "eventSourceARN": arn}]}


def _read(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def start(
    function: Function, environment: dict[str, str], unpacked: Path = PACKAGE / "unpacked"
) -> runtime_api.Function:
    path = [unpacked / "code", *(unpacked / layer for layer in function.layers)]
    return runtime_api.Function(lambda_python(), path, function.entry, environment)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.handler)
def test_a_function_handles_its_sample_event(function: Function, environment: dict[str, str]) -> None:
    with start(function, environment) as running:
        for _ in range(2):
            answer, _ = running.call(sample(function))
            if function.handler == API:
                assert answer["statusCode"] == 401
                assert json.loads(answer["body"])["code"]
            elif function.handler in SOCKET_HANDLERS:
                assert answer == {"statusCode": 401 if function.handler == "live_connect" else 200}
            elif function.handler in ("sweep", "undelivered"):
                assert answer is None
            else:
                assert answer == {"batchItemFailures": []}
        printed = running.stop()
    assert "Traceback" not in printed, printed


def test_the_api_shows_its_docs_from_the_package(environment: dict[str, str]) -> None:
    asked = sample(next(function for function in FUNCTIONS if function.handler == API))
    with start(FUNCTIONS[0], environment) as running:
        for path, parameters, kind in (
            ("/api/docs", {}, "text/html"),
            ("/api/docs/{asset}", {"asset": "swagger-ui-bundle.js"}, "text/javascript"),
            ("/api/docs/{asset}", {"asset": "swagger-ui.css"}, "text/css"),
            ("/api/openapi.json", {}, "application/json"),
        ):
            asked["requestContext"] |= {"resourcePath": path, "httpMethod": "GET"}
            answer, _ = running.call(asked | {"resource": path, "httpMethod": "GET", "pathParameters": parameters})
            assert answer["statusCode"] == 200, answer
            assert answer["headers"]["Content-Type"].startswith(kind)
            assert len(answer["body"]) > 300


def test_starts_with_and_without_compiled_modules(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Durations are printed and not asserted, since they depend on the machine."""
    bare = tmp_path / "unpacked"  # the code alone: functions load their layers only once they have work
    shutil.copytree(PACKAGE / "unpacked" / "code", bare / "code", ignore=shutil.ignore_patterns("__pycache__"))
    lines = []
    for function in FUNCTIONS:
        shown = [function.handler]
        for unpacked in (PACKAGE / "unpacked", bare):
            cold, warm = [], []
            for _ in range(STARTS):
                with start(function, environment, unpacked) as running:
                    cold.append(running.cold_seconds)
                    running.call(sample(function))
                    warm.append(running.call(sample(function))[1])
            shown.append(f"{1000 * statistics.median(cold):.0f} / {1000 * statistics.median(warm):.1f}")
        lines.append("  ".join(shown))
        assert len(cold) == STARTS
    with capsys.disabled():
        print("\ncold / warm ms, with .pyc, without\n" + "\n".join(lines))
