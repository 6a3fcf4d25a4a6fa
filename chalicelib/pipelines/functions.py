"""The functions that the works run in: app.py binds their handlers, the template and the local stack feed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from chalicelib.pipelines.registry import PIPELINES, WORKS
from chalicelib.pipelines.workers import Worker, Workers


@dataclass(frozen=True)
class WorkerFunction:
    """task: what it does with its messages. place: the pipeline or layer whose libraries it has."""

    task: Literal["inspect", "run"]
    place: str
    worker: Worker

    @property
    def handler(self) -> str:
        """The function's name in app.py."""
        return f"{self.task}_{self.place}"

    @property
    def queue(self) -> str:
        return f"{self.task}-{self.place}"


def workers_of(name: str) -> Workers:
    """The functions of a work. A name that isn't registered has the default ones: the local stack also runs other
    apps."""
    return WORKS[name].workers if name in WORKS else Workers()


def inspects(name: str) -> bool:
    """Whether it is a pipeline: a work without files has nothing to inspect."""
    return name in PIPELINES or name not in WORKS


def invokes(place: str) -> bool:
    """Whether a step that belongs to a work's own function hands its parts to workers directly."""
    return place in WORKS and any(step.invoked for step in WORKS[place].steps)


def layers_of(names: Iterable[str]) -> dict[str, Worker]:
    """The layers with a function of their own. One that several pipelines use is as large as any of them needs."""
    found: dict[str, Worker] = {}
    for name in names:
        for layer, wanted in workers_of(name).layers.items():
            found[layer] = _larger(found[layer], wanted.worker) if layer in found else wanted.worker
    return found


def worker_functions(names: Iterable[str]) -> Iterator[WorkerFunction]:
    """names: of works."""
    names = tuple(names)
    for name in names:
        workers = workers_of(name)
        if inspects(name):
            yield WorkerFunction("inspect", name, workers.inspect)
        yield WorkerFunction("run", name, workers.run)
    for layer, worker in layers_of(names).items():
        yield WorkerFunction("run", layer, worker)


def _larger(one: Worker, other: Worker) -> Worker:
    return Worker(
        memory=max(one.memory, other.memory),
        seconds=max(one.seconds, other.seconds),
        disk=max(one.disk, other.disk),
        batch=min(one.batch, other.batch),
        at_once=max(one.at_once, other.at_once),
        layers=tuple(dict.fromkeys(one.layers + other.layers)),
        folders=tuple(dict.fromkeys(one.folders + other.folders)),
        connections=one.connections or other.connections,
        results=one.results or other.results,
        pictures=one.pictures or other.pictures,
    )
