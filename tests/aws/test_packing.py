"""The refusals of a build, and its reproducibility to the byte."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from chalicelib.pipelines.registry import WORKS
from infra.aws.functions import API, functions
from infra.aws.package import LIMIT, check_sizes
from infra.aws.packing import elf, inventory, smoke, tree
from infra.aws.packing.inventory import Component
from infra.aws.packing.tree import PackingFailed


def wheel(folder: Path, tag: str) -> None:
    info = folder / "thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nTag: {tag}\n")


@pytest.mark.parametrize(
    "tag", ["py3-none-any", "cp313-cp313-manylinux_2_28_aarch64", "cp310-abi3-manylinux2014_aarch64"]
)
def test_pure_and_manylinux_wheels_are_taken(tmp_path: Path, tag: str) -> None:
    wheel(tmp_path, tag)
    tree.check_wheels(tmp_path, "arm64")


@pytest.mark.parametrize(
    "tag", ["cp313-cp313-linux_aarch64", "cp313-cp313-musllinux_1_2_aarch64", "cp313-cp313-manylinux_2_28_x86_64"]
)
def test_a_wheel_of_another_kind_or_machine_is_refused(tmp_path: Path, tag: str) -> None:
    wheel(tmp_path, tag)
    with pytest.raises(PackingFailed, match="no manylinux wheel"):
        tree.check_wheels(tmp_path, "arm64")


def test_a_function_is_refused_whose_code_and_layers_are_too_large_together() -> None:
    sizes = dict.fromkeys({layer for function in functions(tuple(WORKS)) for layer in function.layers}, 0)
    check_sizes(sizes | {"code": LIMIT // 10, "volume": LIMIT - LIMIT // 10})
    with pytest.raises(PackingFailed, match=r"inspect_volume is 250\.0 MiB unpacked; Lambda takes 250"):
        check_sizes(sizes | {"code": LIMIT // 10, "volume": LIMIT - LIMIT // 10 + 1})


def test_a_function_is_refused_that_lacks_a_library_which_it_imports_later(tmp_path: Path) -> None:
    """Detected by a Python that lacks the library."""
    bare = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    api = next(function for function in functions(tuple(WORKS)) if function.handler == API)
    (tmp_path / "app.py").touch()
    with pytest.raises(PackingFailed, match=r"(?s)api does not start from its package.*No module named"):
        smoke.start(api, tmp_path, [], bare)


def test_the_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    zips = []
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "package").mkdir(parents=True)
        for file in ("b", "a") if name == "one" else ("a", "b"):
            (folder / "package" / f"{file}.py").write_text(f'NAMES = {{"x", "y", "{file}"}}\n')
        tree.compile_all(folder, "/opt/python")
        tree.pack(folder, tmp_path / f"{name}.zip", "python/")
        zips.append((tmp_path / f"{name}.zip").read_bytes())
    assert zips[0] == zips[1]
    assert (tmp_path / "one" / "package" / "__pycache__" / "a.cpython-313.pyc").exists()


def test_compiled_modules_are_trusted_whatever_the_times_of_their_sources(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("VALUE = 1\n")
    tree.compile_all(tmp_path, "/opt/python")
    content = (tmp_path / "__pycache__" / "module.cpython-313.pyc").read_bytes()
    assert int.from_bytes(content[4:8], "little") == 1  # PEP 552: hash-based and unchecked


def test_tests_and_headers_go_and_what_loads_lazily_stays(tmp_path: Path) -> None:
    gone = ["skimage/tests/test_a.py", "numpy/core.h", "skimage/data/astronaut.png", "x-1.dist-info/RECORD"]
    kept = ["skimage/__init__.pyi", "skimage/data/__init__.py", "x-1.dist-info/METADATA", "ui/bundle.js"]
    for name in (*gone, *kept):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    tree.trim(tmp_path)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()) == sorted(kept)


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("LGPL-3.0-or-later", True),
        ("GNU Lesser General Public License v3", True),
        ("LGPL-3.0-or-later OR GPL-2.0-or-later", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-2.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("", False),
    ],
)
def test_what_can_be_had_only_under_the_gpl_or_under_nothing_is_refused(licence: str, fine: bool) -> None:
    found = [Component("pypi", "thing", "1.0", licence)]
    if fine:
        inventory.check_licences(found)
    else:
        with pytest.raises(PackingFailed, match=r"thing 1\.0"):
            inventory.check_licences(found)


def test_a_bundled_library_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thing.libs").mkdir()
    (tmp_path / "thing.libs" / "libmystery-0a1b2c3d.so.1").touch()
    with pytest.raises(PackingFailed, match="libmystery"):
        inventory.components(tmp_path)


def test_a_library_in_a_package_itself_is_looked_at_as_well(tmp_path: Path) -> None:
    """For example LibRaw in rawpy: beside its modules, under several names."""
    package = tmp_path / "rawpy"
    package.mkdir()
    (package / "_rawpy.cpython-313-x86_64-linux-gnu.so").touch()
    (package / "_other.abi3.so").touch()
    (package / "libraw_r.so.25").touch()
    [found] = inventory.components(tmp_path)
    assert (found.name, found.version) == ("libraw_r", "25")
    assert found.licence.startswith("LGPL")
    (package / "libmystery.so").touch()
    with pytest.raises(PackingFailed, match="libmystery"):
        inventory.components(tmp_path)


def test_every_library_that_the_installed_packages_bundle_is_known_and_none_is_gpl_but_the_encoders() -> None:
    import av

    site = Path(av.__file__).parents[1]
    bundled = [one for one in inventory.components(site) if one.kind == "generic"]
    assert {"libraw_r", "libavcodec", "libonnxruntime"} <= {one.name for one in bundled}
    inventory.check_licences(one for one in bundled if one.name not in {"libx264", "libx265"})


def test_an_ffmpeg_with_gpl_parts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "av.libs").mkdir()
    (tmp_path / "av.libs" / "libavcodec-0a1b2c3d.so.63").write_bytes(b"... --enable-gpl --enable-shared")
    with pytest.raises(PackingFailed, match="--enable-gpl"):
        inventory.check_ffmpeg(tmp_path)


def test_the_gpl_encoders_go_and_pyav_still_decodes(tmp_path: Path) -> None:
    import subprocess

    import av

    site = Path(av.__file__).parents[1]
    for name in ("av", "av.libs"):
        shutil.copytree(site / name, tmp_path / name)
    assert len(tree.remove_gpl_encoders(tmp_path)) == 2
    [codec] = tmp_path.glob("av.libs/libavcodec-*")
    assert not [name for name in elf.needed(codec.read_bytes()) if name.startswith(("libx264", "libx265"))]
    script = """
