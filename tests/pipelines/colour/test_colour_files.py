"""Pictures of every kind, in and out: everything that must not change is kept to the last bit."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from colour_world import FakeRun, file_of, off_card, opened, printed, source, to_8, to_16
from PIL import Image, ImageCms

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour import COLOUR, correcting, pictures, profiles
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.spaces import SPACES
from tests.pipelines.media.makers import heic

SCENE = printed()
PIXELS = to_8(SCENE.shot(noise=2))


def exif_of(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110] = orientation, "Maker", "Model 7"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    return exif.tobytes()


def read(tmp_path: Path, content: bytes, name: str) -> pictures.Picture:
    path = tmp_path / name
    path.write_bytes(content)
    return pictures.read(path, name)


def written(picture: pictures.Picture, tmp_path: Path) -> bytes:
    path = tmp_path / f"written{picture.extension}"
    pictures.write(picture, path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("ending", "pixels", "how"),
    [
        ("jpg", PIXELS, {"form": "JPEG"}),
        ("png", PIXELS, {"form": "PNG"}),
        ("tif", PIXELS, {"form": "TIFF"}),
        ("tif", PIXELS, {"form": "TIFF", "compression": "tiff_lzw"}),
        ("webp", PIXELS, {"form": "WEBP", "quality": 90}),
        ("webp", PIXELS, {"form": "WEBP", "lossless": True}),
        ("png", to_16(SCENE.shot(noise=2)), {"form": "PNG"}),
        ("tif", to_16(SCENE.shot(noise=2)), {"form": "TIFF"}),
    ],
)
def test_every_kind_of_picture_comes_back_right_as_what_it_was(
    ending: str, pixels: np.ndarray, how: dict[str, Any]
) -> None:
    run = FakeRun((f"a.{ending}", file_of(pixels, **how))).run(1, 5)
    filename, _, content = run.artifacts["corrected-0"]
    assert filename == f"a_corrected.{ending}"
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == how["form"]
    assert opened(content).dtype == pixels.dtype
    assert off_card(opened(content), SCENE.boxes).mean() < 0.8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG"])
def test_every_orientation_is_corrected_alike_and_keeps_its_exif(orientation: int, form: str) -> None:
    # Stored such that a viewer that applies the tag shows the scene upright.
    stored = pictures.oriented(PIXELS, {6: 8, 8: 6}.get(orientation, orientation))
    content = file_of(np.ascontiguousarray(stored), form, exif=exif_of(orientation))
    run = FakeRun((f"a{pictures._WRITTEN[form][0]}", content)).run()
    _, score, told = run.results[0]
    assert score is not None
    assert (told["mirrored"], told["rotation"], told["left_out"]) == (False, 0, [])
    made = run.output("corrected")
    with Image.open(io.BytesIO(made)) as image:
        exif = image.getexif()
        assert (exif[0x0112], exif[0x010F], exif[0x0110]) == (orientation, "Maker", "Model 7")
        assert exif.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
        assert image.info["icc_profile"] == profiles.of_space("srgb")
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION  # OpenCV ignores it for every format except TIFF
    shown = cv2.imdecode(np.frombuffer(made, np.uint8), flags)[..., ::-1]
    upright = shown if form == "TIFF" else pictures.oriented(shown, orientation)
    assert upright.shape == PIXELS.shape
    assert off_card(upright, SCENE.boxes).mean() < 0.8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_tiffs_are_held_as_their_tag_says(orientation: int, tmp_path: Path) -> None:
    upright = np.random.default_rng(2).integers(0, 65536, (30, 40, 3)).astype(np.uint16)
    stored = pictures.as_stored(upright, orientation)
    path = tmp_path / "a.tif"
    pictures.write(pictures.Picture(stored, "TIFF", orientation, exif=exif_of(orientation)), path)
    assert (tifffile.imread(path) == stored).all()  # an independent reader, which rotates nothing
    again = pictures.read(path, "a.tif")
    assert (again.pixels == stored).all()
    assert (again.upright == upright).all()


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("flags", [None, "alpha"])
def test_sixteen_bits_that_need_no_correction_come_back_to_the_last_bit(
    form: str, flags: str | None, tmp_path: Path
) -> None:
    channels = 4 if flags else 3
    pixels = np.random.default_rng(8).integers(0, 65536, (301, 257, channels)).astype(np.uint16)
    pixels[0, :256, 0] = np.arange(256) * 257
    picture = read(tmp_path, file_of(pixels, form), f"a.{form.lower()}")
    assert picture.pixels.dtype == np.uint16
    assert correcting.apply(correcting.unchanged(), picture.upright).outside < 1e-9
    again = read(tmp_path, written(picture, tmp_path), f"b.{form.lower()}")
    assert (again.pixels == pixels[..., :3]).all()
    if flags:
        assert again.alpha is not None
        assert (again.alpha == pixels[..., 3]).all()


@pytest.mark.parametrize("target", sorted(SPACES))
def test_every_value_of_a_space_survives_its_own_identity(target: str) -> None:
    space = SPACES[target]
    own = Correction(Encoding(), "linear3x3", space.to_xyz, target)
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    expected = np.rint(space.encoded(Encoding().decoded(ramp / 255)) * 255)
    correcting.apply(own, ramp)
    assert np.abs(ramp - expected).max() <= (0 if target in ("srgb", "display_p3") else 1)


def test_strips_and_all_at_once_are_the_same_and_a_view_is_corrected_in_place() -> None:
    pixels = np.random.default_rng(1).integers(0, 253, (1200, 900, 3)).astype(np.uint8)
    correction = Correction(Encoding(), "root_polynomial", np.random.default_rng(2).uniform(0, 0.2, (3, 6)), "srgb")
    whole = np.rint(correction.encoded(pixels / 255) * 255)
    turned = pixels.copy()
    correcting.apply(correction, pictures.oriented(turned, 6))
    correcting.apply(correction, pixels)
    assert (turned == pixels).all()
    assert np.abs(pixels - whole).max() <= 1


@pytest.mark.parametrize(("kind", "most"), [(np.uint8, 60), (np.uint16, 120)])
def test_a_correction_takes_the_same_memory_however_large_the_picture_is(kind: type, most: int) -> None:
    correction = Correction(Encoding(), "root_polynomial", np.full((3, 6), 0.15), "srgb")
    taken = []
    for rows in (1500, 4500):
        pixels = np.full((rows, 2000, 3), 90, kind)
        tracemalloc.start()
        correcting.apply(correction, pixels)
        taken.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    assert max(taken) < most
    assert taken[1] < 1.1 * taken[0]


def test_sixteen_bits_stay_sixteen_with_their_profile_and_tags() -> None:
    for form, ending in (("PNG", "png"), ("TIFF", "tif")):
        run = FakeRun((f"a.{ending}", file_of(to_16(SCENE.shot(noise=0.5)), form)), target="prophoto").run()
        filename, content_type, content = run.artifacts["corrected-0"]
        assert (filename, content_type) == (f"a_corrected.{ending}", f"image/{'tiff' if form == 'TIFF' else 'png'}")
        assert opened(content).dtype == np.uint16
        with Image.open(io.BytesIO(content)) as image:
            assert image.info["icc_profile"] == profiles.of_space("prophoto")


def test_tiffs_of_16_bits_in_planes_are_refused_and_large_tiffs_taken(tmp_path: Path) -> None:
    pixels = to_16(SCENE.shot(noise=0.5))
    planes = tmp_path / "planes.tif"
    tifffile.imwrite(planes, np.moveaxis(pixels, -1, 0), photometric="rgb", planarconfig="separate")
    with pytest.raises(UnreadableFile, match="separate planes"):
        pictures.read(planes, planes.name)
    large = tmp_path / "large.tif"
    tifffile.imwrite(large, pixels, photometric="rgb", bigtiff=True)
    run = FakeRun(("a.tif", large.read_bytes())).run(1, 5)
    assert off_card(opened(run.output("corrected")), SCENE.boxes).mean() < 0.6


@pytest.mark.parametrize("shape", [(1, 1), (2, 9000), (20, 20)])
def test_a_picture_of_a_few_pixels_shows_no_card(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(3).integers(0, 255, (*shape, 3)).astype(np.uint8)
    assert FakeRun(("a.png", file_of(pixels))).run().results[0][2]["reason"] == "no_card"


def test_alpha_is_kept_as_it_was() -> None:
    alpha = np.random.default_rng(9).integers(0, 256, PIXELS.shape[:2]).astype(np.uint8)
    for form, ending in (("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif")):
        content = file_of(
            np.dstack([PIXELS, alpha]), form, **({"lossless": True, "exact": True} if form == "WEBP" else {})
        )
        run = FakeRun((f"a.{ending}", content)).run()
        with Image.open(io.BytesIO(run.output("corrected"))) as image:
            assert image.mode == "RGBA"
            assert (np.asarray(image)[..., 3] == alpha).all()


def test_a_grey_picture_is_told_and_left_alone() -> None:
    reference = ("card.jpg", file_of(PIXELS, "JPEG"), "reference")
    # Saved in colour, a black and white picture would be tinted by a reference shot.
    for grey, others in ((PIXELS[..., 1], ()), (PIXELS[..., [1, 1, 1]], (reference,))):
        run = FakeRun(("a.jpg", file_of(grey, "JPEG")), *others).run()
        _, score, told = run.results[0]
        assert (score, told["success"], told["reason"]) == (None, False, "grey_picture")
        assert "corrected-0" not in run.artifacts
        assert run.verdicts[0][0] == "failed"
        assert others or run.results[None][2]["succeeded"] == 0


def test_cmyk_is_converted_and_said_so() -> None:
    content = io.BytesIO()
    Image.fromarray(PIXELS).convert("CMYK").save(content, "JPEG", quality=95)
    run = FakeRun(("a.jpg", content.getvalue())).run()
    _, score, told = run.results[0]
    assert score is not None
    assert "cmyk_converted" in told["warnings"]
    with Image.open(io.BytesIO(run.output("corrected"))) as image:
        assert image.mode == "RGB"


def test_what_a_profile_says_is_followed_for_the_differences_before() -> None:
    """The same scene in Adobe RGB, with a matching profile, differs as little as in sRGB."""
    light = np.clip(SCENE.light, 0, 1)
    srgb = to_8(SPACES["srgb"].encoded(light))
    space = SPACES["adobe_rgb"]
    other = to_8(space.encoded(np.clip(light @ (space.from_xyz @ SPACES["srgb"].to_xyz).T, 0, 1)))
    plain = FakeRun(("a.png", file_of(srgb))).run().results[0][2]
    tagged = FakeRun(("a.png", file_of(other, icc_profile=profiles.of_space("adobe_rgb")))).run()
    untagged = FakeRun(("a.png", file_of(other))).run().results[0][2]
    assert plain["delta_e_before"] < 0.5
    assert tagged.results[0][2]["delta_e_before"] < 0.6
    assert untagged["delta_e_before"] > 2
    assert off_card(opened(tagged.output("corrected")), SCENE.boxes).mean() < 0.6


def test_heic_is_decoded_in_a_step_of_its_own_and_comes_back_as_jpeg() -> None:
    run = FakeRun(("a.HEIC", heic(Image.fromarray(to_8(SCENE.shot())))))
    run.run(1, 1)
    assert "developed-0" in run.saved
    run.run(2, 6)
    assert run.results[0][2]["card"] == "aruco24"
    filename, content_type, content = run.artifacts["corrected-0"]
    assert (filename, content_type) == ("a_corrected.jpg", "image/jpeg")
    assert off_card(opened(content), SCENE.boxes).mean() < 1.5


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"", "empty_file"),
        ("a.jpg", b"no picture at all", "damaged_picture"),
        ("a.png", file_of(PIXELS, "PNG")[:3000], "damaged_picture"),
        ("a.jpg", file_of(PIXELS[:64, :64], "GIF"), "content_mismatch"),
        ("a.dng", b"not TIFF", "content_mismatch"),
        ("a.heic", b"0123456789", "content_mismatch"),
        ("a.csv", b"L,a,b\n1,2,3", "wrong_role"),
    ],
)
def test_what_no_step_could_read_is_refused_as_it_arrives(name: str, content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as reason:
        COLOUR.inspect(source(name, content), COLOUR.Options())
    assert reason.value.code == code


def test_a_picture_that_claims_too_many_pixels_is_never_decoded(tmp_path: Path) -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    with pytest.raises(UnreadableFile, match="pixels"):
        read(tmp_path, bomb, "a.png")
    with pytest.raises(UnreadableFile) as reason:
        COLOUR.inspect(source("a.png", bomb), COLOUR.Options())
    assert reason.value.code == "picture_too_large"


def test_a_picture_that_breaks_after_it_arrived_fails_alone() -> None:
    run = FakeRun(("good.png", file_of(PIXELS)), ("bad.tif", file_of(to_16(SCENE.shot()), "TIFF")))
    run._contents[1] = run._contents[1][:2000]
    run.run()
    assert run.results[0][2]["success"] is True
    assert run.results[1][2]["success"] is False
    assert run.results[None][2]["failed_count"] == 1


def test_inspection_tells_the_upright_size_and_makes_an_upright_thumbnail() -> None:
    content = file_of(np.ascontiguousarray(pictures.oriented(PIXELS, 8)), "JPEG", exif=exif_of(6))
    found = COLOUR.inspect(source("a.jpg", content), COLOUR.Options())
    assert (found.metadata["width"], found.metadata["height"]) == PIXELS.shape[1::-1]
    assert found.thumbnail is not None
    with Image.open(io.BytesIO(found.thumbnail)) as image:
        assert image.size == (320, 240)


@pytest.mark.parametrize("name", sorted(SPACES))
def test_the_profiles_of_targets_agree_with_littlecms(name: str) -> None:
    """Colours of a space converted to sRGB by littleCMS through its profile, and by our own matrices."""
    space = SPACES[name]
    colours = np.random.default_rng(6).integers(30, 226, (40, 40, 3)).astype(np.uint8)
    own = ImageCms.ImageCmsProfile(io.BytesIO(profiles.of_space(name)))
    by_cms = np.asarray(ImageCms.profileToProfile(Image.fromarray(colours), own, ImageCms.createProfile("sRGB"), 1))
    light = space.decoded(colours / 255) @ (SPACES["srgb"].from_xyz @ space.to_xyz).T
    ours = np.rint(SPACES["srgb"].encoded(np.clip(light, 0, 1)) * 255)
    assert np.abs(by_cms.astype(float) - ours).max() <= 1.5
