"""The positions of borders: the acoustic model's likelihood of each frame, and the finder's choice."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import numpy as np
import pytest
from speech_world import TRUTH, samples_of, spoken

from chalicelib.pipelines.speech import boundaries
from chalicelib.pipelines.speech.acoustic import posteriors
from chalicelib.pipelines.speech.acoustic.features import cepstra
from chalicelib.pipelines.speech.acoustic.model_files import read_model
from chalicelib.pipelines.speech.acoustic.posteriors import Piece, places, shares
from chalicelib.pipelines.speech.acoustic.scoring import Scorer
from chalicelib.pipelines.speech.placing import Aligner
from chalicelib.pipelines.speech.two_pass import HeardPhone
from training.speech import spoken as flite
from training.speech.setting import lexicon, model_folder


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(read_model(model_folder()))


@pytest.fixture(scope="module")
def early() -> np.ndarray:
    return cepstra(samples_of(spoken("early"))[0])


def test_shares_are_those_of_all_paths_together(scorer: Scorer, early: np.ndarray) -> None:
    row = [Piece("", 20, 23), Piece("W", 23, 27, 1), Piece("", 27, 30)]
    mean = early.mean(axis=0)
    states = posteriors._States.of(scorer, row)
    frames, count = 10, len(states.senones)
    zeros = np.zeros(frames, int)
    likely = posteriors._likelihoods(scorer, early, mean, row, states, zeros, zeros + count, count)
    weight = np.zeros((frames + 1, 2))
    # Every way to begin in the first gap or phone and to end in the last phone or gap.
    for changes in combinations_with_replacement(range(frames + 1), count - 1):
        steps = list(pairwise([0, *changes, frames]))
        path = [state for state, (a, b) in enumerate(steps) for _ in range(b - a)]
        skipped = any(a == b for a, b in steps[1:-1])
        if skipped or path[0] > 1 or path[-1] < count - 2:
            continue
        value = np.prod([likely[t, s] for t, s in enumerate(path)])
        value *= np.prod([states.stay[a] if a == b else states.onward[a] for a, b in pairwise(path)])
        weight[changes[0], 0] += value
        weight[changes[-1], 1] += value
    found = shares(scorer, early, mean, row)
    assert found is not None
    for k, (first, share) in enumerate(found):
        wanted = weight[:, k] / weight[:, k].sum()
        padded = np.zeros(frames + 1)
        padded[first - 20 : first - 20 + len(share)] = share
        assert padded == pytest.approx(wanted, abs=1e-9)


def test_a_row_without_room_for_its_phones_has_no_path(scorer: Scorer, early: np.ndarray) -> None:
    phones = [Piece("W", t, t + 1) for t in range(40, 80)]
    row = [Piece("", 30, 40), *phones, Piece("", 80, 90)]
    assert shares(scorer, early, early.mean(axis=0), row) is None
    heard = {0: [HeardPhone(p.name, p.start, p.end) for p in phones]}
    (borders,) = boundaries.borders(scorer, early, early.mean(axis=0), heard)
    assert [round(b.centres[boundaries.REACH] * 0.005, 2) for b in borders] == [
        pytest.approx(t * 0.01 + 0.01, abs=0.006) for t in range(40, 81)
    ]


def test_a_minute_without_a_pause_takes_little_memory(scorer: Scorer) -> None:
    frames = 6000
    heard = np.random.default_rng(1).normal(0, 5, (frames, 13)).astype(np.float32)
    row = [Piece("", 0, 20), *(Piece("AH", t, t + 6) for t in range(20, 5960, 6)), Piece("", 5960, frames)]
    scorer.scores(heard[:10], heard.mean(axis=0), np.arange(3))
    tracemalloc.start()
    found = shares(scorer, heard, heard.mean(axis=0), row)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found is not None
    assert len(found) == len(row) - 1
    assert all(share.sum() == pytest.approx(1) for _, share in found)
    assert peak < 64 * 1024 * 1024


def test_long_pauses_part_rows_and_short_ones_do_not(scorer: Scorer, early: np.ndarray) -> None:
    heard = {
        0: [HeardPhone("W", 25, 31), HeardPhone("IY", 31, 40)],
        1: [HeardPhone("W", 50, 60)],
        2: [HeardPhone("HH", 105, 110)],
    }
    rows = boundaries.borders(scorer, early, early.mean(axis=0), heard)
    assert [[(b.left, b.right, b.before, b.after) for b in row] for row in rows] == [
        [
            ("", "W", None, (0, 0)),
            ("W", "IY", (0, 0), (0, 1)),
            ("IY", "", (0, 1), None),
            ("", "W", None, (1, 0)),
            ("W", "", (1, 0), None),
        ],
        [("", "HH", None, (2, 0)), ("HH", "", (2, 0), None)],
    ]


def test_neighbours_keep_their_order_and_a_phone_its_least_length() -> None:
    centres = np.array([np.arange(0, 21), np.arange(2, 23)])
    scores = np.full((2, 21), -20.0)
    scores[0, 15] = scores[1, 8] = 0.0  # frames 15 and 10: in the wrong order
    scores[0, 5] = scores[1, 18] = -3.0  # frames 5 and 20
    first, second = boundaries.expected(centres, scores)
    assert second - first >= boundaries.SHORTEST
    assert boundaries.expected(centres[:1], scores[:1]) == pytest.approx([14.5], abs=0.1)


def test_borders_without_room_between_them_stand_for_themselves() -> None:
    centres = np.array([np.arange(30, 51), np.arange(0, 21)])
    scores = np.zeros((2, 21))
    assert boundaries.expected(centres, scores) == pytest.approx([40, 10])


def test_places_in_a_word_are_named_as_the_model_counts() -> None:
    assert places(1) == [3]
    assert places(2) == [1, 2]
    assert places(4) == [1, 0, 0, 2]


def test_a_finder_without_networks_moves_borders_by_the_acoustic_model_alone() -> None:
    samples = samples_of(spoken("boat"))[0]
    tokens = lexicon().tokens(str(TRUTH["boat"]["text"]))
    plain = Aligner(model_folder(), tokens).place(samples, tokens)
    moved = Aligner(model_folder(), tokens, boundaries.Finder(())).place(samples, tokens)
    assert [w.label for w in moved.words] == [w.label for w in plain.words]
    before, after = ([p.start for w in placed.words for p in w.phones] for placed in (plain, moved))
    differences = np.abs(np.array(before) - after)
    assert 0 < differences.max() <= 0.08 + 0.005
    assert after == sorted(after)


SMALL = """
import sys
import numpy as np
from training.speech import train
train.TRAINING, train.VOICES, train.EPOCHS, train.NETS = train.TRAINING[:2], ("slt",), 2, 1
sys.argv = ["train", "--out", sys.argv[1]]
train.main()
"""


@pytest.mark.skipif(not flite.available(), reason="flite isn't installed")
def test_training_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    outs = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for out in outs:
        subprocess.run([sys.executable, "-c", SMALL, str(out)], check=True, capture_output=True)
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_scores_that_are_kept_are_those_that_would_be_calculated(scorer: Scorer, early: np.ndarray) -> None:
    mean = early.mean(axis=0)
    for wanted in (np.arange(0, 126), np.arange(100, 400, 7), np.arange(0, 3), np.arange(50, 3000, 61)):
        assert scorer.scores_again(early, mean, wanted) == pytest.approx(scorer.scores(early, mean, wanted), abs=1e-3)
    other = early[::2].copy()
    assert scorer.scores_again(other, mean, wanted) == pytest.approx(scorer.scores(other, mean, wanted), abs=1e-3)
