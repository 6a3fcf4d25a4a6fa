"""Measures as lines that CloudWatch makes metrics of (its embedded metric format), by Powertools. Importing this
imports it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics

from chalicelib.jobs.observer import MEASURES
from chalicelib.observing.about import Key, Measured


def write(measured: Iterable[Measured], namespace: str, properties: Mapping[str, Key]) -> None:
    """Prints a line for all values of the same dimensions. properties: further fields of each line, to search for: they
    make a request's line its record."""
    alike: dict[tuple[object, ...], list[Measured]] = defaultdict(list)
    for one in measured:
        alike[MEASURES[one.name].dimensions, one.dimensions].append(one)
    for some in alike.values():
        metrics = EphemeralMetrics(namespace=namespace)
        values = dict(some[0].dimensions)
        # Before the values, since the hundredth of them makes Powertools write a line at once.
        first, *others = MEASURES[some[0].name].dimensions
        for name in first:
            metrics.add_dimension(name, values[name])
        for names in others:
            metrics.add_dimensions(**{name: values[name] for name in names})
        for key, value in properties.items():
            metrics.add_metadata(key, value)
        for one in some:
            metrics.add_metric(one.name, MEASURES[one.name].unit, one.value)
        if metrics.metric_set:
            metrics.flush_metrics()
