"""The catalogue's works: a sync, an analysis, the applying of a plan. Each resumes from its last checkpoint."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.catalogue.ai.step import ask
from chalicelib.catalogue.applying import applied_to, edit_of, identified
from chalicelib.catalogue.catalogue import PACK_FROM, Catalogue
from chalicelib.catalogue.detecting.library import Asked, Library
from chalicelib.catalogue.detecting.proposal import FIELDS
from chalicelib.catalogue.detecting.proposal import Field as SceneField
from chalicelib.catalogue.detecting.studios import StudioPattern
from chalicelib.catalogue.model import Named, Scene
from chalicelib.catalogue.planning import Plans
from chalicelib.catalogue.plans import Change, ChangeStatus, changes_of
from chalicelib.catalogue.ports import Connections
from chalicelib.catalogue.pushing import NoSuchPush, Pushing
from chalicelib.catalogue.stash import pages
from chalicelib.catalogue.stash.client import Stash, StashError
from chalicelib.catalogue.stash.writing import Names, write
from chalicelib.catalogue.syncing import Progress, Sync
from chalicelib.catalogue.videos import SOURCE, Videos, VideoSync
from chalicelib.pipelines.base import OptionRefused, PipelineFailed, RunContext, Step
from chalicelib.pipelines.workers import Worker, Workers

SLICE = 500
"""Scenes of one slice of an analysis: some seconds' work, most of it for marking them as analysed."""
WORKERS = Workers(run=Worker(layers=("catalogue",), folders=("catalogue",), connections=True))
MARKER_TAG = "Marker"


@dataclass(frozen=True)
class Tools:
    """What the works have at hand."""

    catalogue: Catalogue
    plans: Plans
    connections: Connections
    videos: Videos
    clock: Callable[[], datetime]

    def frame(self, owner_id: str, scene: Scene) -> bytes | None:
        """A picture of a scene, from where it came from; None where there is none to be had."""
        if scene.source == SOURCE:
            return self.videos.picture(owner_id, scene.id)
        return self.connections.screenshot(owner_id, scene.source, scene.id)


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PushedOption(Options):
    """listed: the name of what was kept of the push's end."""

    source: str = Field(max_length=64)
    listed: str = Field(max_length=64)


class SyncOptions(Options):
    connection: str | None = Field(
        None, description="The connection to read from; without one the catalogue is packed anew", max_length=64
    )
    videos: bool = Field(False, description="The videos of one's media jobs, instead of a connection")
    pushed: PushedOption | None = Field(None, description="A push that is to be ended, instead of a connection")
    incremental: bool = Field(True, description="Only what changed since the last sync; the first one is always full")
    scene_ids: list[str] = Field(default_factory=list, max_length=1000, description="Only these scenes")


class PatternOption(Options):
    studio: str = Field(min_length=1, max_length=200)
    pattern: str = Field(min_length=1, max_length=200)


class AiOption(Options):
    """prices: of a million tokens, in whatever money its owner thinks."""

    connection: str = Field(max_length=64)
    model: str = Field(max_length=200)
    token_budget: int
    frames: bool = False
    prompt_price: float | None = None
    completion_price: float | None = None


class AnalyseOptions(Options):
    plan_id: str
    scene_ids: list[str] = Field(default_factory=list, max_length=100_000)
    kept: str | None = Field(None, description="The name of what was kept with the ids of many scenes", max_length=64)
    ai: AiOption | None = None
    detect: list[SceneField] = Field(list(FIELDS), min_length=1)
    confidence_threshold: float = Field(0.7, ge=0, le=1)
    include_organized: bool = False
    patterns: list[PatternOption] = Field(default_factory=list, max_length=100)


class ApplyOptions(Options):
    plan_id: str
    connection: str | None = Field(None, description="The server to write to; without it only the catalogue")
    change_ids: list[str] = Field(default_factory=list, max_length=10_000)
    scene_ids: list[str] = Field(default_factory=list, max_length=10_000)


