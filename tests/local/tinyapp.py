"""A Chalice app whose handlers record their arguments, for the tests of the local stack."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from chalice import Chalice, CORSConfig, Response

app = Chalice(app_name="tiny")
app.api.binary_types.append("application/x-bytes")
CORS = CORSConfig(allow_origin="http://127.0.0.1:5173", max_age=600)
SEEN = Path(os.environ.get("TINY_SEEN", "/nonexistent"))


def note(kind: str, **content: Any) -> None:
    with SEEN.open("a") as file:
        file.write(json.dumps({"kind": kind, **content}) + "\n")


@app.route("/api/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.route(
    "/api/echo/{name}", methods=["GET", "POST"], content_types=["application/json", "application/x-bytes"], cors=CORS
)
def echo(name: str) -> dict[str, Any]:
    request = app.current_request
    query = {key: request.query_params.getlist(key) for key in request.query_params or {}}
    return {"name": name, "query": query, "size": len(request.raw_body), "json": request.method == "POST" and not name}


@app.route("/api/json", methods=["POST"])
def json_body() -> Any:
    return app.current_request.json_body


@app.route("/api/bytes", methods=["POST"], content_types=["application/x-bytes"])
def reverse() -> Response:
    return Response(app.current_request.raw_body[::-1], headers={"Content-Type": "application/x-bytes"})


@app.route("/api/cookies")
def cookies() -> Response:
    return Response({}, headers={"Set-Cookie": ["a=1", "b=2"]})


@app.route("/api/moved")
def moved() -> Response:
    return Response("", status_code=302, headers={"Location": "/api/health"})


def inspect_a(event: dict[str, Any], context: Any) -> dict[str, Any] | None:
    """Follows the word in the body, or in the key of the object that the body names."""
    failures = []
    for record in event["Records"]:
        word = record["body"]
        if '"s3:TestEvent"' in word:
            continue
        if word.startswith("{"):
            told = json.loads(word)
            word = told["word"] if "word" in told else told["Records"][0]["s3"]["object"]["key"]
        note("inspect", word=word, record=record, pid=os.getpid(), left=context.get_remaining_time_in_millis())
        if word == "raise":
            raise ValueError("as told")
        if word.startswith("fail"):
            failures.append({"itemIdentifier": record["messageId"]})
        if word.startswith("sleep"):
            time.sleep(float(word.split()[1]))
            note("slept", word=word)
        if word == "die" and record["attributes"]["ApproximateReceiveCount"] == "1":
            os.kill(os.getpid(), signal.SIGKILL)
    return {"batchItemFailures": failures} if failures else None


run_a = inspect_b = run_b = list_objects = inspect_a


def undelivered(event: dict[str, Any], context: Any) -> None:
    for record in event["Records"]:
        note("undelivered", word=record["body"], source=record["eventSourceARN"], record=record)


def sweep(event: dict[str, Any], context: Any) -> None:
    note("sweep", event=event)
