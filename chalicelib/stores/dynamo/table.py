"""DynamoDB at the level of items: plain values in and out, conditions by name, transactions that wait for each other.

IAM: dynamodb:GetItem, BatchGetItem, PutItem, UpdateItem, DeleteItem, BatchWriteItem, Query, ConditionCheckItem.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
Key = tuple[str, str]
CONFLICT_TRIES = 12
WRITE_AT_ONCE = 25
LEAST = 1e-130
"""DynamoDB refuses numbers nearer to zero."""


class ConditionFailed(Exception):
    """A conditional write that wasn't made. items: for each condition, the item found instead; None where the condition
    held."""

    def __init__(self, items: Sequence[Item | None]) -> None:
        super().__init__("a condition did not hold")
        self.items = items


def to_attribute(value: Any) -> dict[str, Any]:
    """A plain value as DynamoDB writes it. Mappings and sequences become JSON text: nothing queries inside them."""
    match value:
        case bool():
            return {"BOOL": value}
        case float() if abs(value) < LEAST:
            return {"N": "0"}
        case int() | float() | Decimal():
            return {"N": str(value)}
        case datetime():
            return {"S": timestamp(value)}
        case str():
            return {"S": str(value)}
        case bytes():
            return {"B": value}
        case _:
            return {"S": json.dumps(value, separators=(",", ":"), ensure_ascii=False)}


def from_attribute(value: Mapping[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    if kind == "N":
        return float(content) if "." in content or "e" in content.lower() else int(content)
    return content


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and `Z`: sorts as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Write:
    """A write, alone or in a transaction: attributes to set, add to and remove, with conditions."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._set: list[str] = []
        self._add: list[str] = []
        self._remove: list[str] = []
        self._conditions: list[str] = []

    def name(self, attribute: str) -> str:
        alias = f"#{attribute}"
        self._names[alias] = attribute
        return alias

    def value(self, value: Any) -> str:
        alias = f":v{len(self._values)}"
        self._values[alias] = to_attribute(value)
        return alias

    def set(self, **changes: Any) -> Write:
        """Sets attributes; one that is None is removed."""
        for attribute, value in changes.items():
            if value is None:
                self._remove.append(self.name(attribute))
            else:
                self._set.append(f"{self.name(attribute)} = {self.value(value)}")
        return self

    def set_if_missing(self, **values: Any) -> Write:
        for attribute, value in values.items():
            name = self.name(attribute)
            self._set.append(f"{name} = if_not_exists({name}, {self.value(value)})")
        return self

    def add(self, **amounts: float) -> Write:
        for attribute, amount in amounts.items():
            if amount:
                self._add.append(f"{self.name(attribute)} {self.value(amount)}")
        return self

    def where(self, condition: str) -> Write:
        self._conditions.append(condition)
        return self

    def where_equal(self, **wanted: Any) -> Write:
        """Requires every attribute to have the given value; None: not to be set."""
        for attribute, value in wanted.items():
            name = self.name(attribute)
            self.where(f"attribute_not_exists({name})" if value is None else f"{name} = {self.value(value)}")
        return self

    def where_exists(self) -> Write:
        return self.where(f"attribute_exists({self.name('PK')})")

    def as_update(self, table: str) -> dict[str, Any]:
        parts = [("SET", self._set), ("REMOVE", self._remove), ("ADD", self._add)]
        request: dict[str, Any] = {
            "TableName": table,
            "Key": attributes(dict(zip(("PK", "SK"), self.key, strict=True))),
        }
        expression = " ".join(f"{word} {', '.join(clauses)}" for word, clauses in parts if clauses)
        if expression:
            request["UpdateExpression"] = expression
        return request | self.condition()

    def condition(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._conditions:
            found["ConditionExpression"] = " AND ".join(f"({condition})" for condition in self._conditions)
            found["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if self._names:
            found["ExpressionAttributeNames"] = self._names
        if self._values:
            found["ExpressionAttributeValues"] = self._values
        return found


class NewItem(Write):
    """A put of a whole item, on condition that there is none; over: replaces any item that is there."""

    def __init__(self, key: Key, item: Item, *, over: bool = False) -> None:
        super().__init__(key)
        self.item = item
        if not over:
            self.where(f"attribute_not_exists({self.name('PK')})")


class Removal(Write):
    """Deletes an item, if it is there."""


class Check(Write):
    """Writes nothing: only its condition takes part in the transaction."""


def attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in item.items() if value is not None}


def plain(item: Mapping[str, Any] | None) -> Item:
    return {name: from_attribute(value) for name, value in (item or {}).items()}


class Table:
    """A table with string keys PK and SK. client: made at its first use, as that takes a tenth of a second."""

    def __init__(self, client: Callable[[], DynamoDBClient], name: str) -> None:
        self._client = client
        self.name = name

    def get(self, key: Key, *, consistent: bool = True, only: Sequence[str] = ()) -> Item | None:
        """only: the attributes to read, for callers who may read no others."""
        some: Any = {}
        if only:
            names = {f"#a{i}": name for i, name in enumerate(only)}
            some = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
        found = self._client().get_item(TableName=self.name, Key=_key(key), ConsistentRead=consistent, **some)
        return plain(found["Item"]) if "Item" in found else None

    def get_many(self, keys: Sequence[Key]) -> list[Item]:
        """Up to 100 items, strongly consistent, in no order; missing ones are left out."""
        found: list[Item] = []
        wanted: Any = {self.name: {"Keys": [_key(key) for key in keys], "ConsistentRead": True}} if keys else {}
        while wanted:
            answer = self._client().batch_get_item(RequestItems=wanted)
            found += [plain(item) for item in answer["Responses"].get(self.name, ())]
            wanted = answer.get("UnprocessedKeys")
        return found

    def put(self, item: Item) -> None:
        self._client().put_item(TableName=self.name, Item=attributes(item))

    def delete(self, key: Key) -> None:
        self._client().delete_item(TableName=self.name, Key=_key(key))

    def put_many(self, items: Sequence[Item]) -> None:
        """Puts items one by one: a call that fails may have written some of them."""
        self._write_many([{"PutRequest": {"Item": attributes(item)}} for item in items])

    def delete_many(self, keys: Sequence[Key]) -> None:
        self._write_many([{"DeleteRequest": {"Key": _key(key)}} for key in keys])

    def _write_many(self, requests: Sequence[Any]) -> None:
        for some in batched(requests, WRITE_AT_ONCE):
            left: Any = {self.name: list(some)}
            for attempt in range(CONFLICT_TRIES):
                left = self._client().batch_write_item(RequestItems=left).get("UnprocessedItems")
                if not left:
                    break
                time.sleep(random.uniform(0, 0.05 * 1.6**attempt))  # noqa: S311 - spreads the tries, no secret
            else:
                raise RuntimeError(f"{self.name} takes no more writes")

    def query(
        self,
        partition: str,
        condition: str = "",
        values: Mapping[str, Any] | None = None,
        *,
        index: str | None = None,
        hash_name: str = "PK",
        range_name: str = "SK",
        forward: bool = True,
        limit: int | None = None,
        consistent: bool = True,
    ) -> Iterator[Item]:
        """Items of a partition in order; `condition`, on the range key, is written with #range and `values`."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "#hash = :hash" + (f" AND {condition}" if condition else ""),
            "ExpressionAttributeNames": {"#hash": hash_name} | ({"#range": range_name} if condition else {}),
            "ExpressionAttributeValues": {":hash": to_attribute(partition)} | attributes(values or {}),
            "ScanIndexForward": forward,
        }
        if index:
            request["IndexName"] = index
        elif consistent:
            request["ConsistentRead"] = True
        if limit:
            request["Limit"] = limit
        given = 0
        while True:
            page = self._client().query(**request)
            for item in page["Items"]:
                yield plain(item)
                given += 1
                if limit and given >= limit:
                    return
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def write(self, write: Write) -> Item:
        """Makes one write and returns the new item. ConditionFailed."""
        try:
            if isinstance(write, NewItem):
                request = write.condition()
                self._client().put_item(TableName=self.name, Item=attributes(write.item), **request)
                return write.item
            return plain(self._client().update_item(**write.as_update(self.name), ReturnValues="ALL_NEW")["Attributes"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                # The stubs of botocore's errors know no Item.
                raise ConditionFailed([plain(error.response.get("Item"))]) from None  # type: ignore[arg-type]
            raise

    def transact(self, writes: Sequence[Write]) -> None:
        """All or nothing. ConditionFailed says which conditions failed. Where another transaction holds an item, it
        waits and tries again."""
        actions = [self._action(write) for write in writes]
        for attempt in range(CONFLICT_TRIES):
            try:
                self._client().transact_write_items(TransactItems=actions)
                return
            except self._client().exceptions.TransactionCanceledException as cancelled:
                reasons = cancelled.response.get("CancellationReasons", [])
                if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                    raise ConditionFailed(
                        [
                            plain(reason.get("Item")) if reason.get("Code") == "ConditionalCheckFailed" else None
                            for reason in reasons
                        ]
                    ) from None
                if attempt == CONFLICT_TRIES - 1 or not any(
                    reason.get("Code") in {"TransactionConflict", "ThrottlingError"} for reason in reasons
                ):
                    raise
            time.sleep(random.uniform(0, 0.01 * 1.6**attempt))  # noqa: S311 - spreads the tries, no secret

    def _action(self, write: Write) -> Any:
        if isinstance(write, NewItem):
            return {"Put": {"TableName": self.name, "Item": attributes(write.item), **write.condition()}}
        kind = "ConditionCheck" if isinstance(write, Check) else "Delete" if isinstance(write, Removal) else "Update"
        return {kind: write.as_update(self.name)}


def _key(key: Key) -> dict[str, Any]:
    return attributes({"PK": key[0], "SK": key[1]})
