"""The frame around each event and request: the keys of its log lines, its metrics, and what leaves it after an
error."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from chalice.app import Request

from chalicelib import settings
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.observer import Name
from chalicelib.observing import about, lines

log = logging.getLogger(__name__)


class HandlerFailed(Exception):
    """The exception as Lambda's runtime prints it: its type. The line before has the rest."""


class Observing:
    """The Observer of this process, and the middleware of its app."""

    def __init__(self, where: settings.Surroundings) -> None:
        self.where = where
        self._cold = True
        if where.function:
            lines.on_lambda(where.log_level)

    def measure(self, name: Name, value: float = 1, **dimensions: str) -> None:
        about.measure(about.Measured(name, value, tuple(dimensions.items())))

    @contextmanager
    def span(self, name: str, **keys: str | int) -> Iterator[None]:
        with about.about(**keys):
            if not settings.is_traced():
                yield
                return
            from chalicelib.observing.traces import subsegment

            with subsegment(name, keys):
                yield

    def __call__(self, event: Any, proceed: Callable[[Any], Any]) -> Any:
        """event: Chalice's, of a request or of any trigger."""
        with about.invocation(**self._keys(event)) as measured:
            began, status = time.perf_counter(), 500
            try:
                answer = proceed(event)
                status = getattr(answer, "status_code", status)
            except Exception as error:
                if isinstance(event, Request) or not self.where.function:
                    raise
                log.exception("the handler broke off")
                raise HandlerFailed(type(error).__name__) from None
            finally:
                if isinstance(event, Request):
                    self._request(event, status, 1000 * (time.perf_counter() - began))
                self._write(measured)
        return answer

    def _keys(self, event: Any) -> dict[str, about.Key]:
        context, given = getattr(event, "context", None), None
        if isinstance(event, Request):
            context, given = event.lambda_context, event.context.get("requestId")
        keys: dict[str, about.Key] = {}
        if self.where.function:
            keys = {"function_name": self.where.function, "cold_start": self._cold}
            self._cold = False
        invocation_id = getattr(context, "aws_request_id", None)
        if given and invocation_id:
            keys["function_request_id"] = str(invocation_id)
        if given or invocation_id:
            keys["request_id"] = str(given or invocation_id)
        if isinstance(event, Request):
            job_id = (event.uri_params or {}).get("job_id", "")
            # The caller controls this value.
            keys |= {"job_id": job_id} if is_id(job_id) else {}
        return keys

    def _request(self, request: Request, status: int, milliseconds: float) -> None:
        about.note(status=status)
        route = f"{request.method} {request.path}"
        self.measure("RequestTime", round(milliseconds, 2), Route=route, Status=f"{status // 100}xx")

    def _write(self, measured: list[about.Measured]) -> None:
        if not measured or not self.where.metrics_namespace:
            return
        try:
            from chalicelib.observing.emf import write

            write(measured, self.where.metrics_namespace, about.keys())
        except Exception:
            # The work is done; a failed metric must not cause a retry.
            log.exception("metrics could not be written")
