"""Settings of the scene system, kept as connections: the addresses of a catalogue's servers, and their tests."""

from __future__ import annotations

from chalicelib.api.compat.scenes import worded
from chalicelib.api.connections import tested_models, tested_stash
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.compat.scenes import (
    OpenAiTrial,
    ScenesError,
    SceneSettings,
    SceneSettingsChanged,
    SceneSettingsChanges,
    ServiceTested,
    StashTrial,
)
from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    TooManyConnections,
    TryAgain,
)
from chalicelib.outgoing.connections import Connection
from chalicelib.wiring import services

MASK = "********"
OPENAI = "https://api.openai.com/v1"
THRESHOLD, INCREMENTAL = 0.7, True
"""Defaults of an analysis and a sync on this installation."""
NO_SERVER = "There is no Stash server yet: give its address with PUT /settings."

routes = Routes(__name__, Dialect(ScenesError, worded))


@routes.route("GET", "/compat/scenes/settings", "The addresses of your catalogue's servers", answer=SceneSettings)
def get_catalogue_settings(call: Call) -> SceneSettings:
    stash, models = connection_of(call, "stash"), connection_of(call, "openai")
    return SceneSettings(
        stash_url=stash.url if stash else None,
        stash_api_key=MASK if stash and stash.sealed else None,
        openai_base_url=models.url if models else None,
        openai_api_key=MASK if models and models.sealed else None,
        analysis_confidence_threshold=THRESHOLD,
        sync_incremental=INCREMENTAL,
    )


@routes.route(
    "PUT",
    "/compat/scenes/settings",
    "Change the addresses of your catalogue's servers",
    body=SceneSettingsChanges,
    answer=SceneSettingsChanged,
    errors=(TooManyConnections, TryAgain),
)
def change_catalogue_settings(call: Call) -> SceneSettingsChanged:
    """Kept as your connections: the oldest of each kind, or a new one."""
    body: SceneSettingsChanges = call.body
    _check_unkept(body)
    given = {
        "stash": {"url": ("stash_url", body.stash_url), "key": ("stash_api_key", body.stash_api_key)},
        "openai": {"url": ("openai_base_url", body.openai_base_url), "key": ("openai_api_key", body.openai_api_key)},
    }
    for fields in given.values():  # all of them first: the request never asked for half of the changes
        name, url = fields["url"]
        if url:
            _check_address(name, url)
    updated = []
    for kind, fields in given.items():
        there = connection_of(call, kind)
        changes = {part: value for part, (_, value) in fields.items() if value not in (None, MASK)}
        if there and changes.get("url") == there.url:
            del changes["url"]
        if changes and there:
            services().owners_connections.change(there, changes, exactly=False)
        elif changes:
            address = {"url": OPENAI if kind == "openai" else "", "key": ""}
            services().owners_connections.add(call.user.id, name=kind.title(), kind=kind, **{**address, **changes})
        updated += [fields[part][0] for part in changes]
    return SceneSettingsChanged(message="Settings updated successfully", updated_fields=updated)


@routes.route(
    "POST",
    "/compat/scenes/settings/test-stash",
    "Test your Stash server",
    body=StashTrial,
    answer=ServiceTested,
)
def try_catalogue_stash(call: Call) -> ServiceTested:
    """Tests the given address, or your own. A server failure is reported in the answer, not as an error."""
    body: StashTrial = call.body
    servers = services().tested_connections
    there = connection_of(call, "stash")
    if body.url:
        server = servers.stash_at(body.url, body.api_key)
    elif there:
        server = servers.stash(call.user.id, there.id)
    else:
        return ServiceTested(service="stash", success=False, message=NO_SERVER, details={})
    found = tested_stash(server)
    return ServiceTested(
        service="stash",
        success=found.ok,
        message=found.message or "Successfully connected to Stash server",
        details={"server_version": found.version} if found.ok else {"code": found.code},
    )


@routes.route(
    "POST",
    "/compat/scenes/settings/test-openai",
    "Test a language model server",
    body=OpenAiTrial,
    answer=ServiceTested,
)
def try_catalogue_models(call: Call) -> ServiceTested:
    """Sends one request of at most eight seconds, which lists the models and uses none."""
    body: OpenAiTrial = call.body
    servers = services().tested_connections
    there = connection_of(call, "openai")
    if body.api_key or body.base_url or not there:
        server = servers.models_at(body.base_url or (there.url if there else OPENAI), body.api_key)
    else:
        server = servers.models(call.user.id, there.id)
    found = tested_models(server)
    unknown = found.ok and body.model is not None and body.model not in found.models
    listed = {"model": body.model, "available_models": found.models, "total_models": len(found.models)}
    return ServiceTested(
        service="openai",
        success=found.ok and not unknown,
        message=f"The server has no model {body.model}."
        if unknown
        else found.message or "Successfully connected to OpenAI API",
        details=listed if found.ok else {"code": found.code},
    )


def connection_of(call: Call, kind: str) -> Connection | None:
    """The oldest connection of that kind: that system knows one of each."""
    known = services().connection_table.connections(call.user.id)
    return min((one for one in known if one.kind == kind), key=lambda one: one.id, default=None)


def _check_address(field: str, url: str) -> None:
    try:
        services().owners_connections.check(url)
    except InvalidFields as refused:
        wrong = [FieldError(field, one.message) for one in refused.errors]
        raise InvalidFields(refused.detail, errors=wrong) from None


def _check_unkept(body: SceneSettingsChanges) -> None:
    """InvalidFields for a setting that doesn't exist here, unless its value comes back as it was read."""
    wrong = [
        FieldError(name, "is not kept: each analysis and each sync names its own")
        for name, known in (
            ("openai_model", None),
            ("analysis_confidence_threshold", THRESHOLD),
            ("sync_incremental", INCREMENTAL),
            ("sync_batch_size", None),
        )
        if getattr(body, name) not in (None, known)
    ]
    if wrong:
        raise InvalidFields("Some settings are not kept here.", errors=wrong)
