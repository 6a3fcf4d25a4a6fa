"""The parts of the API's description that belong to no route: introduction, ways to sign in, headers, ids in paths."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
COMPONENTS = "#/components/"

DESCRIPTION = """Send files through the pipeline of their domain, and get a zip and results.

Open a job with `POST /upload`, send each file to its address in the answer, poll `GET /status/{job_id}` until the job
ends, and fetch `GET /download/{job_id}`. Bytes of files don't pass through the API itself, except in the small forms of
other systems' calls: those are below `/v1` and `/compat`, and word their errors as those systems do.

Errors are `application/problem+json` (RFC 9457) with a `code` for programs, a `detail` for people, and the `request_id`
for questions to us. Lists in queries are separated by commas."""

SECURITY: Schema = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of `POST /auth/login` or `POST /auth/guest`.",
    },
    "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "mr_…",
        "description": "A key of `POST /auth/keys`, for programs: valid for its scopes, and never for accounts.",
    },
}
HEADERS: Schema = {
    "ETag": {"description": "The version of the answer.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "The request was carried out before; this is the earlier answer.",
        "schema": {"type": "string", "const": "true"},
    },
    "Link": {"description": "Addresses of other pages (RFC 8288).", "schema": {"type": "string"}},
    "Location": {"description": "The address of the object.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before asking again.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "The id of this request, for questions to us.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "The way to sign in.", "schema": {"type": "string"}},
    "X-Robots-Tag": {"description": "Keeps the answer out of search engines.", "schema": {"type": "string"}},
}
PARAMETERS: Schema = {
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text of your own: the same request with the same key is carried out once, for a day.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
        "example": "7c9e6679",
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag that you have: 304 if nothing has changed since.",
        "schema": {"type": "string"},
    },
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that you have read: 412 if the object has changed since.",
        "schema": {"type": "string"},
    },
    "X-Share-Pass": {
        "name": "X-Share-Pass",
        "in": "header",
        "description": "Opens a share that has a password: POST /shared/{token}/unlock returns it.",
        "schema": {"type": "string"},
    },
    "X-Share-Gift": {
        "name": "X-Share-Gift",
        "in": "header",
        "description": "Opens the files that were given with it: POST /shared/{token}/files returns it.",
        "schema": {"type": "string"},
    },
}
ID = "^[0-9a-z]{26}$"
PATH_PATTERNS = {
    "file_id": "^[0-9a-z]{26}-[0-9]{8}$",
    "image_id": "^[0-9a-z]{26}-[0-9]{8}$",
    "result_id": "^[0-9a-z]{26}-[0-9a-z]{26}$",
    "delivery_id": "^[0-9a-z._]{1,100}$",
    "scene_id": "^[^#\\s]{1,64}$",
    "plan_id": "^[0-9a-z-]{26,60}$",
    "change_id": "^[0-9a-z-]{26,60}[.][^#\\s]{1,80}$",
}
"""Ids with a form of their own."""
