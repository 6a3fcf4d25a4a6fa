"""Places for imports: their folders and files, and the size of an import."""

from __future__ import annotations

from chalicelib.accounts.people import GUEST
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.imports import (
    CountQuery,
    FoldersQuery,
    ImportCount,
    ImportFile,
    ImportFolder,
    ImportFolders,
    ImportWays,
)
from chalicelib.jobs.errors import GuestMayNot, ImportNotAllowed, ImportNotFound
from chalicelib.jobs.intake.looking import is_taken
from chalicelib.jobs.keys import DROP
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "GET",
    "/import-folders",
    "Folders and files for import",
    query=FoldersQuery,
    answer=ImportFolders,
    errors=(GuestMayNot, ImportNotAllowed, ImportNotFound),
    headers=("Link",),
)
def list_import_folders(call: Call) -> Reply:
    """One level of folders and files, sorted by name; without a `path`, the places themselves."""
    _no_guests(call)
    query: FoldersQuery = call.query
    importer = services().importer
    roots = importer.roots(call.user.id)
    if query.path is None:
        named = [ImportFolder(name=importer.name(root), path=importer.name(root)) for root in roots]
        return Reply(ImportFolders(path=None, root=None, folders=named, files=[], next_cursor=None))
    place = importer.check(query.path, call.user.id)
    page = services().import_folders.page(place, query.cursor, query.limit)
    path = importer.name(place)
    answer = ImportFolders(
        path=path,
        root=next(importer.name(root) for root in roots if root.holds(place)),
        folders=[ImportFolder(name=name, path=f"{path}{name}/") for name in page.folders],
        files=[
            ImportFile(name=name, size_bytes=seen.size, modified_at=seen.modified_at, ignored=not is_taken(name))
            for seen in page.objects
            if (name := seen.key.removeprefix(place.prefix))
        ],
        next_cursor=page.after,
    )
    return Reply(answer, headers=cursor_links(call, page.after))


@routes.route(
    "GET",
    "/import-folders/count",
    "The size of an import",
    query=CountQuery,
    answer=ImportCount,
    errors=(GuestMayNot, ImportNotAllowed, ImportNotFound),
)
def count_import(call: Call) -> ImportCount:
    _no_guests(call)
    place = services().importer.check(call.query.path, call.user.id)
    found = services().import_folders.measure(place, recursive=call.query.recursive)
    return ImportCount(
        path=services().importer.name(place),
        file_count=found.files,
        size_bytes=found.size,
        complete=found.complete,
        fits=dict(found.fits),
    )


@routes.route(
    "GET", "/import-folders/ways", "The paths for uploads by S3 clients", answer=ImportWays, errors=(GuestMayNot,)
)
def import_ways(call: Call) -> ImportWays:
    """The operator issues the credentials for the bucket."""
    _no_guests(call)
    roots = services().importer.roots(call.user.id)
    settings = services().settings
    return ImportWays(
        import_path=services().importer.name(roots[0]) if roots else None,
        drop_path=f"s3://{settings.bucket}/{DROP}{{pipeline}}/@{call.user.id}/{{batch}}/",
        endpoint_url=_endpoint(),
    )


def _endpoint() -> str | None:
    endpoint = str(services().clients.s3_signer.meta.endpoint_url)
    return None if endpoint.endswith((".amazonaws.com", ".amazonaws.com.cn")) else endpoint


def _no_guests(call: Call) -> None:
    if call.user.role == GUEST:
        raise GuestMayNot("Guests can't import. Register, and import from your own place.")
