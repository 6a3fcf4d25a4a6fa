"""An analysis: the missing details of scenes, proposed as a plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field

from chalicelib.catalogue.ai.step import ask
from chalicelib.catalogue.detecting.library import Asked, Library
from chalicelib.catalogue.detecting.proposal import FIELDS
from chalicelib.catalogue.detecting.proposal import Field as SceneField
from chalicelib.catalogue.detecting.studios import StudioPattern
from chalicelib.catalogue.plans import Change, changes_of
from chalicelib.catalogue.works.common import WORKERS, CatalogueWork, Options
from chalicelib.pipelines.base import OptionRefused, PipelineFailed, RunContext, Step
from chalicelib.pipelines.workers import Workers

SLICE = 500
"""Scenes of one slice of an analysis: some seconds' work, most of it for marking them as analysed."""


class PatternOption(Options):
    studio: str = Field(min_length=1, max_length=200)
    pattern: str = Field(min_length=1, max_length=200)


class AiOption(Options):
    """prices: of a million tokens, in any currency of the owner's choice."""

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
        """The ids of the wanted scenes: many are kept apart, since they would not fit into a job's options."""
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
        except ValueError as error:  # one of the owner's patterns
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
