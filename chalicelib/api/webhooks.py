"""Webhook endpoints and their deliveries."""

from __future__ import annotations

import re

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.preconditions import check_match, is_conditional, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.webhooks import (
    AttemptAnswer,
    DeliveriesPage,
    DeliveriesQuery,
    DeliveryAnswer,
    NewWebhookAnswer,
    WebhookAnswer,
    WebhookChanges,
    WebhookRequest,
    WebhooksAnswer,
)
from chalicelib.jobs.errors import PreconditionFailed, TooManyWebhooks, TryAgain, WebhookNotFound
from chalicelib.jobs.ids import is_id
from chalicelib.webhooks.model import Delivery, Endpoint
from chalicelib.wiring import services

routes = Routes(__name__)

EVENT_ID = re.compile(r"[0-9a-z._]{1,100}")


@routes.route(
    "POST",
    "/webhooks",
    "Register a webhook",
    body=WebhookRequest,
    answer=NewWebhookAnswer,
    status=201,
    creates=True,
    errors=(TooManyWebhooks,),
    headers=("Location",),
)
def add_webhook(call: Call) -> Reply:
    endpoint = services().webhooks.add(call.user.id, call.body.url, call.body.events, call.made_id)
    answer = NewWebhookAnswer(**webhook_answer(endpoint).model_dump(), secret=endpoint.secret)
    return Reply(answer, 201, {"Location": f"/api/webhooks/{endpoint.id}"})


@routes.route("GET", "/webhooks", "Your webhooks", answer=WebhooksAnswer)
def list_webhooks(call: Call) -> WebhooksAnswer:
    return WebhooksAnswer(
        items=[webhook_answer(endpoint) for endpoint in services().jobs.webhooks.endpoints(call.user.id)]
    )


@routes.route("GET", "/webhooks/{webhook_id}", "A webhook", answer=WebhookAnswer, conditional=True)
def get_webhook(call: Call, webhook_id: str) -> WebhookAnswer:
    return webhook_answer(owned(call, webhook_id))


@routes.route(
    "PATCH",
    "/webhooks/{webhook_id}",
    "Change a webhook",
    body=WebhookChanges,
    answer=WebhookAnswer,
    errors=(PreconditionFailed, TryAgain),
)
def change_webhook(call: Call, webhook_id: str) -> Reply:
    endpoint = owned(call, webhook_id)
    check_match(call, webhook_answer(endpoint))
    changes = call.body.model_dump(exclude_unset=True)
    return versioned(webhook_answer(services().webhooks.change(endpoint, changes, exactly=is_conditional(call))))


@routes.route("DELETE", "/webhooks/{webhook_id}", "Delete a webhook", status=204)
def delete_webhook(call: Call, webhook_id: str) -> Reply:
    services().jobs.webhooks.delete_endpoint(owned(call, webhook_id))
    return Reply(None, 204)


@routes.route(
    "GET",
    "/webhooks/{webhook_id}/deliveries",
    "The deliveries of a webhook",
    query=DeliveriesQuery,
    answer=DeliveriesPage,
    headers=("Link",),
)
def list_deliveries(call: Call, webhook_id: str) -> Reply:
    return deliveries_of(call, owned(call, webhook_id).id)


@routes.route(
    "POST",
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    "Send a delivery again",
    answer=DeliveryAnswer,
    status=202,
    errors=(TryAgain,),
)
def redeliver(call: Call, webhook_id: str, delivery_id: str) -> Reply:
    return sent_again(owned(call, webhook_id).id, delivery_id)


@routes.route(
    "GET",
    "/jobs/{job_id}/deliveries",
    "Deliveries to a job's callback address",
    query=DeliveriesQuery,
    answer=DeliveriesPage,
    headers=("Link",),
)
def list_callback_deliveries(call: Call, job_id: str) -> Reply:
    return deliveries_of(call, services().owned.job(call.user.id, job_id).id)


@routes.route(
    "POST",
    "/jobs/{job_id}/deliveries/{delivery_id}/redeliver",
    "Send a delivery to the callback address again",
    answer=DeliveryAnswer,
    status=202,
    errors=(TryAgain,),
)
def redeliver_callback(call: Call, job_id: str, delivery_id: str) -> Reply:
    return sent_again(services().owned.job(call.user.id, job_id).id, delivery_id)


def owned(call: Call, webhook_id: str) -> Endpoint:
    if not is_id(webhook_id):
        raise WebhookNotFound("There is no such webhook.")
    return services().jobs.webhooks.endpoint(call.user.id, webhook_id)


def deliveries_of(call: Call, endpoint_id: str) -> Reply:
    found, cursor = services().jobs.webhooks.deliveries(endpoint_id, call.query.limit, call.query.cursor)
    answer = DeliveriesPage(items=[delivery_answer(delivery) for delivery in found], next_cursor=cursor)
    return Reply(answer, headers=cursor_links(call, cursor))


def sent_again(endpoint_id: str, delivery_id: str) -> Reply:
    if not EVENT_ID.fullmatch(delivery_id):
        raise WebhookNotFound("There is no such delivery.")
    return Reply(delivery_answer(services().webhooks.redeliver(endpoint_id, delivery_id)), 202)


def webhook_answer(endpoint: Endpoint) -> WebhookAnswer:
    return WebhookAnswer(id=endpoint.id, url=endpoint.url, events=list(endpoint.events), created_at=endpoint.created_at)


def delivery_answer(delivery: Delivery) -> DeliveryAnswer:
    return DeliveryAnswer(
        id=delivery.id,
        type=delivery.event.type,
        status=delivery.state.value,
        created_at=delivery.event.at,
        next_attempt_at=delivery.due_at,
        data=dict(delivery.event.data),
        attempts=[
            AttemptAnswer(at=a.at, milliseconds=a.milliseconds, status=a.status, error=a.error)
            for a in delivery.attempts
        ],
    )
