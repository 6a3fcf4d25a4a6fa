"""User data: small files that users keep for pipelines to read."""

from __future__ import annotations

import base64

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.user_data import (
    UserDataAnswer,
    UserDataQuery,
    UserDataRequest,
    UserDatumAnswer,
    UserDatumContent,
)
from chalicelib.jobs.errors import (
    BodyTooLarge,
    PreconditionFailed,
    TooMuchUserData,
    TryAgain,
    UserDataNotFound,
)
from chalicelib.jobs.user_data import MOST_BYTES, UserDatum, is_place
from chalicelib.stores.dynamo.user_data import Accepts
from chalicelib.wiring import services

routes = Routes(__name__)

TEXT, BYTES = "text/plain", "application/octet-stream"


@routes.route("GET", "/user-data", "Your user data", query=UserDataQuery, answer=UserDataAnswer)
def list_user_data(call: Call) -> UserDataAnswer:
    found = services().user_data.all(call.user.id, call.query.kind)
    return UserDataAnswer(items=[UserDatumAnswer(**facts(one)) for one in found])


@routes.route("DELETE", "/user-data", "Delete all of your user data", status=204)
def clear_user_data(call: Call) -> Reply:
    services().user_data.clear(call.user.id)
    return Reply(None, 204)


@routes.route(
    "GET",
    "/user-data/{kind}/{name}",
    "Read user data",
    answer=UserDatumContent,
    conditional=True,
    errors=(UserDataNotFound, TryAgain),
)
def get_user_data(call: Call, kind: str, name: str) -> Reply:
    datum, content = services().user_data.read(call.user.id, kind, name)
    answer = UserDatumContent(**facts(datum))
    try:
        answer.text = content.decode()
    except UnicodeDecodeError:
        answer.base64 = base64.b64encode(content).decode()
    return Reply(answer, headers={"ETag": etag(datum)})


@routes.route(
    "PUT",
    "/user-data/{kind}/{name}",
    "Store user data",
    body=UserDataRequest,
    answer=UserDatumAnswer,
    others={201: UserDatumAnswer},
    errors=(UserDataNotFound, PreconditionFailed, TooMuchUserData, TryAgain),
)
def put_user_data(call: Call, kind: str, name: str) -> Reply:
    """`If-Match` replaces only the version that it names; `If-None-Match: *` replaces nothing. Answers 201 for a new
    name."""
    body: UserDataRequest = call.body
    if not is_place(kind, name):
        rule = "a kind is like `dictionary`, a name has letters, digits, dots, dashes and underscores"
        raise UserDataNotFound(f"This name can't be used: {rule}.")
    content = body.content
    if len(content) > MOST_BYTES:
        raise BodyTooLarge("User data holds at most 1 MiB under one name.")
    kind_of_content = body.content_type or (TEXT if body.text is not None else BYTES)
    datum, new = services().user_data.put(call.user.id, kind, name, content, kind_of_content, agreed(call))
    return Reply(UserDatumAnswer(**facts(datum)), 201 if new else 200, {"ETag": etag(datum)})


@routes.route(
    "DELETE",
    "/user-data/{kind}/{name}",
    "Delete user data",
    status=204,
    errors=(UserDataNotFound, PreconditionFailed, TryAgain),
)
def delete_user_data(call: Call, kind: str, name: str) -> Reply:
    services().user_data.delete(call.user.id, kind, name, agreed(call))
    return Reply(None, 204)


def agreed(call: Call) -> Accepts:
    """Checks the present version against the request's If-Match and If-None-Match."""
    wanted, unwanted = (_tags(call.headers.get(name)) for name in ("if-match", "if-none-match"))

    def accepts(current: UserDatum | None) -> bool:
        if wanted and not (current and (wanted == {"*"} or etag(current) in wanted)):
            return False
        return not (unwanted and current and (unwanted == {"*"} or etag(current) in unwanted))

    return accepts


def _tags(header: str | None) -> set[str]:
    return {tag.strip() for tag in (header or "").split(",") if tag.strip()}


def etag(datum: UserDatum) -> str:
    return f'"{datum.version}"'


def facts(datum: UserDatum) -> dict[str, object]:
    return {
        "kind": datum.kind,
        "name": datum.name,
        "size_bytes": datum.size,
        "content_type": datum.content_type,
        "created_at": datum.created_at,
        "updated_at": datum.updated_at,
    }
