"""The network's vectors: how frames become inputs and outputs become behaviour, normalised.

driven (a step): acoustic 45 | speaker's motion | flags 3 | conditions | own gestures 4
initial:         listener's reference motion | conditions
conditions:      attitude 3 | personality 10, smile of the portrait, smile of the calm face
motion:          rotation 3 | expression | translation 3 | crop 3: the basis' order and units
outputs:         listener's motion | per kind of gesture: score of its beginning, its `GestureHead`

Acoustic features, motions and the numbers of gestures are z-scored with the training set's mean and
deviation and clipped to +-`CLIP`; what is not valid is zero. Conditions and flags are 0..1 or +-1.
Every function works on single vectors and on (..., T, size) sequences alike.
"""

from dataclasses import dataclass
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from vico_listener.errors import DataError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.config import PERSONALITY
from vico_listener.listener.model.config import ModelConfig
from vico_listener.listener.personality import LIMITS
from vico_listener.motion import Attitude

Array = NDArray[np.float32]

CLIP = 6.0
NUMBERS = sum(len(head.numbers) for head in GESTURE_HEADS.values())
"""Numbers of all kinds of gesture together."""

_MIDDLE = np.array([(LIMITS[n][0] + LIMITS[n][1]) / 2 for n in PERSONALITY], np.float32)
_HALF = np.array([(LIMITS[n][1] - LIMITS[n][0]) / 2 for n in PERSONALITY], np.float32)


@dataclass(frozen=True)
class Normalisation:
    """Means and deviations of the training set.

    Attributes:
        acoustic_mean, acoustic_std: (45,).
        speaker_mean, speaker_std: of the speaker's motion.
        listener_mean, listener_std: of the listener's motion, as output and as reference.
        number_mean, number_std: (NUMBERS,) of the gestures' numbers.
        number_noise: (NUMBERS,) what remains of the z-scored numbers when predicted.
        hazard_gain: (4,) what probabilities are multiplied with, so that gestures are as frequent
            as the teacher's.
    """

    acoustic_mean: Array
    acoustic_std: Array
    speaker_mean: Array
    speaker_std: Array
    listener_mean: Array
    listener_std: Array
    number_mean: Array
    number_std: Array
    number_noise: Array
    hazard_gain: Array

    def check(self, config: ModelConfig) -> None:
        """DataError when a size does not fit, a number is not finite or a deviation is not > 0."""
        sizes = dict.fromkeys(('speaker_mean', 'speaker_std'), config.motion_size)
        sizes |= dict.fromkeys(('listener_mean', 'listener_std'), config.motion_size)
        sizes |= dict.fromkeys(('acoustic_mean', 'acoustic_std'), ACOUSTIC_SIZE)
        sizes |= dict.fromkeys(('number_mean', 'number_std', 'number_noise'), NUMBERS)
        sizes['hazard_gain'] = len(GESTURE_HEADS)
        for name, size in sizes.items():
            values = getattr(self, name)
            if values.shape != (size,):
                raise DataError(f'normalisation {name} has shape {values.shape}, expected {size}')
            if not np.isfinite(values).all():
                raise DataError(f'normalisation {name} holds numbers that are not finite')
            if name.endswith('_std') and not (values > 0).all():
                raise DataError(f'normalisation {name} holds a deviation of zero')

    @classmethod
    def identity(cls, config: ModelConfig) -> 'Normalisation':
        """One that changes nothing."""
        sizes = {'acoustic': ACOUSTIC_SIZE, 'speaker': config.motion_size}
        sizes |= {'listener': config.motion_size, 'number': NUMBERS}
        arrays = {f'{n}_mean': np.zeros(s, np.float32) for n, s in sizes.items()}
        arrays |= {f'{n}_std': np.ones(s, np.float32) for n, s in sizes.items()}
        arrays['number_noise'] = np.zeros(NUMBERS, np.float32)
        arrays['hazard_gain'] = np.ones(len(GESTURE_HEADS), np.float32)
        return cls(**{f.name: arrays[f.name] for f in fields(cls)})


def conditions(
    config: ModelConfig,
    attitude: Array,
    personality: Array | None = None,
    smiles: Array | None = None,
) -> Array:
    """Conditions (..., conditions).

    Args:
        config: of the network.
        attitude: (..., 3) shares of the attitudes, in the order of `Attitude`.
        personality: (10,) in the order of `PERSONALITY`; where the network has one.
        smiles: (2,) of the portrait and of the calm face; likewise.
    """
    shape = np.shape(attitude)[:-1]
    out = np.zeros((*shape, config.conditions), np.float32)
    size = len(Attitude) if config.attitude else 0
    if config.attitude:
        out[..., :size] = attitude
    if config.personality:
        assert personality is not None and smiles is not None
        out[..., size : size + len(PERSONALITY)] = (personality - _MIDDLE) / _HALF
        out[..., size + len(PERSONALITY) :] = smiles
    return out


def motion_vector(rotation: Array, expression: Array, translation: Array) -> Array:
    """Motion (..., 58) of the basis `arkit52`."""
    return np.concatenate([rotation, expression, translation], axis=-1)


def normalised(values: Array, mean: Array, std: Array) -> Array:
    """z-scored and clipped."""
    return np.asarray(np.clip((values - mean) / std, -CLIP, CLIP), np.float32)


def initial_vector(
    config: ModelConfig, norm: Normalisation, reference: Array, condition: Array
) -> Array:
    """Input of the initial state from the reference motion and the conditions at the start."""
    scored = normalised(reference, norm.listener_mean, norm.listener_std)
    return np.concatenate([scored, condition], axis=-1)


def driven_vector(
    config: ModelConfig,
    norm: Normalisation,
    acoustic: Array,
    audio_valid: NDArray[np.bool_] | bool,
    motion: Array,
    face_valid: NDArray[np.bool_] | bool,
    speaking: NDArray[np.bool_] | bool,
    condition: Array,
    gestures: Array,
) -> Array:
    """Input of a step.

    Args:
        config: of the network.
        norm: of the network.
        acoustic: (..., 45) of the speaker.
        audio_valid: (...) flag.
        motion: (..., motion_size) of the speaker.
        face_valid: (...) flag.
        speaking: (...) flag.
        condition: (..., conditions) from `conditions`.
        gestures: (..., 4) 1 where the listener decided on a gesture one step before.
    """
    heard = np.asarray(audio_valid, np.float32)[..., None]
    seen = np.asarray(face_valid, np.float32)[..., None]
    parts = [
        heard * normalised(acoustic, norm.acoustic_mean, norm.acoustic_std),
        seen * normalised(motion, norm.speaker_mean, norm.speaker_std),
    ]
    if config.flags:
        parts += [seen, heard, heard * np.asarray(speaking, np.float32)[..., None]]
    parts.append(condition)
    if config.output == 'behaviour':
        parts.append(gestures)
    return np.concatenate(parts, axis=-1, dtype=np.float32)


def motion_output(config: ModelConfig, norm: Normalisation, output: Array) -> Array:
    """The listener's motion (..., motion_size) in its units, from outputs."""
    return output[..., : config.motion_size] * norm.listener_std + norm.listener_mean
