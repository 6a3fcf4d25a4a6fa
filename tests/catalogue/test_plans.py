from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from chalicelib.catalogue.applying import applied_to, called, edit_of, undone
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.model import Entity, Marker, Named, Scene
from chalicelib.catalogue.plans import (
    NEXT,
    Change,
    ChangeStatus,
    Plan,
    PlanFull,
    PlanStatus,
    Rule,
    changes_of,
    counted,
    to_apply,
)
from chalicelib.stores.dynamo.plans import PlanTable, plan_key
from chalicelib.stores.dynamo.table import Write
from tests.catalogue.conftest import World

APPROVED, REJECTED, PENDING = ChangeStatus.APPROVED, ChangeStatus.REJECTED, ChangeStatus.PENDING


def plan(status: PlanStatus = PlanStatus.DRAFT) -> Plan:
    return Plan("p1", "ann", "September", status, datetime(2026, 11, 1, tzinfo=UTC))


def change(number: int = 0, field: str = "tags", value: Any = "forest", **more: Any) -> Change:
    base = Change(f"7-{number}", "7", field, "add", value, 0.8, "it stands there")  # type: ignore[arg-type]
    return replace(base, **more)


def test_the_last_rule_that_means_a_change_decides() -> None:
    decided = plan().decide(Rule(APPROVED)).decide(Rule(REJECTED, field="tags")).decide(Rule(APPROVED, change_id="7-1"))
    assert decided.status is PlanStatus.REVIEWING
    assert [decided.status_of(change(n)) for n in (0, 1)] == [REJECTED, APPROVED]
    assert decided.status_of(change(2, field="date")) is APPROVED


def test_any_rules_decide_as_going_through_them_all_does() -> None:
    rng = random.Random(4)
    changes = [change(n, rng.choice(["tags", "date"]), confidence=rng.choice([0.5, 0.9])) for n in range(8)]
    for _ in range(300):
        rules = []
        for _ in range(rng.randint(0, 8)):
            status = rng.choice([APPROVED, REJECTED, PENDING])
            about: list[dict[str, Any]] = [
                {"change_id": f"7-{rng.randrange(8)}"},
                {"field": "tags"},
                {"min_confidence": 0.8},
                {},
                {"scene_id": "8"},
            ]
            rules.append(Rule(status, **rng.choice(about)))
        decided = replace(plan(), rules=tuple(rules))
        for one in changes:
            expected = next((rule.status for rule in reversed(rules) if rule.means(one)), PENDING)
            assert decided.status_of(one) is expected


def test_thousands_of_single_decisions_fit_into_a_plan_and_too_many_are_refused(world: World) -> None:
    table = PlanTable(world.table._table)
    rules = tuple(Rule(APPROVED, change_id=f"{n}-0") for n in range(10_000))
    before = plan()
    table.create(before)
    after = table.replace(before, replace(before, rules=rules))
    assert after is not None
    found = table.plan("ann", "p1")
    assert found is not None
    assert (found.rules, found.status) == (rules, PlanStatus.DRAFT)
    noise = random.Random(5)
    long = tuple(Rule(APPROVED, change_id=f"{n}-0", value=noise.randbytes(20_000).hex()) for n in range(30))
    with pytest.raises(PlanFull, match="apply these first"):
        table.replace(after, replace(after, rules=long))


def test_plans_of_earlier_versions_are_read(world: World) -> None:
    table = PlanTable(world.table._table)
    table.create(plan())
    text = TypeAdapter(Plan).dump_json(plan()).decode()
    world.table._table.write(Write(plan_key("ann", "p1")).set(plan=text))
    assert table.plan("ann", "p1") == plan()


def test_by_confidence_means_the_bound_too() -> None:
    decided = plan().decide(Rule(APPROVED, min_confidence=0.8))
    assert decided.status_of(change(confidence=0.8)) is APPROVED
    assert decided.status_of(change(confidence=0.79)) is PENDING


def test_a_rule_that_decides_all_that_older_ones_did_replaces_them() -> None:
    decided = plan()
    for number in range(50):
        decided = decided.decide(Rule(APPROVED, change_id=f"7-{number}"))
    assert len(decided.decide(Rule(REJECTED)).rules) == 1
    assert len(decided.decide(Rule(REJECTED, scene_id="8")).rules) == 51


def test_a_value_of_ones_own_outlives_accepting_everything() -> None:
    decided = plan().decide(Rule(PENDING, change_id="7-0", value="wood")).decide(Rule(APPROVED))
    assert [c.proposed_value for c in to_apply(decided, [change(0), change(1)])] == ["wood", "forest"]


def test_a_value_of_ones_own_is_not_written_by_the_id_of_what_was_proposed() -> None:
    decided = plan().decide(Rule(APPROVED, change_id="7-0", value="wood"))
    edited, kept = replace(change(0), entity_id="4"), replace(change(1), entity_id="4")
    carried_out = to_apply(decided.decide(Rule(APPROVED)), [edited, kept])
    assert [(c.proposed_value, c.entity_id) for c in carried_out] == [("wood", None), ("forest", "4")]


