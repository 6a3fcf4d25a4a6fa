"""The subject of the current work: keys that every log line carries, and the metrics so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType

from chalicelib.jobs.observer import Name

Key = str | int | bool
NOTHING: Mapping[str, Key] = MappingProxyType({})


@dataclass(frozen=True)
class Measured:
    name: Name
    value: float
    dimensions: tuple[tuple[str, str], ...]


_keys: ContextVar[Mapping[str, Key]] = ContextVar("keys", default=NOTHING)
_measured: ContextVar[list[Measured] | None] = ContextVar("measured", default=None)


def keys() -> Mapping[str, Key]:
    return _keys.get()


@contextmanager
def about(**given: Key) -> Iterator[None]:
    """Log lines inside this block carry these keys besides the outer ones."""
    token = _keys.set({**_keys.get(), **given})
    try:
        yield
    finally:
        _keys.reset(token)


def note(**given: Key) -> None:
    """Log lines carry these keys too, to the end of the enclosing block."""
    _keys.set({**_keys.get(), **given})


@contextmanager
def invocation(**given: Key) -> Iterator[list[Measured]]:
    """One event or request, with keys of its own; yields the list of its metrics."""
    measured: list[Measured] = []
    token = _measured.set(measured)
    outer = _keys.set(given)
    try:
        yield measured
    finally:
        _keys.reset(outer)
        _measured.reset(token)


def measure(measured: Measured) -> None:
    """Has no effect outside an invocation."""
    if (kept := _measured.get()) is not None:
        kept.append(measured)
