"""Shapes of accounts and sessions."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from chalicelib.api.models.shapes import Answer, Given, Time


class Token(Answer):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds until the token expires.")
    user_id: str


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


class RegisterRequest(Given):
    """With a guest's token, the guest's jobs become the account's."""

    email: Email
    username: Username
    password: NewPassword


class LoginRequest(Given):
    email: Email
    password: AnyPassword
    guest_token: Annotated[SecretStr, Field(min_length=1, max_length=2000), AfterValidator(text)] | None = Field(
        None, description="A guest's access token: the guest's jobs and user data become the account's."
    )


class RefreshRequest(Given):
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=2000), AfterValidator(text)]


class PasswordRequest(Given):
    current_password: AnyPassword
    new_password: NewPassword


class AccountChanges(Given):
    email: Email | None = None
    username: Username | None = None
    current_password: AnyPassword | None = Field(None, description="Required to change the email.")


class TakenOverAnswer(Answer):
    jobs: int
    user_data: int
    webhooks: int
    shares: int
    connections: int
    scenes_left: bool = Field(
        description="Whether scenes stay with the guest; sync again to bring them into the account."
    )
    complete: bool = Field(description="False if the rest follows within minutes of the answer.")


class SignedInAnswer(Answer):
    access_token: str
    refresh_token: str = Field(description="Can be used once; each refresh returns the next one.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds until the access token expires.")
    user_id: str
    taken_over: TakenOverAnswer | None = Field(
        None, description="The guest's belongings that the account took over; null without a guest's token."
    )


class AccountAnswer(Answer):
    id: str
    email: str | None = Field(description="Null for a guest.")
    username: str | None
    role: Literal["guest", "user", "admin"]
    scopes: list[str] = Field(description="The scopes of the request's credentials.")
    created_at: Time | None
