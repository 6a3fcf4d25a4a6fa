"""How a picture's numbers encode light: sRGB, or another encoding found from the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.spaces import srgb_decoded

Floats = NDArray[np.float64]

_BETTER, _BY = 0.85, 0.1  # another encoding must be this much better than sRGB, as a share and in CIEDE2000
_EXPONENTS = (1.0, 1.4, 1.8, 2.2, 2.6)
_LEAST, _MOST = 0.6, 3.2


@dataclass(frozen=True)
class Encoding:
    """kind: `srgb`, `exponent` (v ** exponent), or `cubic`: sRGB after v (1 - bend - twist + bend v + twist v²)."""

    kind: str = "srgb"
    exponent: float = 0.0
    bend: float = 0.0
    twist: float = 0.0

    @property
    def rises(self) -> bool:
        """Whether more light always means a larger number."""
        v = np.linspace(0, 1, 65)
        return self.kind != "cubic" or bool(
            (1 - self.bend - self.twist + 2 * self.bend * v + 3 * self.twist * v**2 > 0.05).all()
        )

    def decoded(self, values: Floats) -> Floats:
        """Linear light of values from 0 to 1, (...) to (...)."""
        v = np.asarray(values, np.float64)
        if self.kind == "exponent":
            return np.asarray(np.maximum(v, 0) ** self.exponent)
        if self.kind == "cubic":
            v = v * (1 - self.bend - self.twist + v * (self.bend + v * self.twist))
        return srgb_decoded(v)

    def told(self) -> dict[str, Any]:
        """For reports."""
        found: dict[str, Any] = {"kind": self.kind}
        if self.kind == "exponent":
            found["exponent"] = round(self.exponent, 3)
        if self.kind == "cubic":
            found |= {"bend": round(self.bend, 4), "twist": round(self.twist, 4)}
        return found


SRGB_ENCODING = Encoding()


def recognised(cost: Callable[[Encoding], float]) -> Encoding:
    """The encoding under which a card's colours fit. cost: the mean difference that a fit leaves under an encoding."""
    plain = cost(SRGB_ENCODING)
    power = min((Encoding("exponent", exponent) for exponent in _EXPONENTS), key=cost)
    power = _searched(
        lambda x: Encoding("exponent", float(x[0])) if _LEAST <= x[0] <= _MOST else None,
        [power.exponent],
        0.2,
        0.002,
        cost,
    )
    power_cost = cost(power)
    best, best_cost = SRGB_ENCODING, plain
    if power_cost < _BETTER * plain and power_cost < plain - _BY:
        best, best_cost = power, power_cost
    if best_cost < 0.3:
        return best  # nothing is left for a curve to explain

    def curve(x: list[float]) -> Encoding | None:
        found = Encoding("cubic", bend=float(x[0]), twist=float(x[1]))
        return found if found.rises else None

    cubic = _searched(curve, [0.0, 0.0], 0.3, 0.004, cost)
    cubic_cost = cost(cubic)
    return cubic if cubic_cost < _BETTER * best_cost and cubic_cost < best_cost - _BY else best


def _searched(
    made: Callable[[list[float]], Encoding | None],
    start: list[float],
    step: float,
    finest: float,
    cost: Callable[[Encoding], float],
) -> Encoding:
    """A pattern search: it moves to the best neighbour, and halves its steps where none is better."""
    at = list(start)
    best = made(at)
    assert best is not None
    least = cost(best)
    axes = [np.eye(len(at))[i] for i in range(len(at))]
    moves = [*axes, *[-axis for axis in axes]]
    if len(at) == 2:
        moves += [axes[0] - axes[1], axes[1] - axes[0]]
    for _ in range(80):
        if step <= finest:
            break
        tried = [
            (cost(made_one), place)
            for place in ([float(a + step * m) for a, m in zip(at, move, strict=True)] for move in moves)
            if (made_one := made(place)) is not None
        ]
        if tried and min(tried)[0] < least - 1e-9:
            least, at = min(tried)
        else:
            step /= 2
    found = made(at)
    assert found is not None
    return found
