"""Shapes of pushes: a library that is read elsewhere and sent here."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given

Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Numbers = Annotated[str, StringConstraints(max_length=1_500_000, pattern=r"^[0-9,-]*$")]


class PushRequest(Given):
    """source: what you call the server, such as `home`."""

    source: Source
    incremental: bool = Field(True, description="Only what changed since the last push; the first one is always whole.")


class PushAnswer(Answer):
    source: str
    whole: bool = Field(description="All scenes are to be sent; what isn't among them is marked as absent.")
    updated_after: str | None = Field(description="Of one that isn't whole: only scenes that were updated after this.")
    behind: str | None = Field(description="The id of the last scene that was taken in: the next page lies behind it.")
    created: int
    updated: int
    skipped: int
    failed: int


class PushPage(Given):
    """Scenes and names as a Stash server's GraphQL gives them. Scenes come in the order of their ids."""

    source: Source
    behind: Annotated[str, StringConstraints(pattern=r"^\d{1,18}$")] | None = Field(
        None, description="The id that the page lies behind. A page that comes again isn't counted again."
    )
    scenes: list[dict[str, Any]] = Field(default_factory=list, max_length=200)
    performers: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    tags: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    studios: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)


class PushEnd(Given):
    """All that the server has, as ids with spans: `1-5000,5002`. Names that aren't listed are forgotten."""

    source: Source
    scenes: Numbers | None = Field(None, description="Of a whole push. Scenes that aren't listed are marked as absent.")
    performers: Numbers
    tags: Numbers
    studios: Numbers
