"""Shared by the works of the catalogue: their tools, and the form of a work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.planning import Plans
from chalicelib.catalogue.ports import Connections
from chalicelib.catalogue.stash.client import Stash
from chalicelib.catalogue.videos import SOURCE, Videos
from chalicelib.pipelines.base import PipelineFailed, RunContext, Step
from chalicelib.pipelines.workers import Worker, Workers

WORKERS = Workers(run=Worker(layers=("catalogue",), folders=("catalogue",), connections=True))


@dataclass(frozen=True)
class Tools:
    """The tools of the works."""

    catalogue: Catalogue
    plans: Plans
    connections: Connections
    videos: Videos
    clock: Callable[[], datetime]

    def frame(self, owner_id: str, scene: Scene) -> bytes | None:
        """A picture of a scene, from the scene's source; None where there is none."""
        if scene.source == SOURCE:
            return self.videos.picture(owner_id, scene.id)
        return self.connections.screenshot(owner_id, scene.source, scene.id)


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CatalogueWork:
    """The base of the works. tools: given by the wiring; without them a work only describes itself."""

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
            raise PipelineFailed("connection_gone", "The connection no longer exists. Create it again.") from None
