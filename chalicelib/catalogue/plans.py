"""Plans: proposed changes to scenes, decided by a person, carried out once.

Decisions are kept as rules in the order in which they were made, not as a write for each change: `bulk-update` of
50,000 changes is one rule. The last rule about a change gives its status, unless it was carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from chalicelib.catalogue.detecting.proposal import Action, Field, Proposal, Source


class PlanStatus(StrEnum):
    PENDING = "pending"
    DRAFT = "draft"
    REVIEWING = "reviewing"
    APPLIED = "applied"
    CANCELLED = "cancelled"


NEXT: Mapping[PlanStatus, frozenset[PlanStatus]] = {
    PlanStatus.PENDING: frozenset({PlanStatus.DRAFT, PlanStatus.CANCELLED}),
    PlanStatus.DRAFT: frozenset({PlanStatus.REVIEWING, PlanStatus.APPLIED, PlanStatus.CANCELLED}),
    PlanStatus.REVIEWING: frozenset({PlanStatus.APPLIED, PlanStatus.CANCELLED}),
    PlanStatus.APPLIED: frozenset(),
    PlanStatus.CANCELLED: frozenset(),
}
"""pending: the analysis is still at work. draft: no decision yet. reviewing: some decisions."""


class ChangeStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLIED = "applied"
    CONFLICT = "conflict"
    FAILED = "failed"


DECISIONS = frozenset({ChangeStatus.PENDING, ChangeStatus.APPROVED, ChangeStatus.REJECTED})
"""A person's decisions; the other states are outcomes of applying."""


class PlanFull(ValueError):
    """There are more decisions than a plan can hold."""


@dataclass(frozen=True)
class Change:
    """One proposed change of one scene. id: `{scene}-{number}`. outcome, message: of carrying it out; replaced: the
    earlier value, for undoing."""

    id: str
    scene_id: str
    field: Field
    action: Action
    proposed_value: Any
    confidence: float
    reason: str
    current_value: Any = None
    entity_id: str | None = None
    outcome: ChangeStatus | None = None
    message: str | None = None
    replaced: Any = None
    source: Source = "rules"


@dataclass(frozen=True)
class Rule:
    """A decision about all changes that meet every given condition. change_id: a single one, with the value that the
    person wants instead."""

    status: ChangeStatus
    change_id: str | None = None
    scene_id: str | None = None
    field: Field | None = None
    min_confidence: float | None = None
    value: Any = None

    def means(self, change: Change) -> bool:
        return (
            self.change_id in {None, change.id}
            and self.scene_id in {None, change.scene_id}
            and self.field in {None, change.field}
            and (self.min_confidence is None or change.confidence >= self.min_confidence)
        )


@dataclass(frozen=True)
class Plan:
    """scenes: the number of scenes with changes; counted: its changes by field, as they were proposed."""

    id: str
    owner_id: str
    name: str
    status: PlanStatus
    created_at: datetime
    rules: tuple[Rule, ...] = ()
    scenes: int = 0
    counted: Mapping[str, int] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    applied_at: datetime | None = None
    version: int = 0

    def status_of(self, change: Change) -> ChangeStatus:
        if change.outcome is not None:
            return change.outcome
        at, own = self._own.get(change.id, [(-1, None)])[-1]
        for place, rule in self._general:
            if place < at:
                break
            if rule.means(change):
                return rule.status
        return own.status if own else ChangeStatus.PENDING

    def value_of(self, change: Change) -> Any:
        """The value to apply: the person's own, or else the proposed one."""
        for _, rule in reversed(self._own.get(change.id, [])):
            if rule is not None and rule.value is not None:
                return rule.value
        return change.proposed_value

    @cached_property
    def _own(self) -> dict[str, list[tuple[int, Rule | None]]]:
        """The rules about single changes, with their places: thousands of them must not be searched for each change."""
        found: dict[str, list[tuple[int, Rule | None]]] = {}
        for place, rule in enumerate(self.rules):
            if rule.change_id is not None:
                found.setdefault(rule.change_id, []).append((place, rule))
        return found

    @cached_property
    def _general(self) -> list[tuple[int, Rule]]:
        """The other rules, the last one first."""
        return [(place, rule) for place, rule in reversed(list(enumerate(self.rules))) if rule.change_id is None]

    def decide(self, rule: Rule) -> Plan:
        """Raises ValueError where the plan is no longer open, or the rule isn't a decision."""
        if rule.status not in DECISIONS:
            raise ValueError(f"{rule.status} is not a decision")
        if self.status not in {PlanStatus.DRAFT, PlanStatus.REVIEWING}:
            raise ValueError(f"The plan is {self.status}: nothing can be decided.")
        kept = [old for old in self.rules if not covers(rule, old)]
        return replace(self, status=PlanStatus.REVIEWING, rules=(*kept, rule))

    def moved(self, status: PlanStatus) -> Plan:
        """The plan in that state. Raises ValueError where it can't reach it."""
        if status not in NEXT[self.status]:
            raise ValueError(f"The plan is {self.status} and can't become {status}.")
        return replace(self, status=status)