class CatalogueWork:
    """What the works share. tools: given by the wiring; without them a work only says what it is."""

    name: str
    title: str
    description: str
    Options: type[BaseModel]
    workers = WORKERS

    def __init__(self, tools: Callable[[], Tools] | None = None) -> None:
        self._tools = tools
        self.steps = self._steps()

    def _steps(self) -> tuple[Step, ...]:
        raise NotImplementedError

    @property
    def tools(self) -> Tools:
        if self._tools is None:
            raise RuntimeError(f"{self.name} was not wired")
        return self._tools()

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        return None

    def _stash(self, context: RunContext, connection: str) -> Stash:
        try:
            return self.tools.connections.stash(context.owner_id, connection)
        except KeyError:
            raise PipelineFailed("connection_gone", "The connection no longer exists. Make it again.") from None


class SyncWork(CatalogueWork):
    name = "scenesync"
    title = "Sync of a scene library"
    description = "Brings a Stash server's scenes, performers, tags and studios into the catalogue."
    Options = SyncOptions
    workers = Workers(run=replace(WORKERS.run, library=True))

    def _steps(self) -> tuple[Step, ...]:
        return (Step("Reading the library", self._read, 9.0), Step("Packing the catalogue", self._pack, 1.0))

    def _read(self, context: RunContext) -> None:
        options: SyncOptions = context.options
        at = Progress.read(context.state)
        if options.pushed:
            done = at if at.stage == "done" else self._end_push(context, options.pushed)
        elif options.videos:
            done = VideoSync(
                self.tools.catalogue, self.tools.videos, context.owner_id, self.tools.clock, self._note(context)
            ).run(at)
        elif options.connection:
            done = self._read_from(context, options.connection, at)
        else:
            done = at
        context.save("outcome", json.dumps(done.as_json()).encode())

    def _note(self, context: RunContext) -> Callable[[Progress], None]:
        def note(progress: Progress) -> None:
            context.checkpoint(progress.as_json())
            context.progress(0.0)

        return note

    def _end_push(self, context: RunContext, pushed: PushedOption) -> Progress:
        pushing = Pushing(self.tools.catalogue, self.tools.clock)
        try:
            names = json.loads(self.tools.catalogue.kept(context.owner_id, pushed.listed))
            done = pushing.finish(context.owner_id, pushed.source, names.pop("scenes"), names)
        except (KeyError, NoSuchPush):
            raise PipelineFailed("push_gone", "The push was ended by another job.") from None
        context.checkpoint(done.as_json())
        pushing.close(context.owner_id, pushed.source, done)
        self.tools.catalogue.drop(context.owner_id, pushed.listed)
        return done

    def _read_from(self, context: RunContext, connection: str, at: Progress) -> Progress:
        options: SyncOptions = context.options
        if context.state is None and options.incremental:
            at = Progress(since=self.tools.catalogue.newest_seen(context.owner_id, connection))
        stash = self._stash(context, connection)
        sync = Sync(self.tools.catalogue, stash, context.owner_id, connection, self.tools.clock, self._note(context))
        try:
            if options.scene_ids:
                left = options.scene_ids[at.created + at.updated + at.skipped + at.absent + at.failed :]
                done = sync.only(left, at)
            else:
                done = sync.run(at)
                seen = done.seen_by(self.tools.clock())
                self.tools.catalogue.note_seen(context.owner_id, connection, seen)
        except StashError as error:
            raise PipelineFailed(error.code, error.message) from None
        return done

    def _pack(self, context: RunContext) -> None:
        done = Progress.read(json.loads(context.load("outcome").read_bytes()))
        scenes = self.tools.catalogue.pack(context.owner_id)
        counted = {
            name: getattr(done, name) for name in ("created", "updated", "skipped", "absent", "failed", "requests")
        }
        metadata: dict[str, Any] = {
            "outcome": done.outcome,
            **counted,
            "scenes": scenes,
            "newest_seen": done.newest_seen,
        }
        if done.failures:
            metadata["warnings"] = [{"code": "scene_failed", "message": message} for message in done.failures]
        said = f"{done.created} scenes created, {done.updated} updated, {done.skipped} unchanged, {done.failed} failed"
        context.result(said, None, metadata)


