"""Pipelines that are packages of their own: found by their entry point wherever they are installed."""

from __future__ import annotations

import re
from collections.abc import Container
from importlib.metadata import Distribution, entry_points

from chalicelib.pipelines.base import Pipeline

GROUP = "millrace.pipelines"
NAME = re.compile(r"[a-z][a-z0-9]{0,30}")


class BadPackage(Exception):
    """An installed pipeline can't be used; the text says which and why."""


def installed(taken: Container[str]) -> dict[str, Pipeline]:
    """The installed pipelines by name, sorted. taken: names in use."""
    found: dict[str, Pipeline] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        pipeline: Pipeline = point.load()
        if not NAME.fullmatch(pipeline.name):
            raise BadPackage(f"{point.value}: {pipeline.name!r} is no name: lower-case letters and digits.")
        if pipeline.name in taken or pipeline.name in found:
            raise BadPackage(f"{point.value}: there is a pipeline {pipeline.name} already.")
        found[pipeline.name] = pipeline
    return found


def distributions() -> list[Distribution]:
    """The packages that provide the installed pipelines."""
    found = {point.dist.name: point.dist for point in entry_points(group=GROUP) if point.dist}
    return [found[name] for name in sorted(found)]
