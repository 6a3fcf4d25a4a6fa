"""Files for the browser tests: python samples.py FOLDER."""

import math
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import cv2
import nibabel as nib
import numpy as np
from PIL import Image

from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.homography import fitted, mapped
from infra.local.samples import exif, jpeg, make_samples, scene, video
from tests.pipelines.colour.colour_world import POSES, file_of, printed, to_8

MIB = 1024 * 1024
LARGE = 150 * MIB


def photos(folder: Path, count: int) -> None:
    """Different photos, each of which takes some seconds on a slow line."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    for n in range(count):
        taken = f"2024:06:{n % 28 + 1:02} 12:00:00"
        # Noise doesn't compress, and bytes after a JPEG's end are ignored.
        (folder / f"photo {n + 1:03}.jpg").write_bytes(jpeg(scene(100 + n), exif(taken)) + rng.bytes(60_000))


SHAPES = {
    "portrait": (600, 1200),
    "square": (700, 700),
    "panorama": (3200, 320),
    "tower": (180, 2400),
    "tiny": (9, 6),
    "landscape": (960, 720),
}


def shapes(folder: Path) -> None:
    """Four pictures of each shape that a row of tiles has to hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(4):
        for n, (name, size) in enumerate(SHAPES.items()):
            taken = exif(f"2024:{at + 3:02}:{n + 1:02} 12:00:00")
            (folder / f"{name} {at + 1}.jpg").write_bytes(jpeg(scene(300 + 10 * at + n, size), taken))


def large_film(path: Path) -> None:
    """A film of 150 MiB: a small one, and a box of random bytes, the same in every test."""
    content = video("mp4", scene(50), "2024-06-01T10:00:00Z")
    room = LARGE - len(content)
    with path.open("wb") as file:
        file.write(content)
        file.write(room.to_bytes(4, "big") + b"free")
        rng = np.random.default_rng(3)
        for start in range(8, room, MIB):
            file.write(rng.bytes(min(MIB, room - start)))


def playable(path: Path) -> None:
    """A film whose codec every Chromium supports, in colours that differ from a blank picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(video("mp4", scene(60), "2024-06-03T10:00:00Z", codec="libvpx-vp9"))


def pairs(folder: Path) -> None:
    """A photo with its film, as phones take them, and a photo that ends early."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "IMG_0007.jpg").write_bytes(jpeg(scene(71), exif("2024:06:03 10:00:01")))
    (folder / "IMG_0007.mov").write_bytes(video("mov", scene(71), "2024-06-03T10:00:00Z"))
    whole = jpeg(scene(72), exif("2024:06:03 11:00:00"))
    (folder / "IMG_0008.jpg").write_bytes(whole[: len(whole) * 2 // 3])


def volume(folder: Path) -> None:
    """A ball in a shell, as an image and as a label map."""
    folder.mkdir(parents=True, exist_ok=True)
    spacing = (0.6, 0.6, 1.0)
    sides = [math.ceil(54 / mm) for mm in spacing]
    axes = [((np.arange(n) - (n - 1) / 2) * mm) ** 2 for n, mm in zip(sides, spacing, strict=True)]
    distance = np.sqrt(axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :])
    labels = np.where(distance < 20, 1, np.where(distance < 22.5, 2, 0)).astype(np.uint8)
    grey = np.array([60, 420, 900])[labels] + np.random.default_rng(7).normal(0, 60, labels.shape)
    affine = np.diag([*spacing, 1.0])
    nib.save(nib.Nifti1Image(np.rint(grey).astype(np.int16), affine), folder / "knee.nii.gz")
    nib.save(nib.Nifti1Image(labels, affine), folder / "knee_labels.nii.gz")


def colour_cards(folder: Path) -> None:
    """A card that is found, and one that isn't: its markers are covered, and tape joins its patches."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels = to_8(printed().shot(noise=2))
    (folder / "card 1 seen.jpg").write_bytes(file_of(pixels, "JPEG"))
    card = cards()["aruco24"]
    matrix = fitted(card.outline, np.array(POSES[0]))

    def stuck(corners: np.ndarray, grey: int) -> None:
        cv2.fillConvexPoly(pixels, mapped(matrix, corners).round().astype(np.int32), (grey, grey, grey))

    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    assert card.markers is not None
    for corners in card.markers:
        stuck(corners.mean(0) + 16 * square, 120)
    for centre in card.centres:
        for way in square:
            stuck(centre + card.half * (1.05 * way + 0.6 * square), 30)
    (folder / "card 2 taped.jpg").write_bytes(file_of(pixels, "JPEG"))


def unshown(folder: Path) -> None:
    """Pictures that Chromium can't draw, each in one colour: red, grey, green."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = np.zeros((90, 120, 3), np.uint8)
    plain[:] = (200, 30, 30)
    plain[:8] = np.random.default_rng(9).integers(0, 255, (8, 120, 3))
    Image.fromarray(plain).save(folder / "lzw.tif", compression="tiff_lzw")
    Image.fromarray(plain).save(folder / "differences.tif", compression="tiff_lzw", tiffinfo={317: 2})
    deep = np.full((90, 120), 40_000, np.uint16)
    Image.fromarray(deep).save(folder / "deep.tif", compression="tiff_adobe_deflate")
    Image.fromarray(plain[..., 0]).save(folder / "bits.tif", compression="packbits")
    (folder / "short.tif").write_bytes((folder / "lzw.tif").read_bytes()[:-400])


def main() -> None:
    folder = Path(sys.argv[1])
    make_samples(folder / "family")
    unshown(folder / "unshown")
    photos(folder / "many", 40)
    shapes(folder / "shapes")
    large_film(folder / "large.mp4")
    playable(folder / "films" / "brook.mp4")
    pairs(folder / "pairs")
    volume(folder / "volume")
    colour_cards(folder / "cards")


if __name__ == "__main__":
    main()
