"""Shapes of connections."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given, Name, Time

Url = Annotated[str, StringConstraints(max_length=2000)]
Key = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[!-~]*$")]


class ConnectionRequest(Given):
    name: Name
    kind: Literal["stash"] = Field("stash", description="What speaks there.")
    url: Url = Field(description="Such as https://stash.example/graphql.")
    key: Key = Field("", description="What the server knows you by. It is never shown again.")


class ConnectionChanges(Given):
    """What is left out stays. Another `url` needs the `key` again."""

    name: Name = ""
    url: Url = ""
    key: Key = ""


class ConnectionAnswer(Answer):
    id: str
    name: str
    kind: str
    url: str
    has_key: bool
    key_hint: str = Field(description="The last four letters of a long key.")
    created_at: Time


class ConnectionsAnswer(Answer):
    items: list[ConnectionAnswer]
