"""Shapes of connections."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib.api.models.shapes import Answer, Given, Name, Time

Url = Annotated[str, StringConstraints(max_length=2000)]
ServerKind = Literal["stash", "openai"]
Key = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[!-~]*$")]


class ConnectionRequest(Given):
    name: Name
    kind: ServerKind = Field(
        "stash", description="The kind of server. `openai`: any server that supports OpenAI's chat completions."
    )
    url: Url = Field(
        description="The server's address, such as https://stash.example/graphql or https://api.openai.com/v1."
    )
    key: Key = Field("", description="Your key for the server. It is never shown again.")


class ConnectionChanges(Given):
    """Omitted fields keep their value. A new `url` requires the `key` again."""

    name: Name = ""
    url: Url = ""
    key: Key = ""


class ConnectionAnswer(Answer):
    id: str
    name: str
    kind: str
    url: str
    has_key: bool
    key_hint: str = Field(description="The last four characters of a long key.")
    created_at: Time


class ConnectionsAnswer(Answer):
    items: list[ConnectionAnswer]


class ServerTest(Given):
    """One of your connections, or the address and key of a new one."""

    connection_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    url: Annotated[Url, Field(min_length=1)] | None = None
    key: Key = ""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.connection_id is None) == (self.url is None):
            raise ValueError("name either connection_id or url")
        if self.connection_id and self.key:
            raise ValueError("the key of a connection is the one that it has")
        return self


class ServerTested(Answer):
    """If `ok` is false, `code` and `message` give the reason. `milliseconds` is the duration of the request."""

    ok: bool
    milliseconds: int
    code: str | None = None
    message: str | None = None


class StashTested(ServerTested):
    version: str | None = None


class ModelsTested(ServerTested):
    models: list[str] = Field(default_factory=list)
