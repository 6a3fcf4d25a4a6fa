"""Makes a card's place exact by its own patches, once markers, quadrilaterals or a user have found it roughly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import homography
from chalicelib.pipelines.colour.cards import Card

Floats = NDArray[np.float64]

_ROUNDS = 3
_FEWEST = 12
_PITCH = 28  # pixels of a patch's half once the card is laid flat
_WINDOW = 1.7  # halves of a patch around its middle in which it is searched for


def refined(pixels: NDArray[Any], matrix: Floats, card: Card) -> Floats:
    """The homography that puts each patch's middle where the patch lies in the picture; `matrix` where too few are
    seen.

    pixels: (h, w, 3) at 8 bits. matrix: card units to pixels.
    """
    best = matrix
    for _ in range(_ROUNDS):
        found = _middles(pixels, best, card)
        good = ~np.isnan(found).any(1)
        if good.sum() < _FEWEST:
            return matrix
        shift = found - card.centres
        # A leaf's edge or a finger moves a middle; the others outvote it.
        usual = np.median(shift[good], 0)
        rest = np.linalg.norm(shift - usual, axis=1)
        good &= rest < max(3 * float(np.median(rest[good])), 0.04 * float(card.half.max()))
        if good.sum() < _FEWEST:
            return matrix
        local = homography.fitted(card.centres[good], found[good])
        best = best @ local
        if np.abs(shift[good]).max() < 0.02 * card.half.max():
            break
    if not homography.in_front(best, card.outline):
        return matrix
    moved = homography.mapped(np.linalg.inv(matrix) @ best, card.centres) - card.centres
    return best if np.abs(moved).max() < 2 * card.half.max() else matrix


def _middles(pixels: NDArray[Any], matrix: Floats, card: Card) -> Floats:
    """Where each patch's middle is seen, (n, 2) in card units; not a number where no patch stands out."""
    import cv2

    reach = card.half * _WINDOW
    size = (2 * round(_PITCH * _WINDOW), 2 * round(_PITCH * _WINDOW * card.half[1] / card.half[0]))
    found = np.full((len(card.centres), 2), np.nan)
    for number, centre in enumerate(card.centres):
        # From a window of the flat card to the picture.
        window = np.array([[2 * reach[0] / size[0], 0, 0], [0, 2 * reach[1] / size[1], 0], [0, 0, 1.0]])
        window[:2, 2] = centre - reach + reach / np.array(size)
        places = homography.mapped(
            matrix @ window, np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], float)
        )
        if (places < 0).any() or (places >= (pixels.shape[1], pixels.shape[0])).any():
            continue
        seen = cv2.warpPerspective(pixels, matrix @ window, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        seen = cv2.GaussianBlur(seen, (0, 0), 1.5).astype(np.float64)
        high, wide = size[1] // 2, size[0] // 2
        own = np.median(seen[high - 6 : high + 6, wide - 6 : wide + 6].reshape(-1, 3), 0)
        distance = np.linalg.norm(seen - own, axis=-1)
        # The gap lies about one half away from the middle; half of the way to its colour is the patch's edge.
        gap = np.array([distance[high, :].max(), distance[:, wide].max()]).min()
        if gap < 14:
            continue
        same = (distance < gap / 2).astype(np.uint8)
        count, labels, stats, middles = cv2.connectedComponentsWithStats(same, connectivity=4)
        own_label = labels[high, wide]
        if own_label == 0 or count < 2:
            continue
        left, top, width, height, area = stats[own_label]
        touches = left == 0 or top == 0 or left + width == size[0] or top + height == size[1]
        expected = 4 * card.half * np.array(size) / (2 * reach) / 2
        fits = np.abs(np.array([width, height]) / expected - 1).max() < 0.3 and area > 0.75 * width * height
        if fits and not touches:
            found[number] = homography.mapped(window, middles[own_label][None])[0]
    return found
