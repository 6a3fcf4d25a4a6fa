"""Workers that are invoked directly get the events that their queue would deliver."""

import json
import logging
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from chalicelib.jobs.intake.deliveries import deliveries
from chalicelib.jobs.work.slices import SliceMessage
from chalicelib.stores.functions import LambdaInvoker
from chalicelib.stores.queues import SqsQueues
from infra.aws.grants import grants
from tests.stores.conftest import Cloud

BODIES = [{"job_id": "job", "step": 3, "division": 1, "slice": number} for number in range(3)]


@pytest.fixture
def client() -> Any:
    return boto3.client("lambda", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


def test_each_message_is_an_invocation_without_an_answer(client: Any) -> None:
    given: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.lambda.Invoke", lambda params, **_: given.append(dict(params)))
    with Stubber(client) as stubber:
        for _ in BODIES:
            asked = {"FunctionName": "millrace-run-media", "InvocationType": "Event", "Payload": ANY}
            stubber.add_response("invoke", {"StatusCode": 202}, asked)
        LambdaInvoker(lambda: client, "millrace-").invoke("media", BODIES)
        stubber.assert_no_pending_responses()
    found = [one for params in given for one in deliveries(json.loads(params["Payload"]))]
    assert len({one.id for one in found}) == 3
    assert sorted((SliceMessage.parse(one.body) for one in found), key=lambda m: m.number if m else 0) == [
        SliceMessage("job", 3, number, 1) for number in range(3)
    ]
    assert {(one.receives, one.group) for one in found} == {(1, "job")}


def test_a_worker_that_cant_be_invoked_stops_no_other(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    with Stubber(client) as stubber, caplog.at_level(logging.WARNING):
        stubber.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        stubber.add_client_error("invoke", "AccessDeniedException", http_status_code=403)
        stubber.add_response("invoke", {"StatusCode": 202})
        LambdaInvoker(lambda: client, "millrace-").invoke("media", BODIES)
        stubber.assert_no_pending_responses()
    assert len(caplog.records) == 2


def test_messages_that_are_for_later_are_not_delivered_now(cloud: Cloud) -> None:
    url = cloud.sqs.get_queue_url(QueueName="millrace-run-photos")["QueueUrl"]
    queues = SqsQueues(lambda: cloud.sqs, url.removesuffix("run-photos"))
    queues.slices("photos", BODIES, 20)
    numbers = cloud.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (numbers["ApproximateNumberOfMessages"], numbers["ApproximateNumberOfMessagesDelayed"]) == ("0", "3")


def test_a_run_may_invoke_its_own_function_and_no_other() -> None:
    allowed = {
        handler: {pair for grant in grants(handler, ("media", "volume")) for pair in grant.pairs if "lambda" in pair[0]}
        for handler in ("run_media", "run_volume", "inspect_media", "api", "sweep")
    }
    assert allowed.pop("run_media") == {("lambda:InvokeFunction", "function/run-media")}
    assert set().union(*allowed.values()) == set()
