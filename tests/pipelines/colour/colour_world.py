"""Rendered pictures of cards with known colours, and a run context kept in memory."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import cv2
import numpy as np
from PIL import Image

from chalicelib.files.ranges import RangeReader
from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import InspectedFile, Member
from chalicelib.pipelines.colour import COLOUR, card_values
from chalicelib.pipelines.colour.cards import Card, cards
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.homography import fitted
from chalicelib.pipelines.colour.spaces import SRGB, lab_of_srgb, srgb_decoded, srgb_encoded, xyz_of

CAST = np.array([[0.72, 0.16, 0.05], [0.09, 0.80, 0.02], [0.01, 0.14, 0.66]])
OFF_CARD = np.array(
    [
        (41, 184, 154),
        (138, 185, 77),
        (199, 95, 219),
        (92, 100, 106),
        (93, 187, 66),
        (47, 208, 103),
        (71, 185, 172),
        (178, 174, 148),
    ]
)
POSES = (
    ((115, 60), (490, 45), (505, 310), (100, 320)),
    ((100, 60), (500, 60), (500, 326), (100, 326)),
    ((140, 40), (470, 80), (490, 330), (90, 290)),
    ((210, 30), (480, 110), (390, 340), (120, 260)),
    ((150, 50), (450, 50), (520, 330), (80, 330)),
    ((90, 90), (510, 40), (480, 300), (120, 340)),
)
SIZE = (600, 450)


def drawn_card(card: Card, scale: float = 4.0) -> np.ndarray:
    """The card from straight above, linear sRGB (h, w, 3): the printed card with its markers, the others on black."""
    width, height = np.ptp(card.outline, axis=0)
    paper = 0.80 if card.markers is not None else 0.02
    image = np.full((round(height * scale), round(width * scale), 3), paper)
    colours = (
        srgb_decoded(np.array(card_values.CLASSIC_SRGB) / 255)
        if card.name == "aruco24"
        else np.clip(xyz_of(card.known_lab) @ SRGB.from_xyz.T, 0, 1)
    )
    for centre, colour in zip(card.centres, colours, strict=True):
        (x0, y0), (x1, y1) = (np.rint((centre + sign * card.half) * scale).astype(int) for sign in (-1, 1))
        image[y0:y1, x0:x1] = colour
    if card.markers is not None:
        dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50)
        for number, corners in enumerate(card.markers):
            side = round(27.5 * scale)
            marker = cv2.aruco.generateImageMarker(dictionary, number, side) / 255
            x, y = np.rint(corners[0] * scale).astype(int)
            image[y : y + side, x : x + side] = (0.01 + 0.79 * marker)[..., None]
    return image


@dataclasses.dataclass
class Scene:
    """The light that reaches a camera. light: linear sRGB (h, w, 3). boxes: where the colours off the card are."""

    light: np.ndarray
    boxes: list[tuple[int, int, int, int]]

    def shot(
        self,
        matrix: np.ndarray = CAST,
        noise: float = 0.0,
        shade: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
        encode: Callable[[np.ndarray], np.ndarray] = srgb_encoded,
        exposure: float = 1.0,
        blur: float = 0.0,
    ) -> np.ndarray:
        """Encoded 0..1. noise: deviation in counts of 8 bits. shade: maps x and y in -1..1 to the share of light."""
        seen = self.light @ matrix.T * exposure
        if shade is not None:
            y, x = np.mgrid[-1 : 1 : seen.shape[0] * 1j, -1 : 1 : seen.shape[1] * 1j]
            seen = seen * shade(x, y)[..., None]
        if blur:
            seen = cv2.GaussianBlur(seen, (0, 0), blur)
        values = encode(np.clip(seen, 0, 1))
        if noise:
            values = values + np.random.default_rng(11).normal(0, noise / 255, values.shape)
        return np.clip(values, 0, 1)


def scene(
    *placed: tuple[str, tuple[tuple[float, float], ...]], size: tuple[int, int] = SIZE, background: float = 0.09
) -> Scene:
    """Cards by name and corners on a grey table, with eight colours below them."""
    width, height = size
    light = np.full((height * 2, width * 2, 3), background)
    for name, corners in placed:
        card = cards()[name]
        flat = drawn_card(card)
        high, wide = flat.shape[:2]
        matrix = fitted(np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) - 0.5, np.array(corners) * 2 + 0.5)
        warped = cv2.warpPerspective(flat, matrix, (width * 2, height * 2), flags=cv2.INTER_AREA)
        inside = cv2.warpPerspective(np.ones((high, wide)), matrix, (width * 2, height * 2))
        light = light * (1 - inside[..., None]) + warped * inside[..., None]
    light = cv2.resize(light, size, interpolation=cv2.INTER_AREA)
    boxes = []
    for number, colour in enumerate(srgb_decoded(OFF_CARD / 255)):
        x, y = round(width * (0.05 + 0.115 * number)), round(height * 0.87)
        box = (x, y, x + round(width * 0.08), y + round(height * 0.1))
        light[box[1] : box[3], box[0] : box[2]] = colour
        boxes.append(box)
    return Scene(light, boxes)


def printed(pose: int = 0) -> Scene:
    return scene(("aruco24", POSES[pose]))


def to_8(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 255).astype(np.uint8)


def to_16(values: np.ndarray) -> np.ndarray:
    return np.rint(values * 65535).astype(np.uint16)


def file_of(pixels: np.ndarray, form: str = "PNG", **settings: Any) -> bytes:
    """The pixels as an encoded file; 16 bits as PNG or TIFF."""
    if pixels.dtype == np.uint16:
        shown = cv2.cvtColor(pixels, {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[pixels.shape[2]])
        return bytes(cv2.imencode({"PNG": ".png", "TIFF": ".tif"}[form], shown)[1])
    out = io.BytesIO()
    if form == "JPEG":
        settings = {"quality": 92, **settings}
    Image.fromarray(pixels).save(out, form, **settings)
    return out.getvalue()


def jpeg(pixels: np.ndarray, quality: int = 85) -> np.ndarray:
    """The pixels after a round trip through JPEG."""
    return np.asarray(Image.open(io.BytesIO(file_of(pixels, "JPEG", quality=quality))))


def opened(content: bytes) -> np.ndarray:
    """The pixels stored in a file, (h, w, 3), 8 or 16 bits."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[..., 2::-1] if pixels.shape[2] == 3 else pixels[..., [2, 1, 0]]


