"""A DynamoDB table that keeps its items in a dictionary and its time by DynamoDB's limits.

It understands our stores' requests: conditions of comparisons, IN and attribute_(not_)exists; SET, REMOVE and ADD.
Each write takes capacity of its item and of its partition, also in the index partitions, at 1,000 write units a second
each; where a moment has none left, the write waits for a later one, as a throttled client does. Units are counted by
DynamoDB's rules from the items' sizes: a unit a kilobyte, twice in a transaction.
"""

from __future__ import annotations

import bisect
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.ledger import size_of

UNITS_A_SECOND = 1000
MOMENT = 0.1
KB = 1024
LATENCY = {"write": 0.005, "transaction": 0.012, "read": 0.003}
TOKEN = re.compile(r"\s*(\(|\)|,|<=|<|=|[#:]?[A-Za-z_][A-Za-z_0-9]*)")

Item = dict[str, Any]


class TransactionCanceledException(ClientError):
    pass


class SimulatedTable:
    """The calls of a boto3 client that JobTable makes. now: the caller's time, in seconds; each call advances it.

    split: DynamoDB spreads the items of one partition key over several partitions once they are hot; without it all
    items of a key share one partition's limit. indexes: those of the table's definition.
    """

    def __init__(self, indexes: list[Mapping[str, Any]], *, split: bool) -> None:
        self.now = 0.0
        self.calls: Counter[str] = Counter()
        self.read_units = 0.0
        self.written: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
        self.writes: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
        self.last = 0.0
        self._items: dict[tuple[str, str], Item] = {}
        self._order: dict[str, list[str]] = defaultdict(list)
        self._split = split
        self._indexes = [
            (index["IndexName"], index["KeySchema"][0]["AttributeName"], index["Projection"]["ProjectionType"])
            for index in indexes
        ]
        self.exceptions = type("exceptions", (), {"TransactionCanceledException": TransactionCanceledException})

    def hottest(self) -> int:
        """The most writes to any single item in one second."""
        return max(max(self._per_second(moments).values()) for moments in self.writes.values())

    # -- calls -------------------------------------------------------------------------------------------------------

    def get_item(self, *, Key: Item, ConsistentRead: bool, **_: Any) -> dict[str, Any]:  # noqa: N803  # boto3's names
        item = self._items.get(_place(Key))
        self._read([item] if item else [], ConsistentRead)
        return {"Item": item} if item else {}

    def query(self, **request: Any) -> dict[str, Any]:
        if "IndexName" in request:
            raise NotImplementedError(request["IndexName"])
        values, partition = request["ExpressionAttributeValues"], request["ExpressionAttributeValues"][":hash"]["S"]
        first, last = "", "\U0010ffff"
        if ":first" in values:
            first, last = values[":first"]["S"], values[":last"]["S"]
        elif ":job" in values or ":kind" in values:
            first = (values.get(":job") or values[":kind"])["S"]
            last = first + "\U0010ffff"
        keys = self._order[partition]
        found = [self._items[partition, key] for key in keys[bisect.bisect_left(keys, first) :] if key <= last]
        self._read(found, request.get("ConsistentRead", False))
        return {"Items": found}

    def put_item(self, **request: Any) -> dict[str, Any]:
        self._check(_place(request["Item"]), request, "ConditionalCheckFailedException")
        self._write(_place(request["Item"]), request["Item"], 1)
        self.now += LATENCY["write"]
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        place = _place(request["Key"])
        self._check(place, request, "ConditionalCheckFailedException")
        self._write(place, self._updated(place, request), 1)
        self.now += LATENCY["write"]
        return {"Attributes": self._items[place]}

    def transact_write_items(self, *, TransactItems: list[Any]) -> dict[str, Any]:  # noqa: N803  # boto3's names
        parts = [next(iter(action.items())) for action in TransactItems]
        reasons = []
        for _, request in parts:
            place = _place(request.get("Key") or request["Item"])
            failed = not _holds(request, self._items.get(place, {}))
            reasons.append({"Code": "ConditionalCheckFailed", "Item": self._items.get(place, {})} if failed else {})
        if any(reasons):
            answer: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise TransactionCanceledException(answer, "TransactWriteItems")
        began, ends = self.now, self.now
        for kind, request in parts:
            self.now = began
            place = _place(request.get("Key") or request["Item"])
            after = request["Item"] if kind == "Put" else self._updated(place, request)
            self._write(place, after, 2)
            ends = max(ends, self.now)
        self.now = ends + LATENCY["transaction"]
        return {}

    # -- inside ------------------------------------------------------------------------------------------------------

    def _check(self, place: tuple[str, str], request: Mapping[str, Any], code: str) -> None:
        there = self._items.get(place, {})
        if not _holds(request, there):
            answer: Any = {"Error": {"Code": code}, "Item": there}
            raise ClientError(answer, "UpdateItem")

    def _read(self, found: list[Item], consistent: bool) -> None:
        self.calls["read"] += 1
        units = max(1, math.ceil(sum(map(size_of, found)) / (4 * KB)))
        self.read_units += units if consistent else units / 2
        self.now += LATENCY["read"]

    def _write(self, place: tuple[str, str], after: Item, factor: int) -> None:
        before = self._items.get(place, {})
        units = factor * max(1, math.ceil(max(size_of(before), size_of(after)) / KB))
        self.calls["write"] += 1
        self.writes[place][
            self._take(units, ("item", *place), ("partition", *(place if self._split else place[:1])))
        ] += 1
        for name, hash_key, projection in self._indexes:
            old, new = before.get(hash_key), after.get(hash_key)
            if (old or new) and (old != new or projection == "ALL"):
                value = (new or old)["S"]
                self._take(max(1, math.ceil(size_of(after) / KB)) if projection == "ALL" else 1, (name, value))
        if place not in self._items:
            bisect.insort(self._order[place[0]], place[1])
        self._items[place] = after
        self.last = max(self.last, self.now)

    def _take(self, units: int, *limited: tuple[str, ...]) -> int:
        """Waits for the first moment in which every limit has this much left."""
        moment = int(self.now / MOMENT)
        room = max(UNITS_A_SECOND * MOMENT, units)
        while any(self.written[one][moment] + units > room for one in limited):
            moment += 1
        for one in limited:
            self.written[one][moment] += units
        self.now = max(self.now, moment * MOMENT)
        return moment

    def _per_second(self, moments: Counter[int]) -> Counter[int]:
        seconds: Counter[int] = Counter()
        for moment, count in moments.items():
            seconds[int(moment * MOMENT)] += count
        return seconds

    def _updated(self, place: tuple[str, str], request: Mapping[str, Any]) -> Item:
        item = dict(self._items.get(place, {"PK": {"S": place[0]}, "SK": {"S": place[1]}}))
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        expression = request.get("UpdateExpression", "")
        for kind, clauses in re.findall(r"(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)", expression):
            for clause in re.split(r", (?![^(]*\))", clauses):
                if kind == "REMOVE":
                    item.pop(names[clause], None)
                elif kind == "ADD":
                    name, value = clause.split()
                    amount = float(values[value]["N"]) + float(item.get(names[name], {"N": "0"})["N"])
                    item[names[name]] = {"N": f"{amount:g}" if amount % 1 else str(int(amount))}
                else:
                    name, _, value = clause.partition(" = ")
                    if value.startswith("if_not_exists"):
                        value = value.removesuffix(")").split(", ")[1]
                        item.setdefault(names[name], values[value])
                    else:
                        item[names[name]] = values[value]
        return item


