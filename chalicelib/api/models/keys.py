"""Shapes of keys for programs."""

from typing import Literal

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Given, Name, Time

KeyScope = Literal["upload", "read", "admin"]
"""Never `account`: a stolen key must not be able to create others, or to change a password."""


class NewKeyRequest(Given):
    name: Name
    scopes: list[KeyScope] = Field(min_length=1, max_length=3)
    expires_in_days: int | None = Field(365, ge=1, le=3650, description="Null for a key that never expires.")


class KeyAnswer(Answer):
    id: str
    name: str
    scopes: list[KeyScope]
    hint: str = Field(description="The key's last four characters.")
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None = Field(description="Accurate to an hour.")


class NewKeyAnswer(KeyAnswer):
    key: str = Field(description="Shown only once.")


class KeysAnswer(Answer):
    items: list[KeyAnswer]
