"""The destination and form of log lines: JSON on Lambda, readable text elsewhere."""

from __future__ import annotations

import logging
import sys
import warnings
from typing import TextIO

from chalicelib.observing import about

OURS = ("chalicelib", "millrace")
PLAIN = "%(asctime)s %(name)s %(levelname)s %(message)s"
OF_EACH_RECORD = logging.makeLogRecord({}).__dict__.keys() | {"message", "asctime"}


class Lines(logging.StreamHandler[TextIO]):
    """Writes JSON lines. Their formatter is imported with the first line: a start logs nothing."""

    def format(self, record: logging.LogRecord) -> str:
        if self.formatter is None:
            from chalicelib.observing.json_lines import JsonLines

            self.setFormatter(JsonLines())
        return super().format(record)


class Readable(logging.Formatter):
    """Text followed by the current keys, and with exceptions in full."""

    def __init__(self) -> None:
        super().__init__(PLAIN)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        own = {name: value for name, value in record.__dict__.items() if name not in OF_EACH_RECORD}
        shown = " ".join(f"{name}={value}" for name, value in {**about.keys(), **own}.items())
        return super().formatMessage(record) + (f" [{shown}]" if shown else "")


def on_lambda(level: str, stream: TextIO | None = None) -> None:
    """JSON lines in place of the runtime's own: ours from `level` on, those of libraries from warnings on."""
    root = logging.getLogger()
    root.handlers = [Lines(stream or sys.stdout)]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    # Decoders warn about the content of files, and quote it.
    warnings.simplefilter("ignore")


def readable() -> None:
    """Readable lines on standard error: ours, and the warnings of others."""
    handler = logging.StreamHandler()
    handler.setFormatter(Readable())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
