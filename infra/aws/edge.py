"""CloudFront's resources in us-east-1, wherever the others are: the firewall's rules, and the domain's certificate.

A separate stack, deployed first; its outputs are parameters of the other.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api.framework.problems import problem_content
from infra.aws.gateway import TOO_MANY

Json = dict[str, Any]

WINDOW = 300
"""Seconds over which the requests of an address are counted."""


def edge_template() -> Json:
    """Outputs: WebAclArn, and CertificateArn where a domain is given."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Millrace: rate limit and certificate for CloudFront. Deploy it in us-east-1.",
        "Parameters": {
            "Domain": {
                "Type": "String",
                "Default": "",
                "Description": "The page's host name; none is CloudFront's own.",
            },
            "HostedZoneId": {
                "Type": "String",
                "Default": "",
                "Description": "Route 53 zone of the domain. Without one, add the record that ACM names by hand.",
            },
            "RequestsPerFiveMinutes": {
                "Type": "Number",
                "Default": 3000,
                "MinValue": 100,
                "Description": "Of one address; more are blocked until they are fewer.",
            },
        },
        "Conditions": {
            "HasDomain": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Domain"}, ""]}]},
            "HasZone": {"Fn::Not": [{"Fn::Equals": [{"Ref": "HostedZoneId"}, ""]}]},
        },
        "Resources": {
            "WebAcl": {
                "Type": "AWS::WAFv2::WebACL",
                "Properties": {
                    "Scope": "CLOUDFRONT",
                    "DefaultAction": {"Allow": {}},
                    "CustomResponseBodies": {
                        "rate": {
                            "ContentType": "APPLICATION_JSON",
                            # A fixed text: the firewall can't insert the id of a request.
                            "Content": json.dumps(problem_content(TOO_MANY, None)),
                        },
                    },
                    "VisibilityConfig": _seen("WebAcl"),
                    "Rules": [
                        {
                            "Name": "rate",
                            "Priority": 0,
                            "Action": {
                                "Block": {
                                    "CustomResponse": {
                                        "ResponseCode": TOO_MANY.status,
                                        "CustomResponseBodyKey": "rate",
                                        "ResponseHeaders": [{"Name": "Retry-After", "Value": str(WINDOW)}],
                                    }
                                }
                            },
                            "Statement": {
                                "RateBasedStatement": {
                                    "AggregateKeyType": "IP",
                                    "EvaluationWindowSec": WINDOW,
                                    "Limit": {"Ref": "RequestsPerFiveMinutes"},
                                }
                            },
                            "VisibilityConfig": _seen("Rate"),
                        },
                        _managed(1, "AWSManagedRulesKnownBadInputsRuleSet"),
                    ],
                },
            },
            "Certificate": {
                "Type": "AWS::CertificateManager::Certificate",
                "Condition": "HasDomain",
                "Properties": {
                    "DomainName": {"Ref": "Domain"},
                    "ValidationMethod": "DNS",
                    "DomainValidationOptions": {
                        "Fn::If": [
                            "HasZone",
                            [{"DomainName": {"Ref": "Domain"}, "HostedZoneId": {"Ref": "HostedZoneId"}}],
                            {"Ref": "AWS::NoValue"},
                        ]
                    },
                },
            },
        },
        "Outputs": {
            "WebAclArn": {"Value": {"Fn::GetAtt": ["WebAcl", "Arn"]}},
            "CertificateArn": {"Condition": "HasDomain", "Value": {"Ref": "Certificate"}},
        },
    }


def _managed(priority: int, name: str) -> Json:
    return {
        "Name": name,
        "Priority": priority,
        "OverrideAction": {"None": {}},
        "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}},
        "VisibilityConfig": _seen(name),
    }


def _seen(name: str) -> Json:
    return {"CloudWatchMetricsEnabled": True, "MetricName": f"Millrace{name}", "SampledRequestsEnabled": False}
