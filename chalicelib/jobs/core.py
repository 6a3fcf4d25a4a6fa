"""The collaborators of all services of jobs, put together once: stores, queues, works, limits, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.jobs.limits import Limits
from chalicelib.jobs.observer import UNOBSERVED, Observer
from chalicelib.jobs.ports.outside import Clock, NewId, ObjectStore, Queues
from chalicelib.pipelines.base import Work


@dataclass(frozen=True)
class Core[Store]:
    """Store: the part of the jobs' store that a service needs (ports/stores.py); one value serves all of them."""

    jobs: Store
    objects: ObjectStore
    queues: Queues
    works: Mapping[str, Work]
    limits: Limits
    clock: Clock
    new_id: NewId
    observer: Observer = UNOBSERVED
