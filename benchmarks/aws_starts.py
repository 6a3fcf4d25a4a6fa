"""Cold and warm starts of the packaged API under Lambda's runtime client, beside the minimum for any API."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import report
from infra.aws.package import host_architecture, lambda_python, package
from infra.aws.packing.runtime_api import Function

EVENT = Path(__file__).parents[1] / "tests" / "events" / "api_request.json"
STAGE = "bench"
LEAST = """
import chalice.app
import pydantic


class Model(pydantic.BaseModel):
    name: str
    size: int


app = chalice.app.Chalice(app_name="least")


@app.route("/api/jobs/{job_id}")
def route(job_id):
    return Model(name=job_id, size=1).model_dump()
"""

# Starts that load libraries or prepare routes that only some requests need.
ALL_SUBJECTS = """
from app import app
len(app.routes)
"""
EAGER = """
import aws_lambda_powertools
from app import app
"""
TRACED = """
import chalicelib.observing.traces
from app import app
"""
API, LEAST_NAME = "Millrace's API", "Chalice and one pydantic model"
STARTED = {
    API: ("app.app", None),
    "the same, with the routes of all subjects": ("subjects.app", ALL_SUBJECTS),
    "the same, with Powertools": ("eager.app", EAGER),
    "the same, with the X-Ray SDK": ("traced.app", TRACED),
    LEAST_NAME: ("least.app", LEAST),
}
"""Each by its entry point, and the source of that module where the package lacks it."""
# No store answers here: a request is refused after a look-up of stored settings, which makes the first boto3 client.
NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    **dict.fromkeys(("MILLRACE_BUCKET", "MILLRACE_JOBS_TABLE", "MILLRACE_ACCOUNTS_TABLE"), "-"),
    "MILLRACE_QUEUE_URL_PREFIX": "-",
    "MILLRACE_TOKEN_KEY": "k" * 32,
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_METRICS_NAMESPACE": STAGE,
    "AWS_ENDPOINT_URL": NOWHERE,
    "AWS_ACCESS_KEY_ID": "-",
    "AWS_SECRET_ACCESS_KEY": "-",
}
COLUMNS = ("cold ms", "first request ms", "warm ms")
PATHS = ("/api/status/{job_id}", "/api/jobs/{job_id}", "/api/jobs")
"""The first requests compared, each in a fresh function."""


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.aws_starts", description=__doc__)
    parser.add_argument("--starts", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    code = package(STAGE, host_architecture()) / "unpacked" / "code"
    measured: dict[str, list[tuple[float, ...]]] = {name: [] for name in STARTED}
    asked: dict[str, list[float]] = {path: [] for path in PATHS}
    with tempfile.TemporaryDirectory() as folder:
        for entry, source in STARTED.values():
            if source:
                (Path(folder) / f"{entry.partition('.')[0]}.py").write_text(source)
        for _ in range(options.starts):
            for name, (entry, source) in STARTED.items():
                path = [Path(folder), code] if source else [code]
                with Function(lambda_python(), path, entry, ENVIRONMENT) as running:
                    first = running.call(_event(PATHS[1]))[1]
                    warm = statistics.median(running.call(_event(PATHS[1]))[1] for _ in range(50))
                    measured[name].append((running.cold_seconds, first, warm))
            for asked_path, times in asked.items():
                with Function(lambda_python(), [code], "app.app", ENVIRONMENT) as running:
                    times.append(running.call(_event(asked_path))[1])
    rows: list[dict[str, Any]] = []
    for name, columns in measured.items():
        cold, first, warm = (1000 * statistics.median(column) for column in zip(*columns, strict=True))
        rows.append({"function": name, **dict(zip(COLUMNS, (round(cold), round(first), round(warm, 2)), strict=True))})
    times_least = round(rows[0]["cold ms"] / rows[-1]["cold ms"], 2)
    rows.append({"function": "times, the first to the last", **dict.fromkeys(COLUMNS, ""), "cold ms": times_least})
    return report("Starts under awslambdaric", rows, options.json) | {"first requests": _first_requests(asked)}


def _first_requests(asked: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    status = statistics.median(asked[PATHS[0]])
    rows: list[dict[str, Any]] = [
        {
            "first request": path.removeprefix("/api"),
            "ms": round(1000 * (median := statistics.median(times))),
            "times the first under /status": round(median / status, 2),
        }
        for path, times in asked.items()
    ]
    report("First requests", rows, Path("/dev/null"))
    return rows


def _event(path: str) -> dict[str, Any]:
    """A request for that path by API Gateway, without a token."""
    event: dict[str, Any] = json.loads(EVENT.read_text())
    event["resource"] = event["requestContext"]["resourcePath"] = path
    event["path"] = path.format(**event["pathParameters"])
    return event


if __name__ == "__main__":
    main()
