"""A sync: scenes and their names from a Stash server, a push or the owner's own videos."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pydantic import Field

from chalicelib.catalogue.pushing import NoSuchPush, Pushing
from chalicelib.catalogue.stash.client import StashError
from chalicelib.catalogue.syncing import Progress, Sync
from chalicelib.catalogue.videos import VideoSync
from chalicelib.catalogue.works.common import WORKERS, CatalogueWork, Options
from chalicelib.pipelines.base import PipelineFailed, RunContext, Step
from chalicelib.pipelines.workers import Workers


class PushedOption(Options):
    """listed: the name of the content that was kept at the push's end."""

    source: str = Field(max_length=64)
    listed: str = Field(max_length=64)


class SyncOptions(Options):
    connection: str | None = Field(
        None, description="The connection to read from; without one the catalogue is repacked", max_length=64
    )
    videos: bool = Field(False, description="The videos of one's media jobs, instead of a connection")
    pushed: PushedOption | None = Field(None, description="A push that is to be ended, instead of a connection")
    incremental: bool = Field(True, description="Only what changed since the last sync; the first one is always full")
    scene_ids: list[str] = Field(default_factory=list, max_length=1000, description="Only these scenes")


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
