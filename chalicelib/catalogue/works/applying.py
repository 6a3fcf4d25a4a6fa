"""The application of a plan, on the scenes' server and in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from pydantic import Field

from chalicelib.catalogue.applying import applied_to, edit_of, identified
from chalicelib.catalogue.catalogue import PACK_FROM
from chalicelib.catalogue.model import Named
from chalicelib.catalogue.plans import Change, ChangeStatus
from chalicelib.catalogue.stash import pages
from chalicelib.catalogue.stash.client import Stash, StashError
from chalicelib.catalogue.stash.writing import Names, write
from chalicelib.catalogue.works.common import CatalogueWork, Options
from chalicelib.pipelines.base import PipelineFailed, RunContext, Step

MARKER_TAG = "Marker"


class ApplyOptions(Options):
    plan_id: str
    connection: str | None = Field(None, description="The server to write to; without it only the catalogue")
    change_ids: list[str] = Field(default_factory=list, max_length=10_000)
    scene_ids: list[str] = Field(default_factory=list, max_length=10_000)


class ApplyWork(CatalogueWork):
    name = "sceneapply"
    title = "Applying a plan"
    description = "Carries approved changes out, on the server that the scenes came from and in the catalogue."
    Options = ApplyOptions

    def _steps(self) -> tuple[Step, ...]:
        return (Step("Applying", self._apply),)

    def _apply(self, context: RunContext) -> None:
        options: ApplyOptions = context.options
        tools = self.tools
        plan = tools.plans.get(context.owner_id, options.plan_id)
        state: Mapping[str, Any] = context.state or {}
        counts: dict[str, int] = dict(state.get("counts", {}))
        known = tools.catalogue.entities(context.owner_id)
        by_kind = {"performers": known.performers, "tags": known.tags, "studio": known.studios}
        stash = self._stash(context, options.connection) if options.connection else None
        names = Names(stash, by_kind) if stash else None
        for number, (scene_id, changes, wanted) in enumerate(
            tools.plans.to_apply(plan, state.get("after"), options.change_ids, options.scene_ids), 1
        ):
            outcomes = (
                self._on_server(context, stash, names, scene_id, wanted)
                if stash and names
                else self._here(context, scene_id, [identified(change, by_kind) for change in wanted])
            )
            tools.plans.note_outcomes(plan.id, scene_id, changes, outcomes)
            for change in outcomes:
                counts[str(change.outcome)] = counts.get(str(change.outcome), 0) + 1
            context.checkpoint({"after": scene_id, "counts": counts})
            if number % PACK_FROM == 0:
                tools.catalogue.pack(context.owner_id)  # every search reads the changes since the last packing
            context.progress(0.0)
        plan = tools.plans.applied(context.owner_id, plan.id)
        done, conflicts, failed = (counts.get(name, 0) for name in ("applied", "conflict", "failed"))
        summary = f"{done} changes applied, {conflicts} in conflict, {failed} failed"
        context.result(summary, None, {"plan_id": plan.id, "status": plan.status, **counts})

    def _on_server(
        self, context: RunContext, stash: Stash, names: Names, scene_id: str, wanted: Sequence[Change]
    ) -> list[Change]:
        """Reads the scene, writes what it lacks, and reads it back: a lost answer doesn't mean that a change failed."""
        now = self.tools.clock()
        source = context.options.connection
        try:
            edit = edit_of(pages.one_scene(stash, source, scene_id, now), wanted)
            if edit.empty:
                return edit.settled
            failure = None
            try:
                write(stash, names, scene_id, edit, Named("", MARKER_TAG))
            except StashError as error:
                failure = error.message
            after = pages.one_scene(stash, source, scene_id, now)
        except StashError as error:
            if error.code == "stash_refused":
                return [_with(change, ChangeStatus.FAILED, error.message) for change in wanted]
            raise PipelineFailed(error.code, error.message) from None
        if after is not None:
            self.tools.catalogue.take_in(context.owner_id, [after])
        there = {c.id for c in edit_of(after, edit.wanted).settled if c.outcome is ChangeStatus.APPLIED}
        unseen = failure or "The server does not show the change."
        return edit.settled + [
            _with(change, ChangeStatus.APPLIED, None)
            if change.id in there
            else _with(change, ChangeStatus.FAILED, unseen)
            for change in edit.wanted
        ]

    def _here(self, context: RunContext, scene_id: str, given: Sequence[Change]) -> list[Change]:
        """Applies changes in the catalogue alone, which has the names of its library and creates none."""
        unknown = [change for change in given if change.outcome is not None]
        wanted = [change for change in given if change.outcome is None]
        outcomes: list[Change] = []

        def carry_out(scene: Any) -> Any:
            edit = edit_of(scene, wanted)
            outcomes[:] = edit.settled + [_with(change, ChangeStatus.APPLIED, None) for change in edit.wanted]
            return applied_to(scene, edit)

        if self.tools.catalogue.change(context.owner_id, scene_id, carry_out) is None:
            return edit_of(None, wanted).settled + unknown
        return outcomes + unknown


def _with(change: Change, outcome: Literal[ChangeStatus.APPLIED, ChangeStatus.FAILED], message: str | None) -> Change:
    return replace(change, outcome=outcome, message=message)
