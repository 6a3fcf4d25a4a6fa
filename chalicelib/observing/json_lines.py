"""A log record as one line of JSON, by Powertools. Importing this imports it."""

from __future__ import annotations

import logging
import re
from copy import copy
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from chalicelib.observing import about, faults

# The last safeguard, for libraries' lines: signatures, keys, tokens, secrets of webhooks, people's addresses.
SECRET = re.compile(
    r"X-Amz-[A-Za-z-]+=[^&\s\"'\\]*|\bmr_\w+|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\bwhsec_[\w+/=-]+|[\w.+-]+@[\w-]+\.[\w.-]*\w"
)
REMOVED = "[removed]"


class JsonLines(LambdaPowertoolsFormatter):
    """Time (RFC 3339, by which Lambda orders and filters), level, place, message, logger; the current keys; the
    record's own `extra`. Of an exception it logs only the fields that chalicelib.observing.faults selects."""

    def __init__(self) -> None:
        # A message that happens to be JSON stays text.
        super().__init__(json_deserializer=_as_it_is, utc=True, use_rfc3339=True, serialize_stacktrace=False)

    def format(self, record: logging.LogRecord) -> str:
        line = copy(record)
        line.exc_info = line.exc_text = line.stack_info = None
        fields: dict[str, Any] = {"logger": record.name, **about.keys()}
        if record.exc_info and record.exc_info[1]:
            fields |= faults.told(record.exc_info[1])
        line.__dict__.update({name: value for name, value in fields.items() if name not in line.__dict__})
        return SECRET.sub(REMOVED, super().format(line))


def _as_it_is(text: Any) -> Any:
    return text