def off_card(pixels: np.ndarray, boxes: list[tuple[int, int, int, int]], truth: np.ndarray = OFF_CARD) -> np.ndarray:
    """CIEDE2000 of each colour off the card in an sRGB picture."""
    full = np.iinfo(pixels.dtype).max
    found = []
    for x0, y0, x1, y1 in boxes:
        inset_x, inset_y = (x1 - x0) // 6, (y1 - y0) // 6
        spot = pixels[y0 + inset_y : y1 - inset_y, x0 + inset_x : x1 - inset_x].reshape(-1, 3)
        found.append(np.median(spot, 0) / full)
    return delta_e_2000(lab_of_srgb(np.array(found)), lab_of_srgb(truth / 255))


def source(name: str, content: bytes, role: str | None = None) -> SourceFile:
    def stream(start: int, end: int) -> Iterator[bytes]:
        yield content[start:end]

    return SourceFile(name, len(content), stream, role=role)


class Paused(BaseException):
    """Raised by the core where a step asks the user."""


class FakeRun:
    """A RunContext that keeps the contract: unsaved state is lost when the step or the slice ends.

    Files are (name, content) or (name, content, role), and are inspected on construction.
    """

    def __init__(self, *files: tuple[Any, ...], models: Path | None = None, **options: Any) -> None:
        self.job_id, self.job_name = "job", "a job"
        self.options = COLOUR.Options(**options)
        self.state: Mapping[str, Any] | None = None
        self.scratch = Path()
        self.saved: dict[str, bytes] = {}
        self.artifacts: dict[str, tuple[str, str, bytes]] = {}
        self.verdicts: dict[int, tuple[str, str | None, dict[str, Any]]] = {}
        self.results: dict[int | None, tuple[str, float | None, dict[str, Any]]] = {}
        self._models = models
        self._contents: dict[int, bytes] = {}
        self._files: list[InspectedFile] = []
        for number, (name, content, *role) in enumerate(files):
            found = COLOUR.inspect(source(name, content, role[0] if role else None), self.options)
            self._contents[number] = content
            self._files.append(
                InspectedFile(
                    number=number,
                    filename=name,
                    role=role[0] if role else None,
                    state="inspected",
                    size=len(content),
                    content_type=found.content_type,
                    sha256=hashlib.sha256(content).hexdigest(),
                    crc32=zlib.crc32(content),
                    metadata=json.loads(json.dumps(dict(found.metadata))),
                )
            )

    def run(self, first: int = 1, last: int = 6, backwards: bool = False) -> FakeRun:
        """Runs steps first to last; with backwards, the slices of each in reverse, since they may come in any order."""
        for step in COLOUR.steps[first - 1 : last]:
            self._alone(lambda step=step: step.run(self))
            if step.slices is not None and step.work is not None:
                count = self._alone(lambda step=step: step.slices(self))
                for number in reversed(range(count)) if backwards else range(count):
                    self._alone(lambda step=step, number=number: step.work(self, number))
        return self

    def _alone(self, work: Callable[[], Any]) -> Any:
        with tempfile.TemporaryDirectory() as scratch:
            self.scratch = Path(scratch)
            done = work()
        self.scratch = Path()
        return done

    def output(self, kind: str, number: int = 0) -> bytes:
        return self.artifacts[f"{kind}-{number}"][2]

    def report(self, number: int = 0) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.output("report", number)))

    @property
    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.artifacts["complete"][2])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    # -- the contract --------------------------------------------------------------------------------------------------

    def files(self) -> Iterator[InspectedFile]:
        return iter(self._files)

    def open(self, file: InspectedFile) -> BinaryIO:
        content = self._contents[file.number]
        return cast(BinaryIO, io.BufferedReader(RangeReader(lambda start, end: content[start:end], len(content))))

    def fetch(self, file: InspectedFile) -> Path:
        path = self.scratch / f"file-{file.number:08d}"
        path.write_bytes(self._contents[file.number])
        return path

    def progress(self, percent: float, filename: str | None = None) -> None:
        assert 0 <= percent <= 100

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        self.state = json.loads(json.dumps(state))

    def pause(self, code: str, message: str) -> NoReturn:
        raise Paused(code, message)

    def user_data(self, kind: str, name: str) -> bytes | None:
        return None

    def save(self, name: str, content: bytes | Path) -> None:
        assert all(letter.isalnum() or letter in "._-" for letter in name)
        self.saved[name] = content if isinstance(content, bytes) else content.read_bytes()

    def load(self, name: str) -> Path:
        path = self.scratch / hashlib.sha256(name.encode()).hexdigest()
        path.write_bytes(self.saved[name])
        return path

    def model(self, name: str) -> Path:
        if self._models is None or not (self._models / name).is_dir():
            raise KeyError(name)
        return Path(shutil.copytree(self._models / name, self.scratch / "model"))

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        raise AssertionError("not asked for here")

    def checksum(self, file: InspectedFile) -> InspectedFile:
        return file

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        assert all(letter.isalnum() or letter in "._-" for letter in name)
        self.artifacts[name] = (filename, content_type, content if isinstance(content, bytes) else content.read_bytes())

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for member in members:
                content = member.content
                data = content.read_bytes() if isinstance(content, Path) else content
                assert isinstance(data, bytes)
                made.writestr(zipfile.ZipInfo(member.path), data)
        self.artifacts[name] = (filename, "application/zip", out.getvalue())

    def verdict(self, file: InspectedFile, verdict: str, message: str | None = None, **details: Any) -> None:
        assert len(json.dumps(details)) < 1024
        self.verdicts[file.number] = (verdict, message, details)

    def result(
        self, summary: str, quality_score: float | None, metadata: Mapping[str, Any], file: InspectedFile | None = None
    ) -> None:
        kept = json.loads(json.dumps(dict(metadata), allow_nan=False))
        self.results[None if file is None else file.number] = (summary, quality_score, kept)
