"""Lines, exceptions, measurements and traces, without the app."""

from __future__ import annotations

import io
import json
import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib import settings
from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.observer import MEASURES, UNOBSERVED
from chalicelib.observing import about, faults
from chalicelib.observing.about import Measured
from chalicelib.observing.emf import write
from chalicelib.observing.invocations import Observing
from chalicelib.observing.json_lines import JsonLines
from chalicelib.observing.lines import Readable
from chalicelib.settings import SettingError, Surroundings

ROOT = Path(__file__).parents[2]


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord("chalicelib.x", logging.INFO, "/var/task/chalicelib/x.py", 7, message, args, None)
    made.__dict__.update(more)
    return made


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_line_is_one_line_of_json_with_the_keys_of_its_moment_and_its_own() -> None:
    with about.about(job_id="around", request_id="r"):
        text = JsonLines().format(record("moved %s", "on", job_id="own", file=3))
    assert "\n" not in text
    line = json.loads(text)
    assert (line["message"], line["level"], line["logger"]) == ("moved on", "INFO", "chalicelib.x")
    assert (line["job_id"], line["request_id"], line["file"]) == ("own", "r", 3)


def test_a_message_that_is_json_stays_text() -> None:
    assert json.loads(JsonLines().format(record('{"a": 1}')))["message"] == '{"a": 1}'


def test_a_readable_line_ends_with_its_keys_and_has_exceptions_in_full() -> None:
    with about.about(request_id="r"):
        broken = record("broke off", job_id="j")
        broken.exc_info = (ValueError, raised(ValueError("of a.jpg")), None)
        text = Readable().format(broken)
    assert text.splitlines()[0].endswith("chalicelib.x INFO broke off [request_id=r job_id=j]")
    assert text.splitlines()[-1] == "ValueError: of a.jpg"


def test_keys_hold_to_the_end_of_their_block() -> None:
    with about.invocation(request_id="r"):
        with about.about(job_id="j"):
            about.note(user_id="u")
            assert about.keys() == {"request_id": "r", "job_id": "j", "user_id": "u"}
        assert about.keys() == {"request_id": "r"}
        with about.invocation(request_id="inner"):
            assert about.keys() == {"request_id": "inner"}
    assert dict(about.keys()) == {}


THROTTLED = {
    "Error": {"Code": "ThrottlingException", "Message": "of a.jpg"},
    "ResponseMetadata": {"HTTPStatusCode": 400, "RequestId": "R1"},
}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ClientError(THROTTLED, "GetItem"), "GetItem: ThrottlingException (HTTP 400, request R1)"),  # type: ignore[arg-type]
        (EndpointConnectionError(endpoint_url="https://s3.example:443/b/a.jpg?x=1"), "s3.example:443"),
        (OSError(28, "No space", "/tmp/a.jpg"), "ENOSPC"),
        (JobNotFound("of a.jpg"), "job_not_found"),
        (AttributeError("'X' object has no attribute 'y'"), "'X' object has no attribute 'y'"),
        (SettingError("MILLRACE_BUCKET is not set."), "MILLRACE_BUCKET is not set."),
        (ValueError("of a.jpg"), ""),
        (KeyError("a.jpg"), ""),
        (RuntimeError("a.jpg"), ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_of_an_exception_is_told_what_quotes_nobody(error: Exception, said: str) -> None:
    told = faults.told(raised(error))
    assert told["exception_name"] == type(error).__name__
    assert told["exception"] == said
    assert told["stack_trace"][-1].endswith(" raised")
    assert "a.jpg" not in json.dumps(told)


def test_an_exception_tells_from_what_it_came_without_going_in_circles() -> None:
    first, second = ValueError("one"), KeyError("two")
    first.__cause__, second.__cause__ = second, first
    told = faults.told(first)
    assert [cause["exception_name"] for cause in told["causes"]] == ["KeyError"]


def test_a_long_recursion_is_told_by_its_end() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1)

    with pytest.raises(RecursionError) as caught:
        deeper(0)
    assert len(faults.told(caught.value)["stack_trace"]) == faults.MOST_FRAMES


def test_values_of_the_same_dimensions_share_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    media, volume = (("Pipeline", "media"),), (("Pipeline", "volume"),)
    measured = [
        Measured("FilesInspected", 1, media),
        Measured("BytesInspected", 70, media),
        Measured("FilesInspected", 1, media),
        Measured("FilesInspected", 1, volume),
    ]
    write(measured, "test", {"request_id": "r"})
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["FilesInspected"], first["BytesInspected"], first["Pipeline"]) == ([1, 1], [70], "media")
    assert (second["FilesInspected"], second["Pipeline"]) == ([1], "volume")
    assert first["request_id"] == second["request_id"] == "r"


@pytest.mark.parametrize("count", [99, 100, 101, 250])
def test_no_value_is_lost_however_many_there_are(capsys: pytest.CaptureFixture[str], count: int) -> None:
    write([Measured("BytesInspected", n, (("Pipeline", "media"),)) for n in range(count)], "test", {})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [value for line in lines for value in line["BytesInspected"]] == list(range(count))
    assert all(line["Pipeline"] == "media" and len(line["BytesInspected"]) <= 100 for line in lines)