def covers(new: Rule, old: Rule) -> bool:
    """Whether a new rule decides all that an old one did, so that the old one may go. A rule with the person's own
    value stays: the value outlives later decisions about its change."""
    if old.value is not None:
        return False
    return (
        new.change_id in {None, old.change_id}
        and new.scene_id in {None, old.scene_id}
        and new.field in {None, old.field}
        and (
            new.min_confidence is None or (old.min_confidence is not None and new.min_confidence <= old.min_confidence)
        )
    )


def changes_of(scene_id: str, proposals: Iterable[Proposal], first: int = 0) -> tuple[Change, ...]:
    """A scene's changes, numbered from `first`: the same proposals give the same ids."""
    return tuple(
        Change(
            id=f"{scene_id}-{number}",
            scene_id=scene_id,
            field=proposal.field,
            action=proposal.action,
            proposed_value=proposal.value,
            confidence=proposal.confidence,
            reason=proposal.reason,
            current_value=proposal.current_value,
            entity_id=proposal.entity_id,
            source=proposal.source,
        )
        for number, proposal in enumerate(proposals, first)
    )


def with_more(scene_id: str, changes: Sequence[Change], proposals: Iterable[Proposal]) -> tuple[Change, ...]:
    """A scene's changes with a model's proposals added, in place of its earlier ones. Those of the rules have priority:
    a model's proposal for a field with a single value is left out."""
    rules = [change for change in changes if change.source == "rules"]
    there = {(change.field, change.proposed_value) for change in rules if isinstance(change.proposed_value, str)}
    taken = {change.field for change in rules if change.action == "set"}
    new = [p for p in proposals if p.field not in taken and (p.field, p.value) not in there]
    return (*rules, *changes_of(scene_id, new, len(rules)))


def counted(plan: Plan, changes: Iterable[Change]) -> dict[str, dict[str, int]]:
    """The numbers of changes by field and by status."""
    fields: dict[str, int] = {}
    statuses: dict[str, int] = {}
    for change in changes:
        fields[change.field] = fields.get(change.field, 0) + 1
        status = plan.status_of(change)
        statuses[status] = statuses.get(status, 0) + 1
    return {"by_field": fields, "by_status": statuses}


def with_value(change: Change, value: Any) -> Change:
    """The change with the value that a person wants instead, and without the proposed entity."""
    if value == change.proposed_value:
        return change
    return replace(change, proposed_value=value, entity_id=None)


def to_apply(
    plan: Plan, changes: Iterable[Change], change_ids: Sequence[str] = (), scene_ids: Sequence[str] = ()
) -> list[Change]:
    """The changes to apply: approved ones among those named, none of them twice."""
    chosen, scenes = frozenset(change_ids), frozenset(scene_ids)
    return [
        with_value(change, plan.value_of(change))
        for change in changes
        if plan.status_of(change) is ChangeStatus.APPROVED
        and (not chosen or change.id in chosen)
        and (not scenes or change.scene_id in scenes)
    ]
