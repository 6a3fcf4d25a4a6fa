"""Pictures read as they are stored, and written again in the same form."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour.dcp_file import RawCamera
from chalicelib.pipelines.colour.kinds import HEIC_EXTENSIONS, RAW_EXTENSIONS
from chalicelib.pipelines.colour.taken import Taken, of_exif

MAX_PIXELS = 120_000_000
STRIP = 256  # rows at a time

Pixels = NDArray[Any]
_WRITTEN = {
    "JPEG": (".jpg", "image/jpeg"),
    "PNG": (".png", "image/png"),
    "TIFF": (".tif", "image/tiff"),
    "WEBP": (".webp", "image/webp"),
}
_QUALITY = 95
_PLANAR, _SEPARATE = 284, 2  # TIFF's PlanarConfiguration


@dataclass
class Picture:
    """pixels: (h, w, 3) uint8 or uint16, as stored: `orientation` (EXIF) says how to hold it. alpha: (h, w). grey: it
    has no colours. linear: its numbers are proportional to light. notes: code and sentence of each change or loss in
    reading. camera: of a raw that names it. multipliers: the white balance that a raw's channels were multiplied by, up
    to a factor."""

    pixels: Pixels
    form: str
    orientation: int = 1
    alpha: Pixels | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    grey: bool = False
    linear: bool = False
    notes: list[Caution] = field(default_factory=list)
    camera: RawCamera | None = None
    taken: Taken = field(default_factory=Taken)
    multipliers: tuple[float, float, float] | None = None

    @property
    def upright(self) -> Pixels:
        """The pixels as people see them, without a copy."""
        return oriented(self.pixels, self.orientation)

    @property
    def extension(self) -> str:
        return _WRITTEN[self.form][0]

    @property
    def content_type(self) -> str:
        return _WRITTEN[self.form][1]


def oriented(pixels: Pixels, orientation: int) -> Pixels:
    """A view of stored pixels turned as the EXIF orientation says."""
    if orientation >= 5:
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def as_stored(upright: Pixels, orientation: int) -> Pixels:
    """The inverse of oriented, as an array of its own."""
    return np.ascontiguousarray(oriented(upright, {6: 8, 8: 6}.get(orientation, orientation)))


def reduced_to_8(pixels: Pixels) -> NDArray[np.uint8]:
    """The same picture at 8 bits."""
    return pixels if pixels.dtype == np.uint8 else (pixels >> 8).astype(np.uint8)


def _damaged(name: str) -> UnreadableFile:
    return UnreadableFile("damaged_picture", f"The picture can't be decoded as {name}: it is damaged or cut short.")


def check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UnreadableFile(
            "picture_too_large",
            f"The picture has {width}×{height} pixels; {MAX_PIXELS // 1_000_000} million are accepted at most.",
        )


def read(path: Path, name: str) -> Picture:
    """A picture from its file; `name` tells raws apart, which look like TIFF. Raises UnreadableFile."""
    from PIL import Image

    if name.lower().endswith(RAW_EXTENSIONS):
        from chalicelib.pipelines.colour import raws

        return raws.developed(path)
    if name.lower().endswith(HEIC_EXTENSIONS):
        from chalicelib.pipelines.colour import heic

        heic.register()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(path)
    except Image.DecompressionBombError:
        raise UnreadableFile("picture_too_large", "The picture has too many pixels.") from None
    except Exception:
        raise UnreadableFile("not_a_picture", "This isn't a readable picture.") from None
    with image:
        check_size(*image.size)
        form = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "TIFF": "TIFF", "WEBP": "WEBP", "HEIF": "JPEG"}.get(
            image.format or ""
        )
        if form is None:
            raise UnreadableFile("not_a_picture", f"{image.format} pictures are not accepted.")
        found = _decoded(image, form, path)
    found.grey = found.grey or _without_colour(found.pixels)
    return found


def _without_colour(pixels: Pixels) -> bool:
    """Whether a picture is black and white although it was saved in colour. One of a single value may be overexposed as
    well, and isn't counted."""
    seen = pixels[::4, ::4]
    return bool((seen == seen[..., :1]).all() and np.ptp(seen) > 0)


def _depth(image: Any, path: Path) -> int:
    """Bits a channel, which Pillow does not report."""
    if image.format == "TIFF":
        bits = image.tag_v2.get(258, (8,))
        return int(max(bits) if isinstance(bits, tuple) else bits)
    if image.format == "PNG":
        with path.open("rb") as file:
            return file.read(25)[24]
    return 8


