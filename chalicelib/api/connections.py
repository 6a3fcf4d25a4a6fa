"""Other servers that work of yours may call."""

from __future__ import annotations

from chalicelib.api.http import Call, Reply
from chalicelib.api.models.connections import (
    ConnectionAnswer,
    ConnectionChanges,
    ConnectionRequest,
    ConnectionsAnswer,
)
from chalicelib.api.preconditions import check_match, is_conditional, versioned
from chalicelib.api.routing import Routes
from chalicelib.jobs.errors import ConnectionNotFound, PreconditionFailed, TooManyConnections, TryAgain
from chalicelib.jobs.ids import is_id
from chalicelib.outgoing.connections import Connection
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "POST",
    "/connections",
    "Connect another server",
    body=ConnectionRequest,
    answer=ConnectionAnswer,
    status=201,
    creates=True,
    errors=(TooManyConnections,),
    headers=("Location",),
)
def add_connection(call: Call) -> Reply:
    made = services().owners_connections.add(call.user.id, **dict(call.body), id=call.made_id)
    return Reply(connection_answer(made), 201, {"Location": f"/api/connections/{made.id}"})


@routes.route("GET", "/connections", "Your connections", answer=ConnectionsAnswer)
def list_connections(call: Call) -> ConnectionsAnswer:
    found = services().connection_table.connections(call.user.id)
    return ConnectionsAnswer(items=[connection_answer(one) for one in found])


@routes.route("GET", "/connections/{connection_id}", "A connection", answer=ConnectionAnswer, conditional=True)
def get_connection(call: Call, connection_id: str) -> ConnectionAnswer:
    return connection_answer(owned(call, connection_id))


@routes.route(
    "PATCH",
    "/connections/{connection_id}",
    "Change a connection",
    body=ConnectionChanges,
    answer=ConnectionAnswer,
    errors=(PreconditionFailed, TryAgain),
)
def change_connection(call: Call, connection_id: str) -> Reply:
    connection = owned(call, connection_id)
    check_match(call, connection_answer(connection))
    changes = call.body.model_dump(exclude_unset=True)
    changed = services().owners_connections.change(connection, changes, exactly=is_conditional(call))
    return versioned(connection_answer(changed))


@routes.route("DELETE", "/connections/{connection_id}", "Delete a connection", status=204)
def delete_connection(call: Call, connection_id: str) -> Reply:
    services().connection_table.delete_connection(owned(call, connection_id))
    return Reply(None, 204)


def owned(call: Call, connection_id: str) -> Connection:
    if not is_id(connection_id):
        raise ConnectionNotFound("There is no such connection.")
    return services().connection_table.connection(call.user.id, connection_id)


def connection_answer(connection: Connection) -> ConnectionAnswer:
    return ConnectionAnswer(
        id=connection.id,
        name=connection.name,
        kind=connection.kind,
        url=connection.url,
        has_key=bool(connection.sealed),
        key_hint=connection.hint,
        created_at=connection.created_at,
    )
