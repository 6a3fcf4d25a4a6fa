"""Shapes of settings and of the audit log."""

from typing import Any, Literal

from pydantic import Field, RootModel

from chalicelib.api.models.shapes import Answer, Query, Time


class SettingAnswer(Answer):
    name: str
    value: Any = Field(description="`********` for a secret.")
    source: Literal["default", "environment", "stored"]
    secret: bool
    changeable: bool = Field(description="False for settings of the deployment.")
    least: int | None = Field(description="The minimum value; null unless the setting is a changeable number.")
    most: int | None = Field(description="The maximum value; null unless the setting is a changeable number.")


class SettingsAnswer(Answer):
    items: list[SettingAnswer]


class SettingsRequest(RootModel[dict[str, Any]]):
    """New values by name; null restores the deployment's value."""


class AuditQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class AuditEntryAnswer(Answer):
    id: str
    at: Time
    actor_id: str = Field(description="The user's id, or `command` for the installation's operator.")
    action: str
    target: str
    details: dict[str, Any]


class AuditPage(Answer):
    items: list[AuditEntryAnswer]
    next_cursor: str | None


class SlipAnswer(Answer):
    path: str = Field(description="The path of an object, or of a folder, which ends with a slash.")
    code: Literal["unknown_pipeline", "no_batch", "unknown_user", "no_owner"]
    message: str


class SlipsAnswer(Answer):
    items: list[SlipAnswer] = Field(description="At most 100 slips.")
