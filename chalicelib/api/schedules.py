"""Schedules of jobs."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib.accounts.people import GUEST
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.preconditions import check_match, is_conditional, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.schedules import (
    BegunAnswer,
    ScheduleAnswer,
    ScheduleChanges,
    ScheduleRequest,
    SchedulesAnswer,
    StartedAnswer,
)
from chalicelib.jobs.errors import (
    Forbidden,
    ImportNotAllowed,
    PreconditionFailed,
    ScheduleNotFound,
    TooManyJobs,
    TooManySchedules,
    TryAgain,
    UnknownPipeline,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.schedules import Schedule
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "POST",
    "/schedules",
    "Schedule jobs",
    body=ScheduleRequest,
    answer=ScheduleAnswer,
    status=201,
    creates=True,
    errors=(UnknownPipeline, ImportNotAllowed, TooManySchedules),
    headers=("Location",),
)
def add_schedule(call: Call) -> Reply:
    """With `path`, each run imports the files that are there at the time. Missed runs become one job."""
    if call.user.role == GUEST:
        raise Forbidden("Schedules need an account: a guest could not stop one after the token's end.")
    body: ScheduleRequest = call.body
    made = services().schedules.add(call.user.id, **dict(body), id=call.made_id)
    return Reply(schedule_answer(made), 201, {"Location": f"/api/schedules/{made.id}"})


@routes.route("GET", "/schedules", "Your schedules", answer=SchedulesAnswer)
def list_schedules(call: Call) -> SchedulesAnswer:
    return SchedulesAnswer(items=[schedule_answer(one) for one in services().schedule_table.schedules(call.user.id)])


@routes.route(
    "GET", "/schedules/{schedule_id}", "A schedule, and what it began", answer=ScheduleAnswer, conditional=True
)
def get_schedule(call: Call, schedule_id: str) -> ScheduleAnswer:
    return schedule_answer(owned(call, schedule_id))


@routes.route(
    "PATCH",
    "/schedules/{schedule_id}",
    "Change, pause or resume a schedule",
    body=ScheduleChanges,
    answer=ScheduleAnswer,
    errors=(PreconditionFailed, TryAgain),
)
def change_schedule(call: Call, schedule_id: str) -> Reply:
    schedule = owned(call, schedule_id)
    check_match(call, schedule_answer(schedule))
    changes = call.body.model_dump(exclude_unset=True)
    return versioned(schedule_answer(services().schedules.change(schedule, changes, exactly=is_conditional(call))))


@routes.route("DELETE", "/schedules/{schedule_id}", "Delete a schedule", status=204)
def delete_schedule(call: Call, schedule_id: str) -> Reply:
    services().schedule_table.delete_schedule(owned(call, schedule_id))
    return Reply(None, 204)


@routes.route(
    "POST",
    "/schedules/{schedule_id}/run",
    "Run a schedule now",
    answer=BegunAnswer,
    status=202,
    creates=True,
    errors=(ImportNotAllowed, UnknownPipeline, TooManyJobs),
)
def run_schedule(call: Call, schedule_id: str) -> Reply:
    return Reply(BegunAnswer(job_id=services().schedules.run_now(owned(call, schedule_id), call.made_id)), 202)


def owned(call: Call, schedule_id: str) -> Schedule:
    if not is_id(schedule_id):
        raise ScheduleNotFound("There is no such schedule.")
    return services().schedule_table.schedule(call.user.id, schedule_id)


def schedule_answer(schedule: Schedule) -> ScheduleAnswer:
    return ScheduleAnswer(
        id=schedule.id,
        name=schedule.name,
        pipeline=schedule.pipeline,
        options=dict(schedule.options),
        path=schedule.path,
        recursive=schedule.recursive,
        cron=schedule.timing.cron,
        every_minutes=schedule.timing.every_minutes,
        zone=schedule.timing.zone,
        paused=schedule.next_at is None,
        created_at=schedule.created_at,
        next_at=schedule.next_at,
        history=[StartedAnswer(**asdict(started)) for started in schedule.history],
    )
