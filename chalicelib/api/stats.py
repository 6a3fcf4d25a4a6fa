"""Health and statistics of the installation."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.stats import DayOfJobs, Dependency, ErrorTimes, HealthAnswer, PipelineTimes, StatsAnswer
from chalicelib.jobs import statistics
from chalicelib.jobs.states import JobState
from chalicelib.wiring import services

routes = Routes(__name__)
log = logging.getLogger(__name__)

VERSION = "0.1.0"
DAYS = 30


@routes.route("GET", "/stats", "Statistics of the installation", answer=StatsAnswer, conditional=True)
def get_stats(call: Call) -> StatsAnswer:
    return numbers()


def numbers() -> StatsAnswer:
    now = services().clock()
    totals = services().jobs.statistics()
    counted = services().jobs.counted(statistics.days_until(now, DAYS))
    days = statistics.days(counted)
    processed = int(totals["jobs_processed"])
    waiting = sum(services().jobs.queue_state(name).waiting for name in services().pipelines)
    return StatsAnswer(
        total_jobs_processed=processed,
        total_jobs_today=days[-1].opened,
        unique_users=int(totals["unique_users"]),
        average_processing_time_seconds=round(totals["processing_seconds"] / processed, 3) if processed else None,
        jobs_in_queue=waiting,
        uptime_hours=round((now.timestamp() - totals["since"]) / 3600, 2) if "since" in totals else 0.0,
        stored_bytes=max(0, int(totals["stored_bytes"])),
        days=[
            DayOfJobs(
                date=day.date.isoformat(),
                opened=day.opened,
                completed=day.states[JobState.COMPLETED],
                failed=day.states[JobState.FAILED],
                cancelled=day.states[JobState.CANCELLED],
            )
            for day in days
        ],
        pipelines=[
            PipelineTimes(
                pipeline=times.pipeline,
                jobs=times.jobs,
                average_processing_time_seconds=round(times.average_seconds, 3),
            )
            for times in statistics.processing(counted)
        ],
        errors=[
            ErrorTimes(code=fault.code, jobs=fault.jobs, files=fault.files) for fault in statistics.faults(counted)
        ],
    )


@routes.route(
    "GET", "/health", "Whether everything is reachable", answer=HealthAnswer, open=True, others={503: HealthAnswer}
)
def get_health(call: Call) -> Reply:
    answer = health(call.request_id)
    return Reply(answer, 200 if answer.status == "ok" else 503)


def health(request_id: str) -> HealthAnswer:
    checks: dict[str, Callable[[], object]] = {
        "dynamodb": lambda: services().jobs.queue_state("health"),
        "s3": lambda: services().objects.list_page("health/", bucket=None, after=None, recursive=True),
        "sqs": services().queues.reachable,
    }
    found = {name: _checked(name, check, request_id) for name, check in checks.items()}
    well = all(dependency.ok for dependency in found.values())
    return HealthAnswer(status="ok" if well else "degraded", version=VERSION, dependencies=found)


def _checked(name: str, check: Callable[[], object], request_id: str) -> Dependency:
    began = time.perf_counter()
    try:
        check()
        error = None
    except Exception as failure:
        log.exception("%s is not reachable, request %s", name, request_id)
        error = type(failure).__name__  # enough to find the cause, and nothing internal
    latency = round((time.perf_counter() - began) * 1000, 1)
    return Dependency(ok=error is None, latency_ms=latency, error=error)
