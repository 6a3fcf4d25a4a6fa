"""Cold and warm starts of the packaged API under Lambda's runtime client, beside the least that any API pays."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Sequence
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

# What a start would take if log lines and metrics were got ready before there are any.
EAGER = """
import aws_lambda_powertools
from app import app
"""
TRACED = """
import chalicelib.observing.traces
from app import app
"""
API, LEAST_NAME = "Millrace's API", "Chalice and one pydantic model"
EAGERLY, TRACED_NAME = "the same, with Powertools from the start", "the same, and with the X-Ray SDK"


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.aws_starts", description=__doc__)
    parser.add_argument("--starts", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    code = package(STAGE, host_architecture()) / "unpacked" / "code"
    environment = dict.fromkeys(("MILLRACE_BUCKET", "MILLRACE_JOBS_TABLE", "MILLRACE_ACCOUNTS_TABLE"), "-")
    environment |= dict.fromkeys(("MILLRACE_CATALOG_TABLE", "MILLRACE_QUEUE_URL_PREFIX"), "-")
    environment |= {"MILLRACE_TOKEN_KEY": "k" * 32, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    environment["POWERTOOLS_METRICS_NAMESPACE"] = STAGE
    event = json.loads(EVENT.read_text())
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "least.py").write_text(LEAST)
        (Path(folder) / "eager.py").write_text(EAGER)
        (Path(folder) / "traced.py").write_text(TRACED)
        measured: dict[str, list[tuple[float, float]]] = {API: [], EAGERLY: [], TRACED_NAME: [], LEAST_NAME: []}
        for _ in range(options.starts):
            for name, path, entry in (
                (API, [code], "app.app"),
                (EAGERLY, [Path(folder), code], "eager.app"),
                (TRACED_NAME, [Path(folder), code], "traced.app"),
                (LEAST_NAME, [Path(folder), code], "least.app"),
            ):
                with Function(lambda_python(), path, entry, environment) as running:
                    running.call(event)
                    warm = statistics.median(running.call(event)[1] for _ in range(50))
                    measured[name].append((running.cold_seconds, warm))
    rows: list[dict[str, Any]] = []
    for name, times in measured.items():
        cold, warm = (1000 * statistics.median(column) for column in zip(*times, strict=True))
        rows.append({"function": name, "cold ms": round(cold), "warm ms, refused request": round(warm, 2)})
    rows.append(
        {
            "function": "times, the first to the last",
            "cold ms": round(rows[0]["cold ms"] / rows[-1]["cold ms"], 2),
            "warm ms, refused request": "",
        }
    )
    return report("Starts under awslambdaric", rows, options.json)


if __name__ == "__main__":
    main()
