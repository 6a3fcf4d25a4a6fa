"""The files of a Sphinx acoustic model with one codebook for each phone ("ptm"), as pocketsphinx ships and trains them.

Source of the layouts: the descriptions in the headers of the files themselves.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

INTERNAL, BEGINNING, END, SINGLE = range(4)
"""The place of a phone in its word."""

# Weights are stored as −log to the base 1.0001, shifted right by 10 bits.
WEIGHT_UNIT = np.log(1.0001) * 1024
FLOOR = 1e-4  # of a variance, as pocketsphinx has it


class UnusableModel(Exception):
    """The folder holds no model that can be read; the sentence says why."""


@dataclass(frozen=True)
class AcousticModel:
    """phones: names by number. means, variances: (phones, streams, codewords, coefficients). weights: log, (streams,
    codewords, senones). transitions: log, (matrices, 3, 4). states: senones of a sequence, (sequences, 3)."""

    phones: tuple[str, ...]
    means: Floats
    variances: Floats
    weights: Floats
    transitions: Floats
    states: NDArray[np.int64]
    senone_phone: NDArray[np.int64]
    _ssids: NDArray[np.int32]
    _matrices: NDArray[np.int64]

    def number(self, phone: str) -> int:
        """Raises KeyError for a phone that the model doesn't have."""
        try:
            return self.phones.index(phone)
        except ValueError:
            raise KeyError(phone) from None

    def senones(self, phone: int, left: int, right: int, position: int) -> NDArray[np.int64]:
        """The three senones of a phone between two others; of the phone alone where the model has no such triphone."""
        for where in (position, INTERNAL, BEGINNING, END):
            ssid = int(self._ssids[where, phone, left, right])
            if ssid >= 0:
                return np.asarray(self.states[ssid])
        return self.alone(phone)

    def alone(self, phone: int) -> NDArray[np.int64]:
        return np.arange(3 * phone, 3 * phone + 3)

    def matrix(self, phone: int) -> Floats:
        """Log probabilities of staying and of going on, (3, 4)."""
        return np.asarray(self.transitions[self._matrices[phone]])


def read_model(folder: Path) -> AcousticModel:
    """Raises UnusableModel."""
    try:
        names, states, ssids, matrices, senone_phone = _definition((folder / "mdef").read_bytes())
        means = _gaussians((folder / "means").read_bytes())
        variances = np.maximum(_gaussians((folder / "variances").read_bytes()), FLOOR)
        transitions = _transitions((folder / "transition_matrices").read_bytes())
        weights = _weights((folder / "sendump").read_bytes(), means.shape[1])
    except (OSError, struct.error, ValueError, IndexError) as reason:
        raise UnusableModel(f"The acoustic model can't be read: {type(reason).__name__}.") from None
    if means.shape != variances.shape or means.shape[0] != len(names) or weights.shape[1] != means.shape[2]:
        raise UnusableModel("The acoustic model isn't one with a codebook for each phone (ptm).")
    return AcousticModel(names, means, variances, weights, transitions, states, senone_phone, ssids, matrices)


def _definition(content: bytes) -> tuple[Any, ...]:
    if content[:4] != b"BMDF":
        raise UnusableModel("The acoustic model's mdef is not in Sphinx's binary form.")
    at = 12 + struct.unpack_from("<i", content, 8)[0]
    n_ci, n_phones, n_states, n_ci_senones, n_senones, _, n_sequences, _, n_tree, _ = struct.unpack_from(
        "<10i", content, at
    )
    if n_states != 3 or n_ci_senones != 3 * n_ci:
        raise UnusableModel("The acoustic model doesn't have three states a phone.")
    at += 40
    names = []
    for _ in range(n_ci):
        end = content.index(b"\0", at)
        names.append(content[at:end].decode("ascii", "replace"))
        at = end + 1
    at += -at % 4  # the padding counts from the file's start
    at += 8 * n_tree
    rows = np.frombuffer(content, np.dtype([("ssid", "<i4"), ("tmat", "<i4"), ("attr", "u1", 4)]), n_phones, at)
    at += rows.nbytes + 4
    states = np.frombuffer(content, "<u2", n_sequences * 3, at).reshape(n_sequences, 3).astype(np.int64)
    ssids = np.full((4, n_ci, n_ci, n_ci), -1, np.int32)
    triphones = rows[n_ci:]
    position, base, left, right = triphones["attr"].T
    ssids[position, base, left, right] = triphones["ssid"]
    owner = np.repeat(np.arange(n_ci), 3)
    senone_phone = np.zeros(n_senones, np.int64)
    senone_phone[: 3 * n_ci] = owner
    senone_phone[states[triphones["ssid"]].ravel()] = np.repeat(base.astype(np.int64), 3)
    return tuple(names), states, ssids, rows["tmat"][:n_ci].astype(np.int64), senone_phone


def _body(content: bytes) -> tuple[int, str]:
    at = content.index(b"endhdr\n") + 7
    order = "<" if struct.unpack_from("<I", content, at)[0] == 0x11223344 else ">"
    return at + 4, order


def _gaussians(content: bytes) -> Floats:
    at, order = _body(content)
    books, streams, codewords = struct.unpack_from(f"{order}3i", content, at)
    lengths = struct.unpack_from(f"{order}{streams}i", content, at + 12)
    if len(set(lengths)) != 1:
        raise UnusableModel("The acoustic model's streams differ in length.")
    values = np.frombuffer(content, f"{order}f4", books * codewords * sum(lengths), at + 16 + 4 * streams)
    return np.asarray(values.reshape(books, streams, codewords, lengths[0]), np.float32)


def _transitions(content: bytes) -> Floats:
    at, order = _body(content)
    matrices, rows, columns = struct.unpack_from(f"{order}3i", content, at)
    values = np.frombuffer(content, f"{order}f4", matrices * rows * columns, at + 16).reshape(matrices, rows, columns)
    values = values / np.maximum(values.sum(axis=2, keepdims=True), 1e-9)
    return np.asarray(np.log(np.maximum(values, 1e-5)), np.float32)


def _weights(content: bytes, streams: int) -> Floats:
    at = 0
    while length := struct.unpack_from("<i", content, at)[0]:
        if content[at + 4 : at + 4 + length].startswith(b"cluster_count ") and not content[at:].startswith(
            b"\x10\0\0\0cluster_count 0"
        ):
            raise UnusableModel("The acoustic model's mixture weights are clustered.")
        at += 4 + length
    codewords, senones = struct.unpack_from("<2i", content, at + 4)
    values = np.frombuffer(content, "u1", streams * codewords * senones, at + 12)
    return np.asarray(values.reshape(streams, codewords, senones) * -WEIGHT_UNIT, np.float32)
