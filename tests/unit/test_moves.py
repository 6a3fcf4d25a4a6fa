"""Moves are values: the README has their table, and a misspelt field or guard is found before anything runs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

from chalicelib.jobs.changes import Is, OneOf
from chalicelib.jobs.file_moves import FILE_MOVES, RESET, FileFields
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import COMPLETE, ENQUEUE, JOB_MOVES, PAUSE, REMAKE, RETRY, JobFields, targets
from chalicelib.jobs.moving import AS_READ, planned
from chalicelib.jobs.states import FINAL, FileState, JobState
from infra.states_doc import README, TABLE, table
from tests.stores.made import new_job

ROOT = Path(__file__).parents[2]
MISSPELT = """
from chalicelib.jobs.file_moves import CLAIM_FILE
from chalicelib.jobs.moves import GET_ON, JobFields, JobGuard, JobMove, RUNNING

GET_ON(current_filename="a.jpg")
GET_ON(curent_filename="a.jpg")
GET_ON(steps_done="one")
CLAIM_FILE(etagg="e")
fields: JobFields = {"sealled": True}
JobMove("pause", RUNNING, guards=frozenset({JobGuard.SAME_CLAM}))
JobMove("pause", RUNNING, guards=frozenset({"run_requestd"}))
JobMove("pause", RUNNING, guards=frozenset({JobGuard.SAME_CLAIM}))
"""
WRONG = {6, 7, 8, 9, 10, 11}


def test_a_misspelt_field_or_guard_is_found_by_the_type_checker(tmp_path: Path) -> None:
    path = tmp_path / "misspelt.py"
    path.write_text(MISSPELT)
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary", str(path)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    # By name alone: the cached result of such a file names an earlier folder.
    lines = re.findall(r"misspelt\.py:(\d+): error:", found.stdout)
    assert set(map(int, lines)) == WRONG, found.stdout + found.stderr


def test_the_readme_has_the_table_of_the_moves() -> None:
    written = TABLE.search(README.read_text())
    assert written is not None
    assert written[0] == table(), "run python -m infra.states_doc"


def test_every_field_of_a_move_is_one_of_its_record() -> None:
    assert set(JobFields.__annotations__) < set(get_type_hints(Job))
    assert set(FileFields.__annotations__) < set(get_type_hints(File))
    assert {name for names in AS_READ.values() for name in names} < set(get_type_hints(Job))


def test_each_move_has_a_name_of_its_own() -> None:
    for moves in (JOB_MOVES, FILE_MOVES):
        assert len({move.name for move in moves}) == len(moves)


def test_a_final_state_is_left_only_by_a_retry_or_to_make_results_anew() -> None:
    leaving = [move for move in JOB_MOVES if move.to and move.to not in FINAL and move.allowed & FINAL]
    assert leaving == [RETRY, REMAKE]
    assert REMAKE.allowed == {JobState.COMPLETED}
    assert targets(JobState.CANCELLED) == []


def test_a_move_says_all_that_it_sets_and_what_must_hold() -> None:
    job = new_job(state=JobState.RUNNING, attempt=3, steps_done=2)
    changes, after = planned(job, COMPLETE(completed_at=job.created_at))
    assert changes[0].sets["state"] is JobState.COMPLETED
    assert changes[0].when[:2] == (OneOf("state", frozenset({JobState.RUNNING})), Is("attempt", 3))
    assert [type(change.record).__name__ for change in changes] == [
        "JobRecord",
        "UsageRecord",
        "DayRecord",
        "TotalRecord",
    ]
    assert (after.state, after.lease_until) == (JobState.COMPLETED, None)


def test_what_counts_nowhere_is_one_write() -> None:
    job = new_job(state=JobState.RUNNING)
    changes, after = planned(job, PAUSE())
    assert (len(changes), after.state) == (1, JobState.PAUSED)


def test_a_ticket_is_taken_with_the_queue_as_it_was_read() -> None:
    changes, after = planned(new_job(), ENQUEUE(ticket=8))
    assert (changes[1].sets, changes[1].when, after.ticket) == ({"tickets": 8}, (Is("tickets", 7),), 8)


def test_a_file_that_is_looked_at_again_keeps_its_size_and_names() -> None:
    assert RESET.to is FileState.EXPECTED
    assert not {"size", "upload_id"} & set(RESET.sets)