def test_only_what_is_approved_is_applied_even_where_it_is_named() -> None:
    decided = plan().decide(Rule(APPROVED, field="tags"))
    changes = [change(0), change(1, field="date"), change(2, outcome=ChangeStatus.APPLIED)]
    assert [c.id for c in to_apply(decided, changes)] == ["7-0"]
    assert to_apply(decided, changes, change_ids=["7-1"]) == []
    assert to_apply(decided, changes, scene_ids=["8"]) == []


@pytest.mark.parametrize("status", [PlanStatus.PENDING, PlanStatus.APPLIED, PlanStatus.CANCELLED])
def test_a_plan_that_is_not_open_takes_no_decisions(status: PlanStatus) -> None:
    with pytest.raises(ValueError, match="nothing can be decided"):
        plan(status).decide(Rule(APPROVED))


def test_an_outcome_is_no_decision() -> None:
    with pytest.raises(ValueError, match="not a decision"):
        plan().decide(Rule(ChangeStatus.APPLIED))


def test_moves_of_a_plan_are_those_of_the_table() -> None:
    for status in PlanStatus:
        for target in PlanStatus:
            if target in NEXT[status]:
                assert plan(status).moved(target).status is target
            else:
                with pytest.raises(ValueError, match="can't become"):
                    plan(status).moved(target)


def test_the_same_proposals_give_the_same_ids_and_counts() -> None:
    proposals = [Proposal("tags", "add", "forest", 0.8, "r"), Proposal("date", "set", "2009", 0.75, "r")]
    changes = changes_of("7", proposals)
    assert [c.id for c in changes] == ["7-0", "7-1"]
    decided = plan().decide(Rule(APPROVED, field="date"))
    assert counted(decided, changes) == {
        "by_field": {"tags": 1, "date": 1},
        "by_status": {"pending": 1, "approved": 1},
    }


# -- carrying out


SCENE = Scene("7", "home", title="walk", performers=(Named("1", "A"), Named("3", "C")), markers=(Marker("gate", 10.0),))


def carried_out(scene: Scene | None, *changes: Change) -> tuple[Scene | None, dict[str, ChangeStatus | None]]:
    edit = edit_of(scene, changes)
    outcomes = {c.id: c.outcome for c in (*edit.settled, *edit.wanted)}
    return (applied_to(scene, edit) if scene else None), outcomes


def test_additions_keep_what_came_in_the_meantime() -> None:
    add = change(field="performers", value="B", entity_id="2", current_value=["A"])
    after, outcomes = carried_out(SCENE, add)
    assert after is not None
    assert [p.name for p in after.performers] == ["A", "C", "B"]
    assert outcomes == {"7-0": None}


def test_what_is_so_already_is_applied_without_a_write() -> None:
    edit = edit_of(SCENE, [change(field="performers", value="a", entity_id="")])
    assert edit.empty
    assert edit.settled[0].outcome is ChangeStatus.APPLIED


def test_removing_takes_only_what_is_there() -> None:
    after, _ = carried_out(SCENE, change(field="performers", value="A", action="remove"))
    assert after is not None
    assert [p.name for p in after.performers] == ["C"]
    assert edit_of(SCENE, [change(field="performers", value="Z", action="remove")]).empty


def test_a_value_changed_since_is_a_conflict_and_stays() -> None:
    theirs = replace(SCENE, scene_date="2010")
    after, outcomes = carried_out(theirs, change(field="date", action="set", value="2009", current_value=None))
    assert outcomes == {"7-0": ChangeStatus.CONFLICT}
    assert after == theirs


def test_a_value_set_is_kept_for_undoing() -> None:
    edit = edit_of(SCENE, [change(field="studio", action="set", value="Northlight", entity_id="4")])
    assert applied_to(SCENE, edit).studio == Named("4", "Northlight")
    assert edit.wanted[0].replaced is None


def test_a_scene_that_is_gone_fails_its_changes() -> None:
    _, outcomes = carried_out(None, change(0), change(1))
    assert set(outcomes.values()) == {ChangeStatus.FAILED}


def test_a_marker_that_is_there_is_not_made_again() -> None:
    again, new = ({"title": t, "seconds": s} for t, s in (("gate", 10.5), ("bridge", 90)))
    after, _ = carried_out(SCENE, change(0, field="markers", value=again), change(1, field="markers", value=new))
    assert after is not None
    assert [m.title for m in after.markers] == ["gate", "bridge"]


def test_undoing_takes_back_what_was_done_and_nothing_else() -> None:
    done = [
        change(0, outcome=ChangeStatus.APPLIED),
        change(1, outcome=ChangeStatus.APPLIED, message="It already had this value."),
        change(2, field="date", action="set", value="2009-04-17", replaced="2009", outcome=ChangeStatus.APPLIED),
        change(3, outcome=ChangeStatus.CONFLICT),
    ]
    back = undone(done)
    assert [(c.id, c.action, c.proposed_value) for c in back] == [("7-0", "remove", "forest"), ("7-2", "set", "2009")]
    assert back[1].current_value == "2009-04-17"


def test_a_name_goes_before_another_ones_alias_and_a_shared_alias_means_nobody() -> None:
    annie, ann, other = Entity("1", "Annie"), Entity("2", "Ann", ("annie", "A")), Entity("3", "Bea", ("a",))
    for order in ([annie, ann, other], [other, ann, annie]):
        found = called(order)
        assert (found["annie"].id, found["ann"].id, "a" in found) == ("1", "2", False)
