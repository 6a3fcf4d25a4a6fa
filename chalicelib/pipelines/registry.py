"""The list of pipelines: adding a domain means adding it here."""

from __future__ import annotations

from chalicelib.pipelines.base import Pipeline
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.volume import VOLUME

PIPELINES: dict[str, Pipeline] = {pipeline.name: pipeline for pipeline in (MEDIA, VOLUME)}
