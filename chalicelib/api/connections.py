"""Other servers that your jobs may call."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.preconditions import check_match, is_conditional, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.connections import (
    ConnectionAnswer,
    ConnectionChanges,
    ConnectionRequest,
    ConnectionsAnswer,
    ModelsTested,
    ServerTest,
    StashTested,
)
from chalicelib.catalogue.errors import ConnectionNotThere
from chalicelib.jobs.errors import ConnectionNotFound, PreconditionFailed, TooManyConnections, TryAgain
from chalicelib.jobs.ids import is_id
from chalicelib.outgoing.connections import Connection
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.catalogue.ai.client import ModelServer
    from chalicelib.catalogue.stash.client import Stash

routes = Routes(__name__)

NO_STASH = "The server's answer is not that of a Stash server."


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


@routes.route(
    "POST",
    "/settings/test-stash",
    "Test a Stash server",
    body=ServerTest,
    answer=StashTested,
    errors=(ConnectionNotThere,),
)
def try_stash_server(call: Call) -> StashTested:
    """Sends one request of at most eight seconds. A server failure is reported in the answer, not as an error."""
    servers = services().tested_connections
    return tested_stash(_server(call, servers.stash, servers.stash_at))


def tested_stash(stash: Stash) -> StashTested:
    from chalicelib.catalogue.stash.client import StashError

    began = time.monotonic()
    try:
        version = stash.ask("version")["version"]["version"]
    except StashError as error:
        return StashTested(ok=False, milliseconds=_since(began), code=error.code, message=error.message)
    except (KeyError, TypeError):
        return StashTested(ok=False, milliseconds=_since(began), code="stash_refused", message=NO_STASH)
    return StashTested(ok=True, milliseconds=_since(began), version=str(version) if version else None)


@routes.route(
    "POST",
    "/settings/test-openai",
    "Test a language model server",
    body=ServerTest,
    answer=ModelsTested,
    errors=(ConnectionNotThere,),
)
def try_model_server(call: Call) -> ModelsTested:
    """Sends one request of at most eight seconds, which lists the models and uses none."""
    servers = services().tested_connections
    return tested_models(_server(call, servers.models, servers.models_at))


def tested_models(server: ModelServer) -> ModelsTested:
    from chalicelib.catalogue.ai.client import ModelError

    began = time.monotonic()
    try:
        models = server.models()
    except ModelError as error:
        return ModelsTested(ok=False, milliseconds=_since(began), code=error.code, message=error.message)
    return ModelsTested(ok=True, milliseconds=_since(began), models=models)


def _server(call: Call, known: Callable[[str, str], Any], given: Callable[[str, str], Any]) -> Any:
    asked: ServerTest = call.body
    if asked.url is not None:
        return given(asked.url, asked.key)
    try:
        return known(call.user.id, str(asked.connection_id))
    except KeyError:
        raise ConnectionNotThere(f"You have no connection {asked.connection_id} of this kind.") from None


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


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