class AnalyseWork(CatalogueWork):
    name = "sceneanalysis"
    title = "Analysis of scenes"
    description = "Looks for what scenes lack, and proposes it as a plan."
    Options = AnalyseOptions
    workers = Workers(run=replace(WORKERS.run, pictures=True))

    def _steps(self) -> tuple[Step, ...]:
        return (
            Step("Detecting", self._plan, 9.0, slices=self._slices, work=self._detect),
            Step("Asking a language model", self._ask, 20.0),
            Step("Summing up", self._sum_up, 1.0),
        )

    def _plan(self, context: RunContext) -> None:
        context.progress(0.0)

    def _slices(self, context: RunContext) -> int:
        return -(-len(self._ids(context)) // SLICE)

    def _ids(self, context: RunContext) -> list[str]:
        """The scenes that are asked for: many would not fit into a job's options."""
        options: AnalyseOptions = context.options
        if options.kept is None:
            return options.scene_ids
        ids: list[str] = json.loads(self.tools.catalogue.kept(context.owner_id, options.kept))
        return ids

    def _detect(self, context: RunContext, number: int) -> None:
        options: AnalyseOptions = context.options
        ids = self._ids(context)[number * SLICE : (number + 1) * SLICE]
        known = self.tools.catalogue.entities(context.owner_id)
        library = Library(known.studios, known.performers, known.tags)
        asked = Asked(
            options.detect,
            options.confidence_threshold,
            options.include_organized,
            [StudioPattern(pattern.studio, pattern.pattern) for pattern in options.patterns],
        )
        today = self.tools.clock().date()
        found: list[tuple[str, Sequence[Change]]] = []
        scenes = self.tools.catalogue.scenes(context.owner_id, ids)
        for scene in scenes.values():
            changes = changes_of(scene.id, self._proposals(library, scene, asked, today))
            if changes:
                found.append((scene.id, changes))
        self.tools.plans.fill(options.plan_id, found)
        self.tools.catalogue.change_many(
            context.owner_id, list(scenes.values()), lambda scene: replace(scene, analyzed=True)
        )

    def _proposals(self, library: Library, scene: Any, asked: Asked, today: date) -> Any:
        try:
            return library.proposals(scene, asked, today)
        except ValueError as error:  # a pattern of the owner's
            raise PipelineFailed("pattern_refused", str(error)) from None

    def _ask(self, context: RunContext) -> None:
        options: AnalyseOptions = context.options
        if options.ai is not None:
            ask(self.tools, context, options.ai, options, self._ids(context))

    def _sum_up(self, context: RunContext) -> None:
        options: AnalyseOptions = context.options
        looked_at = len(self._ids(context))
        plan = self.tools.plans.filled(context.owner_id, options.plan_id)
        total = sum(plan.counted.values())
        summary = f"{total} changes proposed for {plan.scenes} of {looked_at} scenes"
        metadata = {"plan_id": plan.id, "scenes": plan.scenes, "changes": dict(plan.counted)}
        if spent := (plan.metadata.get("ai") or {}).get("spent"):
            metadata["ai"] = {name: value for name, value in spent.items() if name != "failures"}
            metadata["warnings"] = [{"code": "scene_failed", "message": said} for said in spent["failures"]]
        context.result(summary, None, metadata)

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        for pattern in options.patterns:
            try:
                StudioPattern(pattern.studio, pattern.pattern).compiled()
            except ValueError as error:
                raise OptionRefused("patterns", str(error)) from None


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
                tools.catalogue.pack(context.owner_id)  # every search reads what changed since
            context.progress(0.0)
        plan = tools.plans.applied(context.owner_id, plan.id)
        done, conflicts, failed = (counts.get(name, 0) for name in ("applied", "conflict", "failed"))
        summary = f"{done} changes applied, {conflicts} in conflict, {failed} failed"
        context.result(summary, None, {"plan_id": plan.id, "status": plan.status, **counts})

    def _on_server(
        self, context: RunContext, stash: Stash, names: Names, scene_id: str, wanted: Sequence[Change]
    ) -> list[Change]:
        """Reads the scene, writes what it lacks, and reads it back: an answer that was lost is no change that
        failed."""
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
        """In the catalogue alone, which has the names of its library and makes none."""
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


CATALOGUE_WORKS: tuple[type[CatalogueWork], ...] = (SyncWork, AnalyseWork, ApplyWork)
