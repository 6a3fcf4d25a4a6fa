"""The list of pipelines and of works without files: adding a domain means adding it here."""

from __future__ import annotations

from chalicelib.archives.work import ArchiveWork
from chalicelib.catalogue.works import CATALOGUE_WORKS
from chalicelib.pipelines.base import Pipeline, Work
from chalicelib.pipelines.colour import COLOUR
from chalicelib.pipelines.installed import installed
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.speech import SPEECH
from chalicelib.pipelines.volume import VOLUME

PIPELINES: dict[str, Pipeline] = {pipeline.name: pipeline for pipeline in (MEDIA, VOLUME, COLOUR, SPEECH)}
PIPELINES |= installed(PIPELINES)

WORKS: dict[str, Work] = {
    **PIPELINES,
    **{work.name: work() for work in CATALOGUE_WORKS},
    ArchiveWork.name: ArchiveWork(),
}
"""Everything that runs as a job: the pipelines, and works without files. A work's steps run in the function of its own
name, or in those of the layers that they name."""
