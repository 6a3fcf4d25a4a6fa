"""Settings and the audit log, for admins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from chalicelib.accounts.errors import SettingNotFound
from chalicelib.accounts.stored_settings import Setting
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.preconditions import check_match, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.settings import (
    AuditEntryAnswer,
    AuditPage,
    AuditQuery,
    SettingAnswer,
    SettingsAnswer,
    SettingsRequest,
    SlipAnswer,
    SlipsAnswer,
)
from chalicelib.jobs.errors import PreconditionFailed, TryAgain
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("GET", "/settings", "All settings", answer=SettingsAnswer, conditional=True, scope="admin")
def get_settings(call: Call) -> SettingsAnswer:
    return settings_answer(services().stored_settings.all())


@routes.route(
    "GET",
    "/settings/{name}",
    "One setting",
    answer=SettingAnswer,
    conditional=True,
    scope="admin",
    errors=(SettingNotFound,),
)
def get_setting(call: Call, name: str) -> SettingAnswer:
    return SettingAnswer(**asdict(services().stored_settings.one(name)))


@routes.route(
    "PUT",
    "/settings",
    "Change settings",
    body=SettingsRequest,
    answer=SettingsAnswer,
    scope="admin",
    errors=(PreconditionFailed, TryAgain),
)
def change_settings(call: Call) -> Reply:
    """Other containers apply the changes within seconds."""
    body: SettingsRequest = call.body
    changed = services().stored_settings.change(
        call.user.id, body.root, lambda before: check_match(call, settings_answer(before))
    )
    services.look_again()
    return versioned(settings_answer(changed))


@routes.route("GET", "/drop-folder/slips", "Misplaced files in the drop folder", answer=SlipsAnswer, scope="admin")
def list_slips(call: Call) -> SlipsAnswer:
    """Objects outside a batch, and folders without a pipeline or a user: they wait, and become a job once their path is
    right."""
    return SlipsAnswer(items=[SlipAnswer(**asdict(slip)) for slip in services().slips.find()])


@routes.route(
    "GET",
    "/audit",
    "The audit log, newest first",
    query=AuditQuery,
    answer=AuditPage,
    scope="admin",
    headers=("Link",),
)
def list_audit(call: Call) -> Reply:
    found, cursor = services().audit.page(limit=call.query.limit, before=call.query.cursor)
    entries = [AuditEntryAnswer.model_validate(asdict(entry)) for entry in found]
    return Reply(AuditPage(items=entries, next_cursor=cursor), headers=cursor_links(call, cursor))


def settings_answer(settings: Sequence[Setting]) -> SettingsAnswer:
    return SettingsAnswer(items=[SettingAnswer(**asdict(setting)) for setting in settings])
