"""Scores how well each state of the model fits each frame of a recording."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.features import with_differences
from chalicelib.pipelines.speech.acoustic.model_files import AcousticModel

Floats = NDArray[np.float32]

FRAMES_AT_ONCE = 200  # bounds the memory: the densities of 200 frames take 13 MB


class Scorer:
    """Log likelihoods of senones, log p(frame | senone), summed over the three streams."""

    def __init__(self, model: AcousticModel) -> None:
        self.model = model
        books, streams, codewords, size = model.means.shape
        precision = 1 / model.variances
        # log N(x) = constant + x·(μ/σ²) − x²·(1/2σ²): one product of matrices a stream
        constant = -0.5 * (
            size * np.log(2 * np.pi) + np.log(model.variances).sum(-1) + (model.means**2 * precision).sum(-1)
        )
        self._linear = [
            np.concatenate([model.means[:, s] * precision[:, s], -0.5 * precision[:, s]], axis=-1)
            .reshape(books * codewords, 2 * size)
            .T.copy()
            for s in range(streams)
        ]
        self._constant = [constant[:, s].reshape(-1) for s in range(streams)]
        self._shape = (books, codewords)
        self._weights = np.exp(model.weights)
        self._last: tuple[Floats, Floats] | None = None
        self._known: tuple[NDArray[np.int64], Floats] = (np.zeros(0, np.int64), np.zeros((0, 0), np.float32))

    def scores_again(self, cepstra: Floats, mean: Floats, senones: NDArray[np.int64]) -> Floats:
        """The same as scores(), for ascending senones; keeps the scores of the last call for another with the very same
        arrays."""
        if self._last is None or self._last[0] is not cepstra or self._last[1] is not mean:
            self._last, self._known = (cepstra, mean), (senones, self.scores(cepstra, mean, senones))
            return self._known[1]
        held, scores = self._known
        new = np.setdiff1d(senones, held)
        if len(new):
            held = np.concatenate([held, new])
            scores = np.concatenate([scores, self.scores(cepstra, mean, new)], axis=1)
            order = np.argsort(held)
            held, scores = held[order], scores[:, order]
            self._known = (held, scores)
        return np.asarray(scores[:, np.searchsorted(held, senones)])

    def scores(self, cepstra: Floats, mean: Floats, senones: NDArray[np.int64]) -> Floats:
        """(frames, senones). cepstra: (frames, 13), with 3 frames of surroundings on each side taken from its edges."""
        features = with_differences(cepstra, mean)
        out = np.zeros((len(features), len(senones)), np.float32)
        for stream in range(features.shape[1]):
            self._add_stream(out, features[:, stream], stream, senones)
        return out

    def _add_stream(self, out: Floats, features: Floats, stream: int, senones: NDArray[np.int64]) -> None:
        """Adds one stream's scores to `out`, (frames, senones)."""
        books, codewords = self._shape
        needed, book = np.unique(self.model.senone_phone[senones], return_inverse=True)
        every = len(needed) == books
        picked = slice(None) if every else (needed[:, None] * codewords + np.arange(codewords)).ravel()
        linear, constant = self._linear[stream][:, picked], self._constant[stream][picked]
        columns = [np.flatnonzero(book == k) for k in range(len(needed))]
        weights = [self._weights[stream][:, senones[of_book]] for of_book in columns]
        for start in range(0, len(features), FRAMES_AT_ONCE):
            x = features[start : start + FRAMES_AT_ONCE]
            density = np.concatenate([x, x * x], axis=1) @ linear
            density += constant
            density = density.reshape(len(x), len(needed), codewords)
            best = density.max(axis=2)
            # In place: copying takes longer here than computing.
            density -= best[:, :, None]
            np.exp(density, out=density)
            mixed = np.empty((len(x), len(senones)), np.float32)
            for k, of_book in enumerate(columns):
                mixed[:, of_book] = density[:, k] @ weights[k]
            np.log(np.maximum(mixed, 1e-30, out=mixed), out=mixed)
            mixed += best[:, book]
            out[start : start + len(x)] += mixed
