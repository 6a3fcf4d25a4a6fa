"""The API's description, and a page to read it on. Neither is loaded before the first request for it."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.api.framework import cors
from chalicelib.api.framework.http import JSON, lower, tag
from chalicelib.api.framework.routing import ROOT, Routes
from chalicelib.wiring import services

routes = Routes(__name__)

ADDRESSES = ("/openapi.json", "/docs", "/docs/{asset}")

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Millrace API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""
VENDORED = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
"""Swagger UI, as the package openapi-ui-bundles ships it."""

# Nothing from other origins, and no script or style in the page itself. Swagger UI's icons are data: addresses.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADS = ["GET", "HEAD"]
A_DAY = "public, max-age=86400"


@routes.blueprint.route(ROOT + "/openapi.json", methods=HEADS)
def get_description() -> Response:
    from chalicelib.api.framework import openapi

    response = _answer(openapi.text(), JSON, "public, no-cache")
    response.headers.update(cors.headers(lower(routes.blueprint.current_request), services().settings.cors_origins))
    return response


@routes.blueprint.route(ROOT + "/docs", methods=HEADS)
def get_page() -> Response:
    return _answer(PAGE, "text/html", "no-cache")


@routes.blueprint.route(ROOT + "/docs/{asset}", methods=HEADS)
def get_asset(asset: str) -> Response:
    if asset == "start.js":
        return _answer(START, "text/javascript", "no-cache")
    if asset not in VENDORED:
        return _answer("There is no such file.\n", "text/plain", "no-store", 404)
    from importlib.resources import files

    content = (files("openapi_ui_bundles.swagger_ui") / "vendor" / asset).read_text("utf-8")
    return _answer(content, VENDORED[asset], A_DAY)


def _answer(body: str, content_type: str, cache: str, status: int = 200) -> Response:
    etag = tag(body)
    headers = {
        "Cache-Control": cache,
        "Content-Security-Policy": POLICY,
        "Content-Type": content_type if content_type == JSON else f"{content_type}; charset=utf-8",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }
    known = lower(routes.blueprint.current_request).get("if-none-match", "")
    if status == 200 and etag in {given.strip().removeprefix("W/") for given in known.split(",")}:
        return Response("", status_code=304, headers=headers)
    return Response(body, status_code=status, headers=headers)


for address in ADDRESSES:
    routes.options(address, lambda: ["GET"])
