"""Monitoring: alarms by mail, one dashboard, and a budget."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from infra.aws.measures import graphs as own_graphs
from infra.aws.measures import watched

Json = dict[str, Any]


def watching_template(
    functions: Sequence[str], queues: Sequence[str], dead: Sequence[str], pipelines: Sequence[str]
) -> Json:
    """functions, queues, dead: logical ids of the functions, of the work queues and of their dead-letter queues.
    pipelines: their names."""
    resources: Json = {
        # Not encrypted with SNS's own key: CloudWatch can't use that, and no alarm would ever arrive.
        "AlarmTopic": {"Type": "AWS::SNS::Topic"},
        "AlarmMailSubscription": {
            "Type": "AWS::SNS::Subscription",
            "Condition": "HasAlarmMail",
            "Properties": {"TopicArn": {"Ref": "AlarmTopic"}, "Protocol": "email", "Endpoint": {"Ref": "AlarmMail"}},
        },
        "Budget": {
            "Type": "AWS::Budgets::Budget",
            "Condition": "HasBudget",
            "Properties": {
                "Budget": {
                    "BudgetName": {"Fn::Sub": "${AWS::StackName}-monthly"},
                    "BudgetType": "COST",
                    "TimeUnit": "MONTHLY",
                    "BudgetLimit": {"Amount": {"Ref": "MonthlyBudget"}, "Unit": "USD"},
                },
                "NotificationsWithSubscribers": [
                    {
                        "Notification": {
                            "NotificationType": kind,
                            "ComparisonOperator": "GREATER_THAN",
                            "Threshold": percent,
                        },
                        "Subscribers": [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmMail"}}],
                    }
                    for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
                ],
            },
        },
    }
    for queue in dead:
        resources[f"{queue}DepthAlarm"] = _alarm(
            "Messages were given up on: see `Redriving` in docs/operations.md.",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}},
            threshold=0,
        )
    for queue in queues:
        resources[f"{queue}AgeAlarm"] = _alarm(
            "Work waits for longer than an hour: is a limit reached?",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": {"Fn::GetAtt": [queue, "QueueName"]}},
            threshold=3600,
        )
    for function in functions:
        name = {"FunctionName": {"Ref": function}}
        resources[f"{function}ErrorsAlarm"] = _alarm(
            "Invocations fail.", "AWS/Lambda", "Errors", name, threshold=5, statistic="Sum"
        )
        resources[f"{function}ThrottlesAlarm"] = _alarm(
            "The account's concurrency is used up.", "AWS/Lambda", "Throttles", name, threshold=10, statistic="Sum"
        )
    resources["ApiSlowAlarm"] = _alarm(
        "One request in a hundred takes longer than three seconds.",
        "AWS/Lambda",
        "Duration",
        {"FunctionName": {"Ref": "APIHandler"}},
        threshold=3000,
        statistic="p99",
        periods=3,
    )
    resources["ApiErrorsAlarm"] = _alarm(
        "The API answers 5xx.",
        "AWS/ApiGateway",
        "5XXError",
        {"ApiName": {"Ref": "AWS::StackName"}, "Stage": "live"},
        threshold=5,
        statistic="Sum",
    )
    for own in watched(pipelines):
        namespace = {"Ref": "AWS::StackName"}
        resources[own.name] = _alarm(
            own.description, namespace, own.measure, own.dimensions, threshold=0, statistic="Sum"
        )
    resources["SweepStoppedAlarm"] = _alarm(
        "The sweeper does not run: lost work is not recovered.",
        "AWS/Lambda",
        "Invocations",
        {"FunctionName": {"Ref": "Sweep"}},
        threshold=1,
        statistic="Sum",
        periods=2,
    )
    silence = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    resources["SweepStoppedAlarm"]["Properties"] |= silence
    alarms = [name for name, resource in resources.items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    resources["Dashboard"] = _dashboard(functions, queues, dead, alarms)
    return resources


def _alarm(
    description: str,
    namespace: str | Json,
    metric: str,
    dimensions: Mapping[str, Any],
    *,
    threshold: float,
    statistic: str = "Maximum",
    periods: int = 1,
) -> Json:
    measured = {"ExtendedStatistic": statistic} if statistic.startswith("p") else {"Statistic": statistic}
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": description,
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            **measured,
            "Period": 300,
            "EvaluationPeriods": periods,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": "AlarmTopic"}],
            "OKActions": [{"Ref": "AlarmTopic"}],
        },
    }


def _dashboard(functions: Sequence[str], queues: Sequence[str], dead: Sequence[str], alarms: Sequence[str]) -> Json:
    """The dashboard: queues, given-up messages, errors, latency, and alarms."""
    queue_names = {queue: f"${{{queue}.QueueName}}" for queue in (*queues, *dead)}
    function_names = {function: f"${{{function}}}" for function in functions}

    def of_queues(metric: str, names: Iterable[str]) -> list[list[str]]:
        return [["AWS/SQS", metric, "QueueName", queue_names[name]] for name in names]

    def of_functions(metric: str) -> list[list[str]]:
        return [["AWS/Lambda", metric, "FunctionName", name] for name in function_names.values()]

    api = ["AWS/ApiGateway", "Latency", "ApiName", "${AWS::StackName}", "Stage", "live"]
    graphs: list[tuple[str, list[Any], str]] = [
        ("Messages waiting", of_queues("ApproximateNumberOfMessagesVisible", queues), "Maximum"),
        ("Oldest message, seconds", of_queues("ApproximateAgeOfOldestMessage", queues), "Maximum"),
        ("Given up on", of_queues("ApproximateNumberOfMessagesVisible", dead), "Maximum"),
        ("Invocations", of_functions("Invocations"), "Sum"),
        ("Errors", of_functions("Errors"), "Sum"),
        ("Throttles", of_functions("Throttles"), "Sum"),
        ("Duration, p99, ms", of_functions("Duration"), "p99"),
        ("At the same time", of_functions("ConcurrentExecutions"), "Maximum"),
        ("API latency, ms", [[*api, {"stat": "p50"}], [*api, {"stat": "p99"}]], "p50"),
        *own_graphs(),
    ]
    widgets: list[Json] = [
        {
            "type": "metric",
            "x": 8 * (number % 3),
            "y": 6 * (number // 3),
            "width": 8,
            "height": 6,
            "properties": {
                "title": title,
                "metrics": metrics,
                "stat": statistic,
                "period": 300,
                "region": "${AWS::Region}",
            },
        }
        for number, (title, metrics, statistic) in enumerate(graphs)
    ]
    ringing = {"title": "Alarms", "alarms": [f"${{{alarm}.Arn}}" for alarm in alarms]}
    below = 6 * -(-len(graphs) // 3)
    widgets.append({"type": "alarm", "x": 0, "y": below, "width": 24, "height": 6, "properties": ringing})
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": {"Fn::Sub": json.dumps({"widgets": widgets})},
        },
    }