def _place(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["PK"]["S"], key["SK"]["S"]


def _holds(request: Mapping[str, Any], item: Item) -> bool:
    expression = request.get("ConditionExpression")
    if not expression:
        return True
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    tokens = TOKEN.findall(expression)[::-1]

    def operand(token: str) -> Any:
        found = values[token] if token.startswith(":") else item.get(names[token])
        if found is None:
            return None
        [(kind, content)] = found.items()
        return float(content) if kind == "N" else content

    def either() -> bool:
        result = both()
        while tokens and tokens[-1] == "OR":
            tokens.pop()
            result = both() or result
        return result

    def both() -> bool:
        result = one()
        while tokens and tokens[-1] == "AND":
            tokens.pop()
            result = one() and result
        return result

    def one() -> bool:
        word = tokens.pop()
        if word == "(":
            result = either()
            tokens.pop()
            return result
        if word.startswith("attribute_"):
            tokens.pop()
            there = names[tokens.pop()] in item
            tokens.pop()
            return there is (word == "attribute_exists")
        left, operator = operand(word), tokens.pop()
        if operator == "IN":
            tokens.pop()
            wanted = []
            while (word := tokens.pop()) != ")":
                wanted += [] if word == "," else [operand(word)]
            return left in wanted
        right = operand(tokens.pop())
        if operator == "=":
            return bool(left == right)
        return left is not None and bool(left < right if operator == "<" else left <= right)

    return either()
