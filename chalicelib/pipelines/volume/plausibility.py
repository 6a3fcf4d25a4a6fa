"""Whether a classical segmentation can be a joint at all. Thresholds take an even and deep region for bone: on a
fat-suppressed image that is muscle."""

from __future__ import annotations

import numpy as np
from skimage.filters import threshold_otsu

from chalicelib.pipelines.volume.geometry import Array

MOST_OF_A_FACE = 0.5
MOST_OF_THE_IMAGE = 0.5
MOST_OF_THE_BODY = 0.6
LARGEST_BONE_CM3 = 300.0  # the part of a femur that any knee coil shows is smaller
MOST_CARTILAGE = 0.6  # of its bone
COARSE = 128  # voxels a side are enough to judge


def doubts(image: Array, labels: Array, voxel_mm3: float) -> list[str]:
    """Sentences about implausible findings; none where there are none. labels: bones odd, their cartilage even."""
    steps = tuple(slice(None, None, max(1, side // COARSE)) for side in labels.shape)
    small, grey = np.asarray(labels[steps]), np.asarray(image[steps], dtype=np.float32)
    bone = small % 2 == 1
    found = []
    faces = [float(face.mean()) for axis in range(3) for face in (np.take(bone, 0, axis), np.take(bone, -1, axis))]
    if max(faces) > MOST_OF_A_FACE:
        found.append(f"bone reaches {100 * max(faces):.0f} % of an edge of the image")
    if float(bone.mean()) > MOST_OF_THE_IMAGE:
        found.append(f"bone fills {100 * float(bone.mean()):.0f} % of the image")
    body = grey > threshold_otsu(grey) if float(grey.max()) > float(grey.min()) else bone
    body |= bone
    share = int(np.count_nonzero(bone)) / max(1, int(np.count_nonzero(body)))
    if share > MOST_OF_THE_BODY and found:
        found.append(f"bone is {100 * share:.0f} % of what the image shows")
    counts = np.bincount(small.ravel(), minlength=2) * (labels.size / small.size) * voxel_mm3 / 1000
    largest = float(counts[1::2].max(initial=0))
    if largest > LARGEST_BONE_CM3:
        found.append(f"the largest bone has {largest:.0f} cm³")
    if not (small[small > 0] % 2 == 0).any():
        found.append("there is no cartilage on any bone")
    for number in range(1, len(counts) - 1, 2):
        if counts[number + 1] > MOST_CARTILAGE * counts[number] > 0:
            part = 100 * counts[number + 1] / counts[number]
            found.append(f"the cartilage of bone_{(number + 1) // 2} has {part:.0f} % of its volume")
    return found
