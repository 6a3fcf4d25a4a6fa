"""Results of colour jobs as the colour system has them."""

from __future__ import annotations

from chalicelib.api.compat.colour import worded
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.compat.colour import (
    ColourError,
    ColourResult,
    ColourResultChanges,
    ColourResultList,
    ColourResultRequest,
    ColourResultsQuery,
)
from chalicelib.jobs.errors import JobNotFound, TryAgain
from chalicelib.jobs.library.results import WantedResults
from chalicelib.jobs.model import Result
from chalicelib.wiring import services

routes = Routes(__name__, Dialect(ColourError, worded))

PATH, DATA = "result_image_path", "color_correction_data"
"""Keys of a result's metadata, as ours has no fields for them."""


@routes.route(
    "POST",
    "/compat/colour/results",
    "Record a result of a colour job",
    body=ColourResultRequest,
    answer=ColourResult,
    status=201,
    creates=True,
    scope="admin",
    errors=(JobNotFound,),
)
def record_colour_result(call: Call) -> Reply:
    """For trusted workers, on any user's job."""
    body: ColourResultRequest = call.body
    more = {
        name: value for name, value in ((PATH, body.result_image_path), (DATA, body.color_correction_data)) if value
    }
    summary = body.result_image_path or "Recorded by a worker."
    result = services().results.create(
        body.job_id, summary, body.quality_score, {**body.metadata, **more}, call.made_id
    )
    return Reply(_result(result), 201)


@routes.route(
    "GET",
    "/compat/colour/results",
    "Results of your jobs",
    query=ColourResultsQuery,
    answer=ColourResultList,
    errors=(JobNotFound,),
)
def list_colour_results(call: Call) -> ColourResultList:
    query: ColourResultsQuery = call.query
    wanted = WantedResults(job_id=query.job_id, pipeline="colour", per_page=query.skip + query.limit)
    found, _ = services().results.page(call.user.id, wanted)
    return ColourResultList([_result(result) for result in found[query.skip :]])


@routes.route("GET", "/compat/colour/results/{result_id}", "A result of a colour job", answer=ColourResult)
def get_colour_result(call: Call, result_id: str) -> ColourResult:
    return _result(services().results.get(call.user.id, result_id))


@routes.route(
    "PATCH",
    "/compat/colour/results/{result_id}",
    "Score or describe a result",
    body=ColourResultChanges,
    answer=ColourResult,
    errors=(TryAgain,),
)
def change_colour_result(call: Call, result_id: str) -> ColourResult:
    result = services().results.get(call.user.id, result_id)
    changes = call.body.model_dump(exclude_unset=True)
    return _result(services().results.edit(result, changes, exactly=False) if changes else result)


@routes.route("DELETE", "/compat/colour/results/{result_id}", "Delete a result of a colour job", status=204)
def delete_colour_result(call: Call, result_id: str) -> Reply:
    services().results.delete(services().results.get(call.user.id, result_id))
    return Reply(None, 204)


def _result(result: Result) -> ColourResult:
    rest = {name: value for name, value in result.metadata.items() if name not in (PATH, DATA)}
    return ColourResult(
        id=result.id,
        job_id=result.job_id,
        result_image_path=result.metadata.get(PATH),
        quality_score=result.quality_score,
        metadata=rest,
        color_correction_data=result.metadata.get(DATA),
        created_at=result.created_at,
        updated_at=result.updated_at,
    )
