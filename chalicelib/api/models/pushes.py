"""Shapes of pushes: a library that is read elsewhere and sent here."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given

Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Numbers = Annotated[str, StringConstraints(max_length=1_500_000, pattern=r"^[0-9,-]*$")]


class PushRequest(Given):
    """`source` is your name for the server, such as `home`."""

    source: Source
    incremental: bool = Field(True, description="Only changes since the last push; the first push is always whole.")


class PushAnswer(Answer):
    source: str
    whole: bool = Field(description="Whether all scenes must be sent; scenes that aren't sent are marked as absent.")
    updated_after: str | None = Field(
        description="Unless the push is whole: send only scenes that were updated after this time."
    )
    behind: str | None = Field(description="The id of the last scene that was received; the next page begins after it.")
    created: int
    updated: int
    skipped: int
    failed: int


class PushPage(Given):
    """Scenes and names as a Stash server's GraphQL API returns them. Scenes are sorted by id."""

    source: Source
    behind: Annotated[str, StringConstraints(pattern=r"^\d{1,18}$")] | None = Field(
        None, description="The id after which the page begins. A repeated page isn't counted again."
    )
    scenes: list[dict[str, Any]] = Field(default_factory=list, max_length=200)
    performers: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    tags: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)
    studios: list[dict[str, Any]] = Field(default_factory=list, max_length=1000)


class PushEnd(Given):
    """All ids on the server, with ranges: `1-5000,5002`. Names that aren't listed are removed."""

    source: Source
    scenes: Numbers | None = Field(
        None, description="For a whole push. Scenes that aren't listed are marked as absent."
    )
    performers: Numbers
    tags: Numbers
    studios: Numbers