def test_a_measure_is_written_with_every_set_of_its_dimensions(capsys: pytest.CaptureFixture[str]) -> None:
    for name, measure in MEASURES.items():
        dimensions = tuple((dimension, "x") for names in measure.dimensions for dimension in names)
        write([Measured(name, 1, dimensions)], "test", {})
        [directive] = json.loads(capsys.readouterr().out)["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [list(names) for names in measure.dimensions], name


def test_what_is_measured_outside_of_an_invocation_goes_nowhere() -> None:
    observing = Observing(Surroundings(None, "INFO", None))
    observing.measure("FilesInspected", Pipeline="media")
    with about.invocation() as measured:
        observing.measure("FilesInspected", 2, Pipeline="media")
    assert measured == [Measured("FilesInspected", 2, (("Pipeline", "media"),))]


def test_nobody_needs_to_observe() -> None:
    with UNOBSERVED.span("work", job_id="j"):
        UNOBSERVED.measure("JobsCompleted", Pipeline="media")
    assert dict(about.keys()) == {}


def test_the_environment_says_whether_this_is_lambda() -> None:
    assert settings.surroundings({}) == Surroundings(None, "INFO", None)
    given = {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_LOG_LEVEL": "DEBUG", "POWERTOOLS_METRICS_NAMESPACE": "n"}
    assert settings.surroundings(given) == Surroundings("f", "DEBUG", "n")
    assert settings.is_traced({"_X_AMZN_TRACE_ID": "Root=1-a-b;Parent=c;Sampled=1"})
    assert not settings.is_traced({"_X_AMZN_TRACE_ID": "Root=1-a-b;Parent=c;Sampled=0"})
    assert not settings.is_traced({})


TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="


def python(script: str, **environment: str) -> str:
    own = {"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": "f", "LAMBDA_TASK_ROOT": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=own, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def test_a_function_starts_without_powertools_and_without_boto3() -> None:
    script = """
import sys, logging, app
assert not {"aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore"} & sys.modules.keys()
logging.getLogger("chalicelib.x").info("first")
assert "aws_lambda_powertools" in sys.modules and "aws_xray_sdk" not in sys.modules and "boto3" not in sys.modules
logging.getLogger("botocore.credentials").info("a library's small talk")
"""
    [line] = python(script).splitlines()
    assert json.loads(line)["message"] == "first"


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        yield listening


SPANS = """
import sys
from chalicelib.wiring import observing
try:
    with observing.span("run", job_id="j1"):
        with observing.span("Zip"):
            raise ValueError("of a.jpg")
except ValueError:
    pass
print("aws_xray_sdk" in sys.modules, "boto3" in sys.modules)
"""


def spans(daemon: socket.socket, sampled: int) -> str:
    address = f"127.0.0.1:{daemon.getsockname()[1]}"
    return python(SPANS, _X_AMZN_TRACE_ID=f"{TRACE}{sampled}", AWS_XRAY_DAEMON_ADDRESS=address)


def test_a_trace_that_is_kept_shows_spans_with_their_keys_and_faults_without_their_text(daemon: socket.socket) -> None:
    assert spans(daemon, 1).split() == ["True", "False"]
    sent = [daemon.recv(65536).decode() for _ in range(2)]
    inner, outer = (json.loads(text.partition("\n")[2]) for text in sent)
    assert (inner["name"], outer["name"]) == ("Zip", "run")
    assert outer["annotations"]["job_id"] == "j1"
    assert inner["fault"] is outer["fault"] is True
    assert inner["annotations"]["exception_name"] == "ValueError"
    assert inner["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert "a.jpg" not in "".join(sent)


def test_a_trace_that_is_not_kept_costs_nothing(daemon: socket.socket) -> None:
    assert spans(daemon, 0).split() == ["False", "False"]
    daemon.settimeout(0.2)
    with pytest.raises(TimeoutError):
        daemon.recv(65536)


def test_cold_start_is_told_of_the_first_invocation_alone() -> None:
    script = """
import json, types
from chalice.app import SQSEvent
from chalicelib.observing import about
from chalicelib.wiring import observing
context = types.SimpleNamespace(aws_request_id="r")
for _ in range(2):
    observing(SQSEvent({"Records": []}, context), lambda event: print(json.dumps(dict(about.keys()))))
"""
    first, second = (json.loads(line) for line in python(script).splitlines())
    assert first == {"function_name": "f", "cold_start": True, "request_id": "r"}
    assert second == first | {"cold_start": False}


def test_lines_on_lambda_replace_the_runtimes_own() -> None:
    script = """
import logging
logging.getLogger().addHandler(logging.StreamHandler())
import app
assert [type(handler).__name__ for handler in logging.getLogger().handlers] == ["Lines"]
assert logging.getLogger("chalicelib.jobs").getEffectiveLevel() == logging.DEBUG
assert logging.getLogger("botocore").getEffectiveLevel() == logging.WARNING
"""
    assert python(script, AWS_LAMBDA_LOG_LEVEL="DEBUG") == ""


def test_a_first_line_from_another_stream_is_written_there() -> None:
    from chalicelib.observing.lines import Lines

    stream = io.StringIO()
    handler = Lines(stream)
    handler.handle(record("hello"))
    assert json.loads(stream.getvalue())["message"] == "hello"
