"""Plans as their owner handles them: read, decided, cancelled, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.catalogue.applying import undone
from chalicelib.catalogue.detecting.proposal import Field, Proposal
from chalicelib.catalogue.plans import Change, ChangeStatus, Plan, PlanStatus, Rule, counted, to_apply, with_more
from chalicelib.catalogue.ports import PlanStore

BULK: dict[str, ChangeStatus] = {
    "accept_all": ChangeStatus.APPROVED,
    "reject_all": ChangeStatus.REJECTED,
    "accept_by_field": ChangeStatus.APPROVED,
    "reject_by_field": ChangeStatus.REJECTED,
    "accept_by_confidence": ChangeStatus.APPROVED,
}


class IncompleteDecision(ValueError):
    """A decision about many changes that doesn't say which ones."""


@dataclass(frozen=True)
class SceneChanges:
    """All changes of one scene, each with its status as decided."""

    scene_id: str
    changes: tuple[tuple[Change, ChangeStatus], ...]


class Plans:
    def __init__(self, store: PlanStore, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def open(self, owner_id: str, name: str, metadata: dict[str, Any], plan_id: str | None = None) -> Plan:
        """Opens a plan that an analysis will fill. The same id twice is one plan."""
        plan = Plan(plan_id or self._new_id(), owner_id, name, PlanStatus.PENDING, self._clock(), metadata=metadata)
        if not self._store.create(plan):
            return self.get(owner_id, plan.id)
        return plan

    def get(self, owner_id: str, plan_id: str) -> Plan:
        """Raises KeyError, also for another owner's plan."""
        plan = self._store.plan(owner_id, plan_id)
        if plan is None:
            raise KeyError(plan_id)
        return plan

    def all(self, owner_id: str, status: PlanStatus | None = None) -> list[Plan]:
        return self._store.plans(owner_id, status)

    def scenes(self, plan: Plan, after: str | None = None) -> Iterator[SceneChanges]:
        for scene_id, changes in self._store.changes(plan.id, after):
            yield SceneChanges(scene_id, tuple((change, plan.status_of(change)) for change in changes))

    def change(self, owner_id: str, plan_id: str, change_id: str) -> tuple[Plan, Change]:
        plan = self.get(owner_id, plan_id)
        scene_id = change_id.rpartition("-")[0]
        for change in self._store.changes_of_scene(plan_id, scene_id):
            if change.id == change_id:
                return plan, change
        raise KeyError(change_id)

    def decide(self, owner_id: str, plan_id: str, rule: Rule) -> Plan:
        """Raises KeyError, and ValueError where the plan is not open."""
        return self._moved(owner_id, plan_id, lambda plan: plan.decide(rule))

    def decide_all(
        self, owner_id: str, plan_id: str, action: str, field: Field | None, min_confidence: float | None
    ) -> Plan:
        """One rule for many changes. Raises IncompleteDecision where it lacks its parameter."""
        if action not in BULK:
            raise ValueError(f"There is no action {action!r}. There are: {', '.join(BULK)}.")
        if action.endswith("_field") and field is None:
            raise IncompleteDecision(f"{action} needs `field`.")
        if action.endswith("_confidence") and min_confidence is None:
            raise IncompleteDecision(f"{action} needs `confidence`.")
        by_field = field if action.endswith("_field") else None
        by_confidence = min_confidence if action.endswith("_confidence") else None
        return self.decide(owner_id, plan_id, Rule(BULK[action], field=by_field, min_confidence=by_confidence))

    def cancel(self, owner_id: str, plan_id: str) -> Plan:
        return self._moved(owner_id, plan_id, lambda plan: plan.moved(PlanStatus.CANCELLED))

    def statistics(self, plan: Plan) -> dict[str, dict[str, int]]:
        return counted(plan, (change for _, changes in self._store.changes(plan.id) for change in changes))

    def undo(self, owner_id: str, plan_id: str) -> Plan:
        """A new plan that undoes this one, to be reviewed and applied like any other. Raises ValueError where nothing
        was applied."""
        plan = self.get(owner_id, plan_id)
        back = [(scene_id, undone(changes)) for scene_id, changes in self._store.changes(plan_id)]
        back = [(scene_id, changes) for scene_id, changes in back if changes]
        if not back:
            raise ValueError("The plan has changed nothing that could be taken back.")
        new = self.open(owner_id, f"Undo {plan.name}", {"undoes": plan_id}, f"{plan_id}-undo")
        self._store.put_changes(new.id, back)
        return self.filled(owner_id, new.id)

    # -- for the works ---------------------------------------------------------------------------------------------

    def fill(self, plan_id: str, changes: Sequence[tuple[str, Sequence[Change]]]) -> None:
        self._store.put_changes(plan_id, changes)

    def add(self, plan_id: str, scene_id: str, proposals: Sequence[Proposal]) -> None:
        """Adds the model's proposals to those of the rules, in place of its earlier ones."""
        there = self._store.changes_of_scene(plan_id, scene_id)
        changes = with_more(scene_id, there, proposals)
        if changes != there:
            self._store.put_changes(plan_id, [(scene_id, changes)])

    def note(self, owner_id: str, plan_id: str, **metadata: Any) -> Plan:
        """Puts values into the plan's metadata."""
        return self._moved(owner_id, plan_id, lambda plan: replace(plan, metadata={**plan.metadata, **metadata}))

    def filled(self, owner_id: str, plan_id: str) -> Plan:
        """Marks the plan as complete: its owner may decide."""
        fields: dict[str, int] = {}
        scenes = 0
        for _, changes in self._store.changes(plan_id):
            scenes += 1
            for change in changes:
                fields[change.field] = fields.get(change.field, 0) + 1
        return self._moved(
            owner_id,
            plan_id,
            lambda plan: (
                plan
                if plan.status is not PlanStatus.PENDING
                else replace(plan.moved(PlanStatus.DRAFT), scenes=scenes, counted=fields)
            ),
        )

    def to_apply(
        self, plan: Plan, after: str | None, change_ids: Sequence[str], scene_ids: Sequence[str]
    ) -> Iterator[tuple[str, tuple[Change, ...], list[Change]]]:
        """Scene by scene behind `after`: all its changes, and those to carry out."""
        for scene_id, changes in self._store.changes(plan.id, after):
            wanted = to_apply(plan, changes, change_ids, scene_ids)
            if wanted:
                yield scene_id, changes, wanted

    def note_outcomes(self, plan_id: str, scene_id: str, changes: Sequence[Change], outcomes: Sequence[Change]) -> None:
        by_id = {change.id: change for change in outcomes}
        self._store.put_changes(plan_id, [(scene_id, [by_id.get(change.id, change) for change in changes])])

    def applied(self, owner_id: str, plan_id: str) -> Plan:
        """Marks the plan as applied once no approved or undecided change is left."""

        def moved(plan: Plan) -> Plan:
            left = counted(plan, (c for _, changes in self._store.changes(plan_id) for c in changes))["by_status"]
            if plan.status is PlanStatus.APPLIED or left.get("pending") or left.get("approved"):
                return plan
            return replace(plan.moved(PlanStatus.APPLIED), applied_at=self._clock())

        return self._moved(owner_id, plan_id, moved)

    def _moved(self, owner_id: str, plan_id: str, move: Callable[[Plan], Plan]) -> Plan:
        while True:
            before = self.get(owner_id, plan_id)
            after = move(before)
            if after == before:
                return before
            if (written := self._store.replace(before, after)) is not None:
                return written
