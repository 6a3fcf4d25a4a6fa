"""What API Gateway answers by itself, without a word of ours, in the form of our own errors; and its stage's limits.

Source of the types: docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
"""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

# By type: status, code, title, detail. A type that is not named is as the default of its kind; so the defaults carry a
# status of their own, or the one in the body might be another than the answer's.
NO_ROUTE = (404, "route_not_found", "Not found", "There is nothing at this address.")
TOO_MANY = (429, "too_many_requests", "Too many requests", "The API is asked too much at the moment. Try again later.")
REFUSALS: dict[str, tuple[int, str, str, str]] = {
    # Where there is no route, API Gateway takes our bearer token for a broken signature of AWS's: a 4xx without a type.
    "DEFAULT_4XX": NO_ROUTE,
    "MISSING_AUTHENTICATION_TOKEN": NO_ROUTE,
    "INVALID_SIGNATURE": NO_ROUTE,
    "RESOURCE_NOT_FOUND": NO_ROUTE,
    "BAD_REQUEST_BODY": (400, "invalid_json", "The body is no JSON object", "The request could not be read."),
    "BAD_REQUEST_PARAMETERS": (400, "invalid_fields", "Some fields are not valid", "The address could not be read."),
    # Also where a form of more than 4.7 million bytes doesn't fit into an invocation: it travels in base64, in 6 MB.
    "REQUEST_TOO_LARGE": (
        413,
        "body_too_large",
        "The body is too large",
        "The body is larger than what a request carries: 10 MB, or 4.7 MB of a form. Announce larger files with POST "
        "/api/upload: it answers with an address in the store for each, and the files go there.",
    ),
    "UNSUPPORTED_MEDIA_TYPE": (
        415,
        "unsupported_media_type",
        "The body is of another type",
        "The body must be application/json.",
    ),
    "THROTTLED": TOO_MANY,
    "QUOTA_EXCEEDED": TOO_MANY,
    "WAF_FILTERED": (403, "forbidden", "Not allowed", "The request looks like an attack."),
    "INTEGRATION_TIMEOUT": (504, "timeout", "No answer in time", "The request took too long. Try again later."),
    "INTEGRATION_FAILURE": (504, "timeout", "No answer in time", "The request could not be handled. Try again later."),
    "DEFAULT_5XX": (500, "internal_error", "Internal error", "Something went wrong. Try again later."),
}
AGAIN = 1
"""Seconds until a request that came too soon may be sent again."""


def api_template(stack: str) -> Json:
    """Additions to the API that Chalice writes. stack: its name as well, by which its metrics are found."""
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
                "x-amazon-apigateway-gateway-responses": {kind: refusal(*said) for kind, said in REFUSALS.items()},
            },
        }
    }


def refusal(status: int, code: str, title: str, detail: str) -> Json:
    """One gateway response. Every origin may read it: it says nothing of anybody, and which origins the settings
    list API Gateway doesn't know."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    headers["Content-Type"] = "application/problem+json"
    if status == TOO_MANY[0]:
        headers |= {"Access-Control-Expose-Headers": "Retry-After", "Retry-After": str(AGAIN)}
    return {
        "statusCode": str(status),
        "responseParameters": {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()},
        # The key has to be this one: API Gateway looks for it whatever a client accepts.
        "responseTemplates": {"application/json": problem(status, code, title, detail, "$context.requestId")},
    }


def problem(status: int, code: str, title: str, detail: str, request_id: str | None = None) -> str:
    """The body, as chalicelib.api.framework.http makes it."""
    content: Json = {
        "type": f"urn:millrace:error:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [],
    }
    return json.dumps(content | ({"request_id": request_id} if request_id else {}))
