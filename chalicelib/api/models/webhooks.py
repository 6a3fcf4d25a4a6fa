"""Shapes of webhooks and their deliveries."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given, Query, Time
from chalicelib.webhooks.model import EventType

Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class WebhookRequest(Given):
    url: Address
    events: list[EventType] = Field(min_length=1, max_length=20)


class WebhookChanges(Given):
    url: Address = ""
    events: list[EventType] = Field(default_factory=list, min_length=1, max_length=20)


class WebhookAnswer(Answer):
    id: str
    url: str
    events: list[str]
    created_at: Time


class NewWebhookAnswer(WebhookAnswer):
    secret: str = Field(description="Signs the deliveries. Shown only once.")


class WebhooksAnswer(Answer):
    items: list[WebhookAnswer]


class DeliveriesQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z._]{1,100}$")


class AttemptAnswer(Answer):
    at: Time
    milliseconds: int
    status: int | None = Field(description="The HTTP status of the receiver's answer; null if none arrived.")
    error: str | None = Field(description="Null if the receiver accepted the delivery.")


class DeliveryAnswer(Answer):
    id: str = Field(description="The id of the event, sent as `webhook-id`; the same for every attempt.")
    type: str
    status: Literal["pending", "delivered", "failed"]
    created_at: Time
    next_attempt_at: Time | None
    data: dict[str, Any]
    attempts: list[AttemptAnswer]


class DeliveriesPage(Answer):
    items: list[DeliveryAnswer]
    next_cursor: str | None
