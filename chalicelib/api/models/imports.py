"""Shapes of the places that users import from."""

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Query, Time

FOUND_PATH = "The path for `POST /import-path`."


class FoldersQuery(Query):
    path: str | None = Field(None, min_length=1, max_length=1024, description="If omitted, all places are listed.")
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
    ignored: bool = Field(description="Whether imports skip the file, because it is incomplete or for housekeeping.")


class ImportFolders(Answer):
    path: str | None = Field(description=FOUND_PATH + " Null if all places are listed.")
    root: str | None = Field(description="The place that contains the path.")
    folders: list[ImportFolder]
    files: list[ImportFile] = Field(
        description="Sorted by name, like the folders. A page has at most `limit` files and folders together."
    )
    next_cursor: str | None


class ImportCount(Answer):
    path: str
    file_count: int = Field(description="The number of files, without those that imports skip.")
    size_bytes: int
    complete: bool = Field(description="False if there are more objects than the 10,000 that were counted.")
    fits: dict[str, int] = Field(
        description="The number of files that each pipeline accepts, by name and size. A job contains all files, "
        "and rejects the others."
    )


class ImportWays(Answer):
    """The paths to which S3 clients upload files for imports and drop folders."""

    import_path: str | None = Field(description="The first place that allows imports.")
    drop_path: str = Field(
        description="Files below it become a job. Replace `{pipeline}` and `{batch}` with your choice."
    )
    endpoint_url: str | None = Field(description="The store's endpoint, if it isn't AWS.")
