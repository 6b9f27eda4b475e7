"""Measures MediaPipe's own face landmarker, of the same model, where it is installed.

MediaPipe's tasks send usage figures to their maker and have no switch against it. So the task runs
in a process without any network, or not at all.
"""

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.face.model_file import default_model_path
from vico_listener.lab.benchmark.durations import Durations
from vico_listener.lab.benchmark.durations import each
from vico_listener.lab.benchmark.durations import sample

WITHOUT_NETWORK = ('unshare', '--user', '--map-root-user', '--net')
"""Runs a command in a network namespace of its own, in which there is nothing."""


def durations_of_mediapipe(
    images: list[NDArray[np.uint8]], repeats: int, folder: Path
) -> Durations:
    """Return how long MediaPipe's face landmarker takes per image, ms; empty if it cannot run.

    Args:
        images: (H, W, 3) BGR images of a video.
        repeats: how many are measured.
        folder: an empty one, through which they reach the other process.
    """
    if find_spec('mediapipe') is None or shutil.which(WITHOUT_NETWORK[0]) is None:
        return np.empty(0)
    np.save(folder / 'images.npy', np.stack(images))
    command = [*WITHOUT_NETWORK, sys.executable, '-m', __name__, str(folder), str(repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:  # e.g. a container that may not make namespaces
        return np.empty(0)
    return np.array(json.loads(done.stdout.splitlines()[-1]))


def _measure(folder: Path, repeats: int) -> None:
    """Measure and print the durations as JSON."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python import vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(default_model_path())),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    images = [np.ascontiguousarray(i[..., ::-1]) for i in np.load(folder / 'images.npy')]
    stamp = iter(range(0, 10**9, 83))
    with vision.FaceLandmarker.create_from_options(options) as landmarker:

        def track(image: NDArray[np.uint8]) -> None:
            frame = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=image)
            if not landmarker.detect_for_video(frame, next(stamp)).face_landmarks:
                raise RuntimeError('MediaPipe lost the face')

        print(json.dumps(sample(each(images, track), repeats).tolist()))


if __name__ == '__main__':
    _measure(Path(sys.argv[1]), int(sys.argv[2]))