def _decoded(image: Any, form: str, path: Path) -> Picture:
    icc = image.info.get("icc_profile")
    held = image.getexif()
    taken = of_exif(held)
    orientation = held.get(0x0112, 1)
    orientation = orientation if orientation in range(1, 9) else 1
    held.bigtiff = False  # or it is written in a form that no reader takes
    if image.format == "HEIF":  # libheif has turned it already
        orientation = held[0x0112] = 1
        exif: bytes | None = held.tobytes()
    else:
        exif = image.info.get("exif") or (held.tobytes() if len(held) else None)
    notes: list[Caution] = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append(Caution("first_frame", "The file holds several pictures; the first was taken."))
    if _depth(image, path) > 8:
        found = _decoded_16(image, form, path, orientation, icc, exif, notes)
        found.taken = taken
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grey = image.mode in ("1", "L", "LA", "I;16", "I", "F")
            if image.mode == "CMYK":
                image, icc = _from_cmyk(image, icc), None
                notes.append(
                    Caution(
                        "cmyk_converted", "The picture was in CMYK and was converted to sRGB; inks can't be corrected."
                    )
                )
            elif (image.mode == "P" and "transparency" in image.info) or image.mode in ("LA", "PA"):
                image = image.convert("RGBA")
            elif image.mode not in ("RGB", "RGBA"):
                image = image.convert("RGB")
            pixels = np.array(image)
            if form == "TIFF":  # which Pillow turns upright while loading
                pixels = as_stored(pixels, orientation)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError):
        raise _damaged(form) from None
    alpha = None
    if pixels.shape[2] == 4:
        alpha, pixels = pixels[..., 3].copy(), np.ascontiguousarray(pixels[..., :3])
    return Picture(pixels, form, orientation, alpha, icc, exif, grey, notes=notes, taken=taken)


def _decoded_16(
    image: Any,
    form: str,
    path: Path,
    orientation: int,
    icc: bytes | None,
    exif: bytes | None,
    notes: list[Caution],
) -> Picture:
    try:
        import cv2
    except ImportError:  # in the function that runs networks, which has no room for it
        raise UnreadableFile(
            "unsupported_depth", "Background models accept 8-bit pictures only; GrabCut also accepts 16 bits."
        ) from None

    pixels: Pixels | None = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise _damaged(form)
    if form == "TIFF" and image.tag_v2.get(_PLANAR) == _SEPARATE and pixels.ndim == 3:
        # OpenCV reads one channel's rows as another's, without a word.
        raise UnreadableFile(
            "unsupported_depth", "TIFF of 16 bits must have interleaved channels, not separate planes."
        )
    if pixels.dtype != np.uint16:
        raise UnreadableFile("unsupported_depth", "Only pictures of 8 or 16 bits are accepted.")
    check_size(pixels.shape[1], pixels.shape[0])
    if form == "TIFF":  # OpenCV too turns these upright
        pixels = as_stored(pixels, orientation)
    grey, alpha = pixels.ndim == 2, None
    if grey:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)
    elif pixels.shape[2] == 4:
        alpha, pixels = pixels[..., 3].copy(), cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)
    else:
        cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB, dst=pixels)
    return Picture(pixels, form, orientation, alpha, icc, exif, grey, notes=notes)


def _from_cmyk(image: Any, icc: bytes | None) -> Any:
    from PIL import ImageCms

    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    return image.convert("RGB")


def write(picture: Picture, path: Path) -> None:
    """Writes a picture with its EXIF, orientation and profile; JPEG at quality 95 (4:4:4), all else lossless."""
    from PIL import Image

    def strips() -> Iterator[Pixels]:
        for row in range(0, len(picture.pixels), STRIP):
            rows = picture.pixels[row : row + STRIP]
            if picture.alpha is not None:
                rows = np.concatenate([rows, picture.alpha[row : row + STRIP, :, None]], 2)
            yield rows

    height, width = picture.pixels.shape[:2]
    shape = (height, width, 3 if picture.alpha is None else 4)
    if picture.form == "PNG":
        from chalicelib.pipelines.colour import png_file

        png_file.write(path, shape, strips(), picture.icc, picture.exif)
    elif picture.form == "TIFF":
        from chalicelib.pipelines.colour import tiff_file

        depth = picture.pixels.dtype.itemsize
        tiff_file.write(path, shape, strips(), min(STRIP, height), depth, picture.icc, picture.exif)
    else:
        kept = {"icc_profile": picture.icc or b"", "exif": picture.exif or b""}
        pixels = np.concatenate(list(strips())) if picture.alpha is not None else picture.pixels
        image = Image.fromarray(np.ascontiguousarray(pixels))
        if picture.form == "JPEG":
            image.save(path, "JPEG", quality=_QUALITY, subsampling=0, **kept)
        else:
            image.save(path, "WEBP", lossless=True, quality=30, method=2, **kept)
