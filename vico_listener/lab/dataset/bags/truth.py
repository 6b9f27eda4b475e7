"""Reads from the bag of a recording what its listener really did."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_at
from vico_listener.errors import VicoError
from vico_listener.media.bags.bag_errors import BagError
from vico_listener.media.bags.input_topics import Inputs
from vico_listener.media.bags.reader import Bag
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import FaceMotion
from vico_listener.motion import basis_by_name


@dataclass(frozen=True)
class Truth:
    """The motion of the true listener.

    Attributes:
        ticks: (T,) numbers of the ticks.
        motion: (T) its face; pose relative to the reference.
        reference: its first face; pose as the camera saw it, neutral when the bag holds none.
    """

    ticks: NDArray[np.int64]
    motion: FaceTrack
    reference: FaceMotion


def read_truth(path: Path, inputs: Inputs) -> Truth | None:
    """Read the true listener of a bag; None when the bag holds none.

    Raises:
        BagError: the bag is damaged, or its faces are in an unknown or in several bases.
    """
    if inputs.true_motion is None:
        return None
    ticks, faces = [], []
    with Bag(path) as bag:
        for _, _, message in bag.messages([inputs.true_motion.name]):
            stamp = message.header.stamp.sec * NANOSECONDS + message.header.stamp.nanosec
            ticks.append(tick_at(stamp + 1))
            faces.append(_face(path, message.face))
        basis = faces[0].basis
        if any(face.basis is not basis for face in faces):
            raise BagError(f'{path}: {inputs.true_motion.name} mixes expression bases')
        reference = FaceMotion.neutral(basis)
        if inputs.true_reference is not None:
            reference = _face(path, bag.first(inputs.true_reference.name)[1])
    track = FaceTrack(
        np.array([f.expression for f in faces], np.float32),
        np.array([f.rotation for f in faces], np.float32),
        np.array([f.translation for f in faces], np.float32),
        np.array([f.confidence > 0 for f in faces]),
        np.array([f.crop for f in faces], np.float32),
        basis,
    )
    return Truth(np.array(ticks, np.int64), track, reference)


def _face(path: Path, message: Any) -> FaceMotion:
    try:
        basis = basis_by_name(message.basis)
    except VicoError as error:
        raise BagError(f'{path}: {error}') from None
    if len(message.expression) != basis.size:
        raise BagError(
            f'{path}: {len(message.expression)} coefficients, {basis.name} has {basis.size}'
        )
    return FaceMotion(
        np.asarray(message.expression, np.float32),
        np.asarray(message.rotation, np.float32),
        np.asarray(message.translation, np.float32),
        np.asarray(message.crop, np.float32),
        float(message.confidence),
        basis,
    )
