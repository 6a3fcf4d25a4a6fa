"""Every AWS call, by operation, and its cost at list prices."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PRICES = Path(__file__).parents[1] / "infra" / "aws" / "prices.json"
S3_READS = frozenset({"GetObject", "HeadObject"})
S3_FREE = frozenset({"DeleteObject", "DeleteObjects", "AbortMultipartUpload"})
KB = 1024


def price(name: str) -> float:
    """The price of one, in US dollars."""
    entry = json.loads(PRICES.read_text())["prices"][name]
    return float(entry["usd"]) / float(entry["per"])


@dataclass
class Ledger:
    """calls: requests by service and operation. reads, writes: DynamoDB's request units.

    Units are computed by DynamoDB's own rules from the sizes of the items after the call, each index that holds
    a written item included: 1 kB a write, doubled in a transaction; 4 kB a strongly consistent read, else half.
    An index counts even where a write leaves its attributes alone, which DynamoDB doesn't bill: an upper bound.
    """

    sizes: Callable[[str, Mapping[str, Any]], tuple[int, int]]
    calls: Counter[str] = field(default_factory=Counter)
    reads: float = 0.0
    writes: float = 0.0

    def called(self, service: str, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        self.calls[f"{service}:{operation}"] += 1
        if service == "dynamodb":
            self._count_units(operation, params, answer)

    def begin(self) -> None:
        """Clears all counts."""
        self.calls.clear()
        self.reads = self.writes = 0.0

    def cost(self) -> float:
        """US dollars, DynamoDB by units, all else by request."""
        total = self.reads * price("dynamodb.read") + self.writes * price("dynamodb.write")
        for name, count in self.calls.items():
            service, operation = name.split(":")
            if service == "sqs":
                total += count * price("sqs.request")
            elif service == "s3" and operation not in S3_FREE:
                total += count * price("s3.get" if operation in S3_READS else "s3.put")
        return total

    def _count_units(self, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
            self.writes += self._written(params["TableName"], params.get("Key") or params["Item"], 1)
        elif operation == "TransactWriteItems":
            for action in params["TransactItems"]:
                [(_, write)] = action.items()
                self.writes += self._written(write["TableName"], write.get("Key") or write["Item"], 2)
        elif operation == "BatchWriteItem":
            for table, requests in params["RequestItems"].items():
                for request in requests:
                    [(_, write)] = request.items()
                    self.writes += self._written(table, write.get("Key") or write["Item"], 1)
        elif operation in {"GetItem", "Query", "BatchGetItem"}:
            found = [answer["Item"]] if "Item" in answer else answer.get("Items", [])
            consistent = params.get("ConsistentRead", operation == "BatchGetItem")
            units = max(1, math.ceil(sum(size_of(item) for item in found) / (4 * KB)))
            self.reads += units if consistent else units / 2

    def _written(self, table: str, key: Mapping[str, Any], factor: int) -> float:
        size, indexes = self.sizes(table, {"PK": key["PK"], "SK": key["SK"]})
        return factor * max(1, math.ceil(size / KB)) + indexes


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of an item, as DynamoDB counts them: names and values in UTF-8, numbers by their digits."""
    total = 0
    for name, value in item.items():
        [(kind, content)] = value.items()
        total += len(name.encode())
        total += (
            1
            if kind in {"BOOL", "NULL"}
            else len(str(content)) // 2 + 1
            if kind == "N"
            else len(content if isinstance(content, bytes) else content.encode())
        )
    return total


@contextmanager
def recording(session: Any, ledger: Ledger) -> Iterator[Ledger]:
    """Counts the calls by clients of a boto3 session in the meantime; retries count, signing addresses doesn't."""
    pending: dict[str, Any] = {}

    def begins(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        pending[model.name] = params

    def ends(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        ledger.called(model.service_model.service_name, model.name, pending[model.name], parsed)

    session.events.register("before-parameter-build", begins)
    session.events.register("after-call", ends)
    try:
        yield ledger
    finally:
        session.events.unregister("before-parameter-build", begins)
        session.events.unregister("after-call", ends)
