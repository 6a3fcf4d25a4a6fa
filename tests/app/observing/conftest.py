"""The app as on Lambda, with every line that its functions print captured."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from chalicelib import wiring
from chalicelib.observing import lines
from chalicelib.settings import Surroundings
from tests.app.api_world import World

FUNCTION, NAMESPACE = "millrace-test-function", "millrace-test"


@dataclass
class Told:
    """Written lines. records: the log records of our own code, before redaction."""

    stream: io.StringIO
    capture: pytest.CaptureFixture[str]
    records: list[str] = field(default_factory=list)
    _printed: str = ""

    @property
    def printed(self) -> str:
        self._printed += "".join(self.capture.readouterr())
        return self._printed

    @property
    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def measured(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed.splitlines()]

    def values(self, name: str, **dimensions: str) -> list[float]:
        """All values of a metric with these dimensions."""
        found = [line for line in self.measured if name in line and dimensions.items() <= line.items()]
        return [value for line in found for value in line[name]]

    def naming(self, secret: str) -> list[str]:
        """Lines that contain the secret in any notation."""
        forms = {secret, json.dumps(secret)[1:-1], quote(secret), quote_plus(secret), repr(secret)[1:-1]}
        everything = [*self.stream.getvalue().splitlines(), *self.printed.splitlines(), *self.records]
        return [line for line in everything if any(form in line for form in forms)]


class Ours(logging.Handler):
    def __init__(self, told: Told) -> None:
        super().__init__()
        self.told = told

    def emit(self, record: logging.LogRecord) -> None:
        given = {name: value for name, value in record.__dict__.items() if name not in ("exc_info", "exc_text")}
        self.told.records.append(f"{record.getMessage()} {given!r}")


@pytest.fixture
def told(world: World, capfd: pytest.CaptureFixture[str]) -> Iterator[Told]:
    where = Surroundings(FUNCTION, "DEBUG", NAMESPACE)
    world.patch.setattr(wiring.observing, "where", where)
    told = Told(io.StringIO(), capfd)
    root, ours = logging.getLogger(), logging.getLogger("chalicelib")
    before = root.handlers, root.level, {name: logging.getLogger(name).level for name in lines.OURS}
    handler = Ours(told)
    with warnings.catch_warnings():
        lines.on_lambda(where.log_level, told.stream)
        root.setLevel(logging.INFO)  # more verbose than a function: libraries log much at this level
        ours.addHandler(handler)
        yield told
    ours.removeHandler(handler)
    root.handlers, root.level = before[0], before[1]
    root.setLevel(before[1])
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)
