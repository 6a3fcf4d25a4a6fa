"""The WebSocket API: additions to Chalice's own."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SOCKETS_STAGE = "live"
"""Its stage, by Chalice's configuration, and hence its path: a WebSocket API has no other. The page's address uses the
same path, so that CloudFront forwards it unchanged."""
SOCKETS_HOST = "${WebsocketAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}"


def sockets_template(stack: str) -> Json:
    """Additions by resource. Frames differ by their type; all of ours go to the one default route."""
    rate = {"Ref": "RequestsPerSecond"}
    return {
        "WebsocketAPI": {"Properties": {"Name": f"{stack}-live", "RouteSelectionExpression": "$request.body.type"}},
        "WebsocketAPIStage": {
            "Properties": {
                "DefaultRouteSettings": {
                    "DetailedMetricsEnabled": True,
                    "ThrottlingRateLimit": rate,
                    "ThrottlingBurstLimit": rate,
                }
            }
        },
    }
