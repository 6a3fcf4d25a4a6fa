"""What goes in and out over HTTP for accounts, keys, settings and the audit log."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, RootModel, SecretStr, StringConstraints

from chalicelib.api.models import Answer, Given, Name, Query, Time

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        # As HTML's own: what a browser takes for an address, the server does too.
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
    ),
]
Username = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=50, pattern=r"^\w[\w .-]*\w$")
]


def text(secret: SecretStr) -> SecretStr:
    """JSON can hold half a character, which nothing can hash. Pydantic refuses it in a str, but not in a secret."""
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("is no Unicode text") from None
    return secret


NewPassword = Annotated[SecretStr, Field(min_length=8, max_length=128), AfterValidator(text)]
AnyPassword = Annotated[SecretStr, Field(min_length=1, max_length=128), AfterValidator(text)]
KeyScope = Literal["upload", "read", "admin"]


class RegisterRequest(Given):
    """With a guest's token, the guest's jobs become the account's."""

    email: Email
    username: Username
    password: NewPassword


class LoginRequest(Given):
    email: Email
    password: AnyPassword


class RefreshRequest(Given):
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=2000), AfterValidator(text)]


class PasswordRequest(Given):
    current_password: AnyPassword
    new_password: NewPassword


class AccountChanges(Given):
    email: Email | None = None
    username: Username | None = None
    current_password: AnyPassword | None = Field(None, description="Needed to change the email.")


class SignedInAnswer(Answer):
    access_token: str
    refresh_token: str = Field(description="Good for one use; the answer to that brings the next.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds that the access token is good.")
    user_id: str


class AccountAnswer(Answer):
    id: str
    email: str | None = Field(description="None: a guest.")
    username: str | None
    role: Literal["guest", "user", "admin"]
    scopes: list[str] = Field(description="What the credentials that asked may be used for.")
    created_at: Time | None


class NewKeyRequest(Given):
    name: Name
    scopes: list[KeyScope] = Field(min_length=1, max_length=3)
    expires_in_days: int | None = Field(365, ge=1, le=3650, description="null: never.")


class KeyAnswer(Answer):
    id: str
    name: str
    scopes: list[KeyScope]
    hint: str = Field(description="The last four characters.")
    created_at: Time
    expires_at: Time | None
    last_used_at: Time | None = Field(description="To within an hour.")


class NewKeyAnswer(KeyAnswer):
    key: str = Field(description="Shown this once.")


class KeysAnswer(Answer):
    items: list[KeyAnswer]


class SettingAnswer(Answer):
    name: str
    value: Any = Field(description="`********` for a secret.")
    source: Literal["default", "environment", "stored"]
    secret: bool
    changeable: bool = Field(description="Others are set by the deployment.")
    least: int | None = Field(description="The smallest number that it takes; null where it is no number to change.")
    most: int | None = Field(description="The largest one.")


class SettingsAnswer(Answer):
    items: list[SettingAnswer]


class SettingsRequest(RootModel[dict[str, Any]]):
    """New values by name; null takes one back to what the deployment says."""


class AuditQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class AuditEntryAnswer(Answer):
    id: str
    at: Time
    actor_id: str = Field(description="The user's id; `command` for who runs the installation.")
    action: str
    target: str
    details: dict[str, Any]


class AuditPage(Answer):
    items: list[AuditEntryAnswer]
    next_cursor: str | None
