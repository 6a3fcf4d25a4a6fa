"""The catalogue's works: a sync, an analysis, the application of a plan. Each resumes from its last checkpoint."""

from __future__ import annotations

from chalicelib.catalogue.works.analysis import AnalyseWork
from chalicelib.catalogue.works.applying import ApplyWork
from chalicelib.catalogue.works.common import CatalogueWork
from chalicelib.catalogue.works.sync import SyncWork

CATALOGUE_WORKS: tuple[type[CatalogueWork], ...] = (SyncWork, AnalyseWork, ApplyWork)
