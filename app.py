"""Millrace on one page: the API, whose routes chalicelib.api.subjects lists, and every trigger.

Lambda loads this file, so the handlers live here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalice.app import Chalice, CloudWatchEvent, Rate, SQSEvent, WebsocketEvent

from chalicelib.api.subjects import RouteTable
from chalicelib.jobs.errors import Forbidden
from chalicelib.wiring import clock, observing, services

if TYPE_CHECKING:
    from chalicelib.pipelines.functions import WorkerFunction

SLIPS_EVERY = 15
"""Minutes between two searches for misplaced files in the drop folder."""

app = Chalice(app_name="millrace", configure_logs=False)  # chalicelib.observing configures logging
app.experimental_feature_flags.update(["WEBSOCKETS"])  # without it Chalice packages nothing, and says so with exit 0
app.api.binary_types = ["multipart/form-data"]
app.register_middleware(observing)
app.routes = RouteTable(app)

# The template says which queue feeds which function; here only the names have to agree.
QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"


def deadline(context: Any) -> datetime:
    """The time at which Lambda stops this invocation."""
    return clock() + timedelta(milliseconds=context.get_remaining_time_in_millis())


def again(message_ids: list[str]) -> dict[str, Any]:
    """The answer by which the queue delivers these messages of a batch again."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in message_ids]}


def connected(event: dict[str, Any], connection_id: str) -> dict[str, Any]:
    """The answer with which API Gateway opens or refuses a socket."""
    if guard := services().origin_guard:
        try:
            guard.check({name.lower(): value for name, value in (event.get("headers") or {}).items()})
        except Forbidden as refused:
            return {"statusCode": refused.status}
    ticket = (event.get("queryStringParameters") or {}).get("ticket") or ""
    return {"statusCode": 200 if services().talking.connect(connection_id, ticket) else 401}


def inspects(function: WorkerFunction) -> Callable[[SQSEvent], dict[str, Any]]:
    def handle(event: SQSEvent) -> dict[str, Any]:
        return again(services().inspector.receive(event.to_dict(), deadline(event.context)))

    return handle


def runs(function: WorkerFunction) -> Callable[[SQSEvent], dict[str, Any]]:
    def handle(event: SQSEvent) -> dict[str, Any]:
        return again(services().runner.receive(event.to_dict(), deadline(event.context), function.place))

    return handle


def bind_workers() -> None:
    """Makes inspect_<name> and run_<name> of every registered pipeline, and run_<layer> of the layers apart."""
    from chalicelib.pipelines.functions import worker_functions
    from chalicelib.pipelines.registry import WORKS

    for function in worker_functions(WORKS):
        handle = (inspects if function.task == "inspect" else runs)(function)
        handle.__name__ = function.handler  # Chalice derives the name that Lambda calls from it
        globals()[function.handler] = app.on_sqs_message(queue_arn=QUEUE, batch_size=function.worker.batch)(handle)


# No queue calls the API's own function, and it starts sooner without the pipelines.
if not os.environ.get("_HANDLER", "").endswith(".app"):
    bind_workers()


@app.on_sqs_message(queue_arn=QUEUE, batch_size=1)
def list_objects(event: SQSEvent) -> dict[str, Any]:
    return again(services().importer.receive(event.to_dict(), deadline(event.context)))


@app.on_sqs_message(queue_arn=QUEUE, batch_size=1)
def clean_up(event: SQSEvent) -> dict[str, Any]:
    others = {"guest": services().guests.clear, "bin": services().file_bin.empty}
    return again(services().deletion.receive(event.to_dict(), deadline(event.context), others))


@app.on_sqs_message(queue_arn=QUEUE, batch_size=5)
def deliver_webhooks(event: SQSEvent) -> dict[str, Any]:
    return again(services().webhooks.receive(event.to_dict(), deadline(event.context)))


@app.on_sqs_message(queue_arn=QUEUE, batch_size=1)
def watch_jobs(event: SQSEvent) -> dict[str, Any]:
    return again(services().watching.receive(event.to_dict()))


@app.on_ws_connect(name="live_connect")
def live_connect(event: WebsocketEvent) -> dict[str, Any]:
    """Without a valid ticket the handshake fails."""
    return connected(event.to_dict(), event.connection_id)


@app.on_ws_message(name="live_message")
def live_message(event: WebsocketEvent) -> None:
    services().talking.hear(event.connection_id, event.body)


@app.on_ws_disconnect(name="live_disconnect")
def live_disconnect(event: WebsocketEvent) -> None:
    services().talking.disconnect(event.connection_id)


@app.on_sqs_message(queue_arn=QUEUE, batch_size=10)
def undelivered(event: SQSEvent) -> None:
    """Handles every dead-letter queue: work that was delivered too often is given up, visibly."""
    services().undelivered(event.to_dict())


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep(event: CloudWatchEvent) -> None:
    services().sweeper.sweep(deadline(event.context))
    services().schedules.sweep(deadline(event.context))
    services().webhooks.sweep()
    services().guests.sweep()
    if clock().minute % SLIPS_EVERY == 0:
        services().slips.report()
