"""Shapes of the places that users import from."""

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Query, Time

FOUND_PATH = "As `POST /import-path` takes it."


class FoldersQuery(Query):
    path: str | None = Field(None, min_length=1, max_length=1024, description="Without one: all places.")
    limit: int = Field(200, ge=1, le=200)
    cursor: str | None = Field(None, min_length=1, max_length=1100)


class CountQuery(Query):
    path: str = Field(min_length=1, max_length=1024)
    recursive: bool = True


class ImportFolder(Answer):
    name: str
    path: str = Field(description=FOUND_PATH)


class ImportFile(Answer):
    name: str
    size_bytes: int
    modified_at: Time
    ignored: bool = Field(description="A half-made or housekeeping file: an import passes it over.")


class ImportFolders(Answer):
    path: str | None = Field(description=FOUND_PATH + " Null: these are all places.")
    root: str | None = Field(description="The place that it lies in.")
    folders: list[ImportFolder]
    files: list[ImportFile] = Field(description="By name, as the folders: a page has up to `limit` of both together.")
    next_cursor: str | None


class ImportCount(Answer):
    path: str
    file_count: int = Field(description="Without what an import passes over.")
    size_bytes: int
    complete: bool = Field(description="False: there are more than the 10,000 objects that were counted.")
    fits: dict[str, int] = Field(
        description="How many of them each pipeline takes, by name and size. A job has all, and rejects the others."
    )


class ImportWays(Answer):
    """How files come to where they are imported from, and to the drop folders, by clients of S3."""

    import_path: str | None = Field(description="The first place that may be imported from.")
    drop_path: str = Field(
        description="What lands below it becomes a job. `{pipeline}` and `{batch}` are to be chosen."
    )
    endpoint_url: str | None = Field(description="Where the store answers, if that isn't AWS.")
