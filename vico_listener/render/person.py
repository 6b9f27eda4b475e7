"""Finds the person in a portrait by MediaPipe's network for selfies."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vico_listener import bundled_files
from vico_listener.bundled_files import PERSON_MODEL
from vico_listener.bundled_files import bundled_path
from vico_listener.errors import DataError
from vico_listener.face.litert import Network
from vico_listener.frames import Picture

SIDE = 256
"""The side of the network's input and output, px."""


class PersonModelError(DataError):
    """The network is missing or damaged; the message says what to do."""


def seen_person(image: Picture) -> NDArray[np.float32]:
    """Return how probably each pixel of an image (H, W, 3) uint8 BGR shows a person (SIDE, SIDE).

    Raises:
        PersonModelError: the network is missing or damaged.
    """
    network = _network()
    shrinks = max(image.shape[:2]) > SIDE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small = cv2.resize(image, (SIDE, SIDE), interpolation=method)
    network.input()[...] = small[..., ::-1] / np.float32(255.0)
    network.run()
    return network.output(0).reshape(SIDE, SIDE).copy()


@cache
def _network() -> Network:
    path = bundled_path(PERSON_MODEL)
    if path is None:
        raise PersonModelError(
            'the network that cuts the person out of a portrait is not installed: get it with '
            f'`{bundled_files.REMEDY}`'
        )
    content = path.read_bytes()
    if not PERSON_MODEL.is_intact(content):
        raise PersonModelError(
            f'{path} is damaged or another version (its checksum differs): get it with '
            f'`{bundled_files.REMEDY}`'
        )
    return Network(content, 'person', (1, SIDE, SIDE, 3), (SIDE * SIDE,))