import pathlib, sys, tempfile
sys.path.insert(0, sys.argv[1])
import av
assert av.__file__.startswith(sys.argv[1])
from infra.local.samples import make_samples
[video, *_] = [p for p in make_samples(pathlib.Path(tempfile.mkdtemp())) if p.suffix == ".mp4"]
with av.open(str(video)) as container:
    print(next(container.decode(video=0)).width)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0


def test_an_object_that_does_not_need_the_libraries_is_an_error() -> None:
    import _ctypes

    with pytest.raises(ValueError, match="doesn't need libx264"):
        elf.without_libraries(Path(_ctypes.__file__).read_bytes(), ["libx264"], ["x264_"])
    with pytest.raises(ValueError, match="no 64-bit"):
        elf.without_libraries(b"MZ", ["libx264"], [])


def test_the_bill_of_materials_is_the_same_whatever_the_order() -> None:
    parts = [Component("pypi", "b", "1", "MIT"), Component("pypi", "a", "1", "MIT")]
    made = [json.dumps(inventory.cyclonedx("millrace", "1", order)) for order in (parts, parts[::-1])]
    assert made[0] == made[1]


def test_imports_are_found_wherever_they_stand_but_for_type_checkers(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(
        "import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import never\n"
        "def f():\n    from scipy import ndimage\n"
        "    try:\n        import onnxruntime\n    except ImportError:\n        pass\n"
    )
    assert smoke.imports(tmp_path / "m.py") == {"os", "typing", "scipy", "onnxruntime"}
