"""Schedules: jobs that begin at set times, once for each time.

The job's id is derived from the schedule and the due time, so that a second start (after a crash, or by a concurrent
sweep) finds the existing job. Missed times become one job. The sweeper finds due schedules in the sparse index.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    JobError,
    PreconditionFailed,
    ScheduleNotFound,
    StaleTransition,
    TryAgain,
)
from chalicelib.jobs.ids import id_of
from chalicelib.jobs.intake.importing import Importer
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.jobs.timing import InvalidTiming, Timing

log = logging.getLogger(__name__)

MOST = 50
AT_ONCE = 100
HISTORY = 20
TRIES = 5
TIMING = frozenset({"cron", "every_minutes", "zone"})
MARGIN = timedelta(seconds=5)


@dataclass(frozen=True)
class Started:
    """A run of a schedule: its job, or why there is none. due_at None: requested by hand."""

    at: datetime
    due_at: datetime | None
    job_id: str | None
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True)
class Schedule:
    """path: the imported place; None for a work without files. next_at None: it is paused. history: the newest
    first."""

    id: str
    owner_id: str
    name: str
    pipeline: str
    options: Mapping[str, Any]
    path: str | None
    recursive: bool
    timing: Timing
    next_at: datetime | None
    created_at: datetime
    history: tuple[Started, ...] = ()
    version: int = 0


class ScheduleStore(Protocol):
    def add_schedule(self, schedule: Schedule, most: int) -> Schedule:
        """The stored schedule: an existing one with the same id stays as it is. TooManySchedules."""

    def schedule(self, owner_id: str, schedule_id: str) -> Schedule:
        """ScheduleNotFound."""

    def schedules(self, owner_id: str) -> list[Schedule]: ...
    def change_schedule(self, schedule: Schedule, changes: Mapping[str, Any]) -> Schedule:
        """changes: fields of Schedule. ScheduleNotFound; StaleTransition where its version has changed."""

    def delete_schedule(self, schedule: Schedule) -> None: ...
    def due_schedules(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """Owner and id of the schedules that are due, the longest due first."""


class Schedules:
    def __init__(self, store: ScheduleStore, intake: Intake, importer: Importer, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._intake = intake
        self._importer = importer
        self._clock = clock
        self._new_id = new_id

    def add(
        self,
        owner_id: str,
        name: str,
        pipeline: str,
        options: Mapping[str, Any],
        *,
        path: str | None,
        recursive: bool,
        cron: str | None,
        every_minutes: int | None,
        zone: str,
        id: str | None = None,
    ) -> Schedule:
        """The same id twice is one schedule. InvalidFields, ImportNotAllowed, UnknownPipeline, TooManySchedules."""
        now = self._clock()
        timing = _checked(Timing(now, cron, every_minutes, zone))
        if path is not None:
            self._importer.check(path, owner_id)
        checked = self._intake.check_options(pipeline, options, with_files=path is not None)
        first = timing.after(now)
        made = Schedule(
            id or self._new_id(), owner_id, name, pipeline, checked, path, recursive, timing, first, created_at=now
        )
        return self._store.add_schedule(made, MOST)

    def change(self, schedule: Schedule, changes: Mapping[str, Any], *, exactly: bool) -> Schedule:
        """changes: name, options, paused, cron, every_minutes, zone. exactly: only the version that was read, else
        PreconditionFailed."""
        for _ in range(TRIES):
            try:
                return self._store.change_schedule(schedule, self._changed(schedule, changes))
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The schedule was changed in the meantime.") from None
                schedule = self._store.schedule(schedule.owner_id, schedule.id)
        raise TryAgain("The schedule is being changed by others: try again.")

    def _changed(self, schedule: Schedule, changes: Mapping[str, Any]) -> dict[str, Any]:
        now, timing = self._clock(), schedule.timing
        found: dict[str, Any] = {name: changes[name] for name in ("name",) if name in changes}
        if "options" in changes:
            with_files = schedule.path is not None
            found["options"] = self._intake.check_options(schedule.pipeline, changes["options"], with_files=with_files)
        paused = changes.get("paused", schedule.next_at is None)
        if TIMING & changes.keys():
            now_cron = changes.get("cron", None if changes.get("every_minutes") else timing.cron)
            every = changes.get("every_minutes", None if changes.get("cron") else timing.every_minutes)
            timing = _checked(Timing(now, now_cron, every, changes.get("zone", timing.zone)))
            found["timing"] = timing
        if paused:
            found["next_at"] = None
        elif "timing" in found or schedule.next_at is None:
            found["next_at"] = timing.after(now)
        return found

    def run_now(self, schedule: Schedule, id: str | None = None) -> str:
        """Starts a job now and returns its id. The same id twice is one job. Raises whatever starting the job
        raises."""
        now = self._clock()
        job_id = self._start(schedule, id or self._new_id(), now)
        self._note(schedule, Started(now, None, job_id))
        return job_id

    def _note(self, schedule: Schedule, started: Started) -> None:
        for _ in range(TRIES):
            if any(known.job_id == started.job_id for known in schedule.history):
                return
            try:
                self._store.change_schedule(schedule, {"history": _history(schedule, started)})
                return
            except StaleTransition:
                schedule = self._store.schedule(schedule.owner_id, schedule.id)
            except ScheduleNotFound:
                return

    def sweep(self, deadline: datetime) -> int:
        """Starts the jobs of due schedules; returns how many. One that fails doesn't hold up the others."""
        started = 0
        for owner_id, schedule_id in self._store.due_schedules(self._clock(), AT_ONCE):
            if self._clock() >= deadline - MARGIN:
                break
            try:
                started += self._begin(self._store.schedule(owner_id, schedule_id))
            except (StaleTransition, ScheduleNotFound):
                log.info("skipped: the schedule changed meanwhile", extra={"schedule": schedule_id})
            except Exception:
                log.exception("a schedule could not be started", extra={"schedule": schedule_id})
        return started

    def _begin(self, schedule: Schedule) -> bool:
        due_at, now = schedule.next_at, self._clock()
        if due_at is None or due_at > now:
            return False
        try:
            job_id = self._start(schedule, id_of(due_at, schedule.id, due_at.isoformat()), due_at)
            started = Started(now, due_at, job_id)
        except JobError as refused:
            log.warning("a schedule began no job", extra={"schedule": schedule.id, "code": refused.code})
            started = Started(now, due_at, None, refused.code, refused.detail)
        changes = {"next_at": schedule.timing.after(now), "history": _history(schedule, started)}
        self._store.change_schedule(schedule, changes)
        return True

    def _start(self, schedule: Schedule, job_id: str, at: datetime) -> str:
        name = f"{schedule.name} {at.astimezone(ZoneInfo(schedule.timing.zone)):%Y-%m-%d %H:%M}"
        owner_id, pipeline, options = schedule.owner_id, schedule.pipeline, schedule.options
        if schedule.path is None:
            return self._intake.start(owner_id, pipeline, options, job_id, name=name).id
        return self._importer.start(
            owner_id, schedule.path, pipeline, options, name=name, recursive=schedule.recursive, id=job_id
        ).id


def _checked(timing: Timing) -> Timing:
    try:
        timing.check()
    except InvalidTiming as wrong:
        error = FieldError(wrong.field, str(wrong))
        raise InvalidFields("The schedule's time is not valid.", errors=[error]) from None
    return timing


def _history(schedule: Schedule, started: Started) -> tuple[Started, ...]:
    return (started, *schedule.history)[:HISTORY]
