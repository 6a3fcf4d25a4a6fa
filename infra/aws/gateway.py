"""API Gateway's own answers, in the form of our errors; and the limits of its stage.

Source of the types: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api.framework.problems import PROBLEM, AnswerTimeout, RouteNotFound, TooManyRequests, problem_content
from chalicelib.jobs.errors import (
    BodyTooLarge,
    Forbidden,
    InternalError,
    InvalidFields,
    InvalidJson,
    JobError,
    UnsupportedMediaType,
)

Json = dict[str, Any]

NO_ROUTE = RouteNotFound("There is nothing at this address.")
TOO_MANY = TooManyRequests("The API is asked too much at the moment. Try again later.", retry_after=1)
REFUSALS: dict[str, JobError] = {
    # Where there is no route, API Gateway takes our bearer token for a broken AWS signature: a 4xx without a type.
    # An unnamed type falls back to the default of its kind; so the defaults carry a status of their own, since the
    # status in the body might otherwise differ from that of the answer.
    "DEFAULT_4XX": NO_ROUTE,
    "MISSING_AUTHENTICATION_TOKEN": NO_ROUTE,
    "INVALID_SIGNATURE": NO_ROUTE,
    "RESOURCE_NOT_FOUND": NO_ROUTE,
    "BAD_REQUEST_BODY": InvalidJson("The request could not be read."),
    "BAD_REQUEST_PARAMETERS": InvalidFields("The address could not be read."),
    # Also where a form of more than 4.7 million bytes exceeds an invocation: it travels in base64, within 6 MB.
    "REQUEST_TOO_LARGE": BodyTooLarge(
        "The body is larger than what a request carries: 10 MB, or 4.7 MB of a form. Announce larger files with POST "
        "/api/upload: it answers with an address in the store for each, and the files go there."
    ),
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType("The body must be application/json."),
    "THROTTLED": TOO_MANY,
    "QUOTA_EXCEEDED": TOO_MANY,
    "WAF_FILTERED": Forbidden("The request looks like an attack."),
    "INTEGRATION_TIMEOUT": AnswerTimeout("The request took too long. Try again later."),
    "INTEGRATION_FAILURE": AnswerTimeout("The request could not be handled. Try again later."),
    "DEFAULT_5XX": InternalError("Something went wrong. Try again later."),
}
"""The errors by type of API Gateway's own responses."""


def api_template(stack: str) -> Json:
    """Additions to Chalice's API. stack: also its name, by which its metrics are found."""
    return {
        "Properties": {
            "TracingEnabled": True,
            "MethodSettings": [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "MetricsEnabled": True,
                    "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
                    "ThrottlingBurstLimit": {"Ref": "RequestsPerSecond"},
                }
            ],
            "DefinitionBody": {
                "info": {"title": stack},
                "x-amazon-apigateway-gateway-responses": {kind: refusal(error) for kind, error in REFUSALS.items()},
            },
        }
    }


def refusal(error: JobError) -> Json:
    """One gateway response. Every origin may read it: it is the same for all callers, and API Gateway doesn't know
    the origins of the settings."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Content-Type": PROBLEM}
    if error.retry_after is not None:
        headers |= {"Access-Control-Expose-Headers": "Retry-After", "Retry-After": str(error.retry_after)}
    return {
        "statusCode": str(error.status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        # The key must be this one: API Gateway looks for it whatever a client accepts.
        "responseTemplates": {"application/json": json.dumps(problem_content(error, "$context.requestId"))},
    }
