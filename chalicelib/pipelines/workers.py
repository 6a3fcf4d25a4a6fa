"""The functions that a pipeline declares: what each of them needs, on AWS and on one machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Worker:
    """The function that does one part of a pipeline's work.

    memory: MB, and with it CPU: 1,769 MB are one core. seconds: the time limit of one call, at most 900.
    disk: MB under /tmp, from 512 to 10,240. batch: messages a call, at most 10. at_once: calls at the same time on one
    queue, at least 2. layers: folders of infra/aws/layers with the libraries that it imports. folders: those of the
    bucket that it reads and writes besides every job's. connections: whether it calls the owner's other servers.
    library: whether it looks at the owner's other jobs. results: whether it reads the results of other jobs.
    pictures: whether it looks at the thumbnails of files.
    """

    memory: int = 1769
    seconds: int = 900
    disk: int = 512
    batch: int = 1
    at_once: int = 50
    layers: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    connections: bool = False
    library: bool = False
    results: bool = False
    pictures: bool = False


@dataclass(frozen=True)
class LayerWorker:
    """The function of steps whose libraries don't fit beside their pipeline's own; see Step.layer.

    modules: those of the pipeline's modules that import these libraries, by their full names. begins_in: the module
    that such a step loads first, whose other libraries may be missing here.
    """

    worker: Worker
    modules: tuple[str, ...]
    begins_in: str


@dataclass(frozen=True)
class Workers:
    """A pipeline's functions. layers: by the name that Step.layer gives."""

    inspect: Worker = Worker(seconds=300, batch=10)
    run: Worker = Worker()
    layers: Mapping[str, LayerWorker] = field(default_factory=dict)
