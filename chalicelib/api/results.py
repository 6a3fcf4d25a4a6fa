"""The results of a user's jobs."""

from __future__ import annotations

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links, pages
from chalicelib.api.framework.preconditions import check_match, is_conditional, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.results import ResultAnswer, ResultChanges, ResultRequest, ResultsPage, ResultsQuery
from chalicelib.jobs.errors import JobNotFound, PreconditionFailed, TryAgain
from chalicelib.jobs.library.results import WantedResults
from chalicelib.jobs.model import Result, file_id
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "GET", "/results", "Your results", query=ResultsQuery, answer=ResultsPage, errors=(JobNotFound,), headers=("Link",)
)
def list_results(call: Call) -> Reply:
    query: ResultsQuery = call.query
    wanted = WantedResults(
        job_id=query.job_id,
        pipeline=query.pipeline,
        min_quality=query.min_quality,
        sort_by=query.sort_by,
        descending=query.sort_order == "desc",
        page=query.page,
        per_page=query.per_page,
    )
    found, total = services().results.page(call.user.id, wanted)
    answer = ResultsPage(
        items=[result_answer(result) for result in found],
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=pages(total, query.per_page),
    )
    return Reply(answer, headers=page_links(call, total))


@routes.route(
    "POST",
    "/results",
    "Record a result of any job",
    body=ResultRequest,
    answer=ResultAnswer,
    status=201,
    creates=True,
    scope="admin",
    errors=(JobNotFound,),
    headers=("Location",),
)
def create_result(call: Call) -> Reply:
    body: ResultRequest = call.body
    result = services().results.create(body.job_id, body.summary, body.quality_score, body.metadata, call.made_id)
    return Reply(result_answer(result), 201, {"Location": f"/api/results/{result.id}"})


@routes.route("GET", "/results/{result_id}", "A result", answer=ResultAnswer, conditional=True)
def get_result(call: Call, result_id: str) -> ResultAnswer:
    return result_answer(services().results.get(call.user.id, result_id))


@routes.route(
    "PATCH",
    "/results/{result_id}",
    "Change a result",
    body=ResultChanges,
    answer=ResultAnswer,
    errors=(PreconditionFailed, TryAgain),
)
def change_result(call: Call, result_id: str) -> Reply:
    result = services().results.get(call.user.id, result_id)
    check_match(call, result_answer(result))
    changes = call.body.model_dump(exclude_unset=True)
    result = services().results.edit(result, changes, exactly=is_conditional(call))
    return versioned(result_answer(result))


@routes.route("DELETE", "/results/{result_id}", "Delete a result", status=204)
def delete_result(call: Call, result_id: str) -> Reply:
    services().results.delete(services().results.get(call.user.id, result_id))
    return Reply(None, 204)


def result_answer(result: Result) -> ResultAnswer:
    return ResultAnswer(
        id=result.id,
        job_id=result.job_id,
        pipeline=result.pipeline,
        file_id=file_id(result.job_id, result.file) if result.file else None,
        summary=result.summary,
        quality_score=result.quality_score,
        metadata=dict(result.metadata),
        created_at=result.created_at,
        updated_at=result.updated_at,
    )
