"""Alarms report trouble, and one page shows it."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.pipelines.registry import WORKS
from infra.aws.deployment import deployment_template

RESOURCES = deployment_template("prod", tuple(WORKS))["Resources"]
ALARMS = {name: r["Properties"] for name, r in RESOURCES.items() if r.get("Type") == "AWS::CloudWatch::Alarm"}


def watched(metric: str) -> list[dict[str, Any]]:
    return [alarm for alarm in ALARMS.values() if alarm["MetricName"] == metric]


def test_every_queue_and_function_is_watched_and_what_is_slow() -> None:
    queues = [name for name, r in RESOURCES.items() if r.get("Type") == "AWS::SQS::Queue"]
    dead = [name for name in queues if name.endswith("DlqQueue")]
    functions = [name for name in RESOURCES if f"{name}Role" in RESOURCES]
    assert len(watched("ApproximateNumberOfMessagesVisible")) == len(dead)
    assert len(watched("ApproximateAgeOfOldestMessage")) == len(queues) - len(dead)
    assert len(watched("Errors")) == len(watched("Throttles")) == len(functions)
    assert [alarm["ExtendedStatistic"] for alarm in watched("Duration")] == ["p99"]


def test_every_alarm_is_sent_to_a_topic_that_cloudwatch_may_use() -> None:
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in ALARMS.values())
    assert "KmsMasterKeyId" not in RESOURCES["AlarmTopic"].get("Properties", {})


def test_the_dashboard_shows_every_alarm() -> None:
    *graphs, last = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]
    assert last["properties"]["alarms"] == [f"${{{name}.Arn}}" for name in ALARMS]
    assert all(graph["y"] + graph["height"] <= last["y"] for graph in graphs)
