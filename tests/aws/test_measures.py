"""The application's own measures have alarms and graphs, under the names by which functions write them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from chalicelib.jobs.observer import MEASURES
from chalicelib.pipelines.registry import WORKS
from infra.aws.deployment import deployment_template, stack_name
from infra.aws.functions import functions
from infra.aws.measures import watched

RESOURCES = deployment_template("prod", tuple(WORKS))["Resources"]
OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_functions_write_where_alarms_and_graphs_look() -> None:
    for function in functions(tuple(WORKS)):
        properties = RESOURCES[function.id]["Properties"]
        assert properties["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"] == stack_name("prod")
        assert properties["Tracing"] == "Active"
        assert RESOURCES[f"{function.id}Log"]["Properties"]["RetentionInDays"] == 30
    ours = [r["Properties"] for r in RESOURCES.values() if r.get("Properties", {}).get("MetricName") in MEASURES]
    assert len(ours) == len(watched(tuple(WORKS)))
    assert all(alarm["Namespace"] == {"Ref": "AWS::StackName"} for alarm in ours)


def test_an_alarm_names_dimensions_under_which_values_are_written() -> None:
    for alarm in watched(tuple(WORKS)):
        assert tuple(alarm.dimensions) in MEASURES[alarm.measure].dimensions, alarm.name


def test_every_measure_is_on_the_dashboard_or_has_an_alarm() -> None:
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    shown = set(re.findall(r'MetricName="(\w+)"', json.dumps(json.loads(body)).replace('\\"', '"')))
    alarmed = {alarm.measure for alarm in watched(tuple(WORKS))}
    assert shown | alarmed == set(MEASURES)


def test_a_sweeper_that_stopped_is_noticed() -> None:
    alarm = RESOURCES["SweepStoppedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == ("Invocations", "LessThanThreshold")
    assert (alarm["Statistic"], alarm["Threshold"], alarm["TreatMissingData"]) == ("Sum", 1, "breaching")


def test_the_handbook_has_every_measure_as_it_is() -> None:
    rows = [line.split("|")[1:-1] for line in OPERATIONS.read_text().splitlines() if line.startswith("| `")]
    written = {row[0].strip(" `"): tuple(cell.strip() for cell in row[1:]) for row in rows}
    for name, measure in MEASURES.items():
        sets = "; ".join(" and ".join(names) or "none" for names in measure.dimensions)
        assert written[name] == (measure.unit, sets, measure.meaning), name
