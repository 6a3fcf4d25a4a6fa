"""JPEG Lossless (process 14, Huffman), the commonest compression of hospital archives: 2 to 16 bits, one component.

Written here because the decoders that are small enough are GPL, and Pillow's libjpeg-turbo takes no more than 8 bits.
Source: ITU-T T.81, annex H.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from chalicelib.pipelines.volume.geometry import Array

BLOCK = 1 << 16  # bytes of packed data read together: 30 MB of working memory
FRAMES = {0xC3}
OTHER_FRAMES = {*range(0xC0, 0xD0)} - {0xC3, 0xC4, 0xC8, 0xCC}


@dataclass
class _Scan:
    precision: int
    rows: int
    columns: int
    tables: dict[int, tuple[Array, Array]]
    table: int
    predictor: int
    shift: int
    restart: int
    data_at: int


def decode(content: bytes, rows: int, columns: int) -> Array:
    """One frame, (rows, columns) uint16. Raises ValueError for data that is no whole JPEG Lossless image of that
    size."""
    scan = _headers(content)
    if (scan.rows, scan.columns) != (rows, columns):
        raise ValueError("size")
    start = 1 << (scan.precision - scan.shift - 1)
    lines = scan.restart // columns if scan.restart else rows
    if scan.restart % columns:
        raise ValueError("restart inside a line")
    image = np.empty((rows, columns), np.int64)
    top = 0
    for part in _segments(content[scan.data_at :]):
        height = min(lines, rows - top)
        if height <= 0:
            break
        differences = _differences(part, height * columns, *scan.tables[scan.table]).reshape(height, columns)
        image[top : top + height] = _predicted(differences, scan.predictor, start)
        top += height
    if top < rows:
        raise ValueError("cut short")
    return np.asarray((image << scan.shift) & 0xFFFF, dtype=np.uint16)


def _headers(content: bytes) -> _Scan:
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    at, restart = 2, 0
    frame: tuple[int, int, int] | None = None
    tables: dict[int, tuple[Array, Array]] = {}
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:
            at += 1
        mark, marker, length = struct.unpack(">BBH", content[at : at + 4])
        body = content[at + 4 : at + 2 + length]
        at += 2 + length
        if mark != 0xFF or length < 2:
            raise ValueError("marker")
        if marker in FRAMES:
            precision, height, width, components = struct.unpack(">BHHB", body[:6])
            if components != 1 or not 2 <= precision <= 16:
                raise ValueError("components")
            frame = (precision, height, width)
        elif marker in OTHER_FRAMES:
            raise ValueError("another process")
        elif marker == 0xC4:
            tables |= _tables(body)
        elif marker == 0xDD:
            (restart,) = struct.unpack(">H", body[:2])
        elif marker == 0xDA:
            if frame is None or body[0] != 1 or not 1 <= body[3] <= 7:
                raise ValueError("scan")
            return _Scan(*frame, tables, body[2] >> 4, body[3], body[5] & 15, restart, at)


def _tables(body: bytes) -> dict[int, tuple[Array, Array]]:
    """Table number → for each of the 65,536 values of the next 16 bits: (the code's length, its category)."""
    found = {}
    while len(body) >= 17:
        counts, number = body[1:17], body[0] & 15
        symbols, body = body[17 : 17 + sum(counts)], body[17 + sum(counts) :]
        lengths = np.zeros(1 << 16, np.uint8)
        categories = np.zeros(1 << 16, np.uint8)
        code = taken = 0
        for length, count in enumerate(counts, 1):
            for symbol in symbols[taken : taken + count]:
                if symbol > 16 or code >= 1 << length:
                    raise ValueError("table")
                span = slice(code << (16 - length), (code + 1) << (16 - length))
                lengths[span], categories[span] = length, symbol
                code += 1
            taken += count
            code <<= 1
        found[number] = (lengths, categories)
    return found


def _segments(data: bytes) -> list[bytes]:
    """The parts between restart markers, up to the image's end, without the zeros that keep FF from being a marker."""
    parts, start, at = [], 0, 0
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            parts.append(data[start:])
            break
        after = data[at + 1]
        if after == 0 or after == 0xFF:
            at += 2 if after == 0 else 1
        elif 0xD0 <= after <= 0xD7:
            parts.append(data[start:at])
            start = at = at + 2
        else:
            parts.append(data[start:at])
            break
    return [part.replace(b"\xff\x00", b"\xff") for part in parts]


def _differences(data: bytes, count: int, lengths: Array, categories: Array) -> Array:
    """`count` differences, (count,) int64.

    The length of a code is looked up for all bits at once; only the steps from code to code are then taken one by one.
    """
    values = []
    found, bit, block = 0, 0, 0
    padded = data + bytes(8)
    while found < count:
        if block >= len(data):
            raise ValueError("cut short")
        raw = np.frombuffer(padded[block : block + BLOCK + 8], np.uint8).astype(np.uint64)
        size = len(raw) - 8 if len(raw) == BLOCK + 8 else min(len(data) - block, BLOCK)
        word = np.zeros(size, np.uint64)  # 40 bits from each byte on
        for n in range(5):
            word = (word << np.uint64(8)) | raw[n : n + size]
        shifts = np.arange(8, dtype=np.uint64)
        ahead = ((word[:, None] >> (np.uint64(24) - shifts)) & np.uint64(0xFFFF)).astype(np.uint16).ravel()
        extra = categories[ahead].astype(np.int32)
        # Category 16 stands for 32,768 and has no bits of its own.
        steps = lengths[ahead].astype(np.int32) + np.where(extra == 16, 0, extra)
        after = (np.arange(len(steps), dtype=np.int32) + np.where(steps > 0, steps, len(steps) + 64)).tolist()
        places: list[int] = []
        here, ends = bit, len(after)
        wanted = count - found
        while here < ends and len(places) < wanted:
            places.append(here)
            here = after[here]
        if here >= ends + 64:
            raise ValueError("no code")
        if here > ends and block + size >= len(data):
            raise ValueError("cut short")
        at = np.array(places, np.int64)
        length, size_of = lengths[ahead[at]].astype(np.uint64), categories[ahead[at]].astype(np.uint64)
        drop = (
            np.uint64(40) - (at & 7).astype(np.uint64) - length - np.where(size_of == 16, 0, size_of).astype(np.uint64)
        )
        taken = np.where(size_of == 16, 0, size_of).astype(np.uint64)
        bits = ((word[at >> 3] >> drop) & ((np.uint64(1) << taken) - np.uint64(1))).astype(np.int64)
        category = size_of.astype(np.int64)
        low = (bits < (np.int64(1) << np.maximum(category - 1, 0))) & (category > 0) & (category < 16)
        bits = np.where(low, bits - (np.int64(1) << np.minimum(category, 15)) + 1, bits)
        values.append(np.where(category == 16, 32768, bits))
        found += len(places)
        bit, block = here - ends, block + size
    return np.concatenate(values)


def _predicted(differences: Array, predictor: int, start: int) -> Array:
    """Differences summed up by the predictor (T.81, table H.1), modulo 65,536. The first line is predicted from its
    left and the first column from above, whatever the predictor."""
    values = differences.copy()
    values[0, 0] += start
    values[0] = np.cumsum(values[0])
    if predictor == 1:
        values[:, 0] = np.cumsum(values[:, 0])
        values[1:] = np.cumsum(values[1:], axis=1)
        return values & 0xFFFF
    if predictor == 2:
        return np.cumsum(values, axis=0) & 0xFFFF
    values[0] &= 0xFFFF
    for row in range(1, len(values)):
        above = values[row - 1]
        line = values[row]
        line[0] += above[0]
        if predictor == 3:
            line[1:] += above[:-1]
        elif predictor == 4:
            line[:] = np.cumsum(np.concatenate([line[:1], line[1:] + np.diff(above)]))
        else:
            line[:] = _one_by_one(line.tolist(), above.tolist(), predictor)
        line &= 0xFFFF
    return values


def _one_by_one(line: list[int], above: list[int], predictor: int) -> list[int]:
    left = line[0] & 0xFFFF
    done = [left]
    for column in range(1, len(line)):
        if predictor == 5:
            predicted = left + ((above[column] - above[column - 1]) >> 1)
        elif predictor == 6:
            predicted = above[column] + ((left - above[column - 1]) >> 1)
        else:
            predicted = (left + above[column]) >> 1
        left = (line[column] + predicted) & 0xFFFF
        done.append(left)
    return done
