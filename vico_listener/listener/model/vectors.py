"""Makes the input vectors of a listener network from frames, and motion from its output vectors.

The vectors are, in this order (parts that a configuration does not have are left out)::

    driven (a step): acoustic 45 | speaker's motion | flags 3 | conditions | own gestures 4 |
                     cues 14
    initial:         listener's reference motion | conditions
    conditions:      attitude 3 | personality 10, smile of the portrait, smile of the calm face
    motion:          rotation 3 | expression | translation 3 | crop 3: the basis' order and units
    outputs:         listener's motion | per kind of gesture: score of its beginning, `GestureHead`

Acoustic features, motions and the numbers of gestures are normalised to z-scores with the mean and
standard deviation of the training set, and the inputs are clipped to +-`ModelConfig.input_limit`.
Invalid features and motions are zero. Conditions and flags lie in 0 to 1 or -1 to 1. Every function
takes single vectors as well as sequences (..., T, size).
"""

from dataclasses import dataclass
from dataclasses import field
from typing import Any

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

NUMBERS = sum(len(head.numbers) for head in GESTURE_HEADS.values())
"""The number of numbers that a network predicts about all kinds of gesture together."""

_MIDDLE = np.array([(LIMITS[n][0] + LIMITS[n][1]) / 2 for n in PERSONALITY], np.float32)
_HALF = np.array([(LIMITS[n][1] - LIMITS[n][0]) / 2 for n in PERSONALITY], np.float32)


def no_residuals() -> Array:
    """Return the residuals (0, NUMBERS) of a network of which none are known."""
    return np.zeros((0, NUMBERS), np.float32)


def no_predictions() -> Array:
    """Return the predictions (0, 4) that belong to `no_residuals`."""
    return np.zeros((0, len(GESTURE_HEADS)), np.float32)


@dataclass(frozen=True)
class Normalisation:
    """Means and standard deviations of the training set.

    Attributes:
        acoustic_mean, acoustic_std: (45,) of the acoustic features.
        speaker_mean, speaker_std: (motion_size,) of the speaker's motion.
        listener_mean, listener_std: (motion_size,) of the listener's motion, both as output and as
            reference.
        number_mean, number_std: (NUMBERS,) of the gestures' numbers.
        number_noise: (NUMBERS,) the standard deviation of the prediction errors of the normalised
            numbers.
        hazard_gain: (4,) the factors of the gestures' probabilities that make gestures as frequent
            as those of the teacher.
        number_residuals: (R, NUMBERS) some of these errors, of which one row is drawn for the
            numbers of a gesture: most gestures are small and a few large, and what is large is
            slow, which a deviation alone does not tell; (0, NUMBERS) where they are not known.
        number_predictions: (R, 4) the prediction of the size, which is the first number of every
            kind, from which each row departs; it rises from row to row.
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
    number_residuals: Array = field(default_factory=no_residuals)
    number_predictions: Array = field(default_factory=no_predictions)

    def check(self, config: ModelConfig) -> None:
        """Check that the arrays fit a configuration.

        Raises:
            DataError: a size is wrong, a number is not finite, or a standard deviation is not
                positive.
        """
        sizes = dict.fromkeys(('speaker_mean', 'speaker_std'), config.motion_size)
        sizes |= dict.fromkeys(('listener_mean', 'listener_std'), config.motion_size)
        sizes |= dict.fromkeys(('acoustic_mean', 'acoustic_std'), ACOUSTIC_SIZE)
        sizes |= dict.fromkeys(('number_mean', 'number_std', 'number_noise'), NUMBERS)
        sizes['hazard_gain'] = len(GESTURE_HEADS)
        shapes: dict[str, tuple[int, ...]] = {name: (size,) for name, size in sizes.items()}
        rows = len(self.number_residuals)
        shapes['number_residuals'] = (rows, NUMBERS)
        shapes['number_predictions'] = (rows, len(GESTURE_HEADS))
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values.shape != shape:
                raise DataError(f'normalisation {name} has shape {values.shape}, expected {shape}')
            if not np.isfinite(values).all():
                raise DataError(f'normalisation {name} holds numbers that are not finite')
            if name.endswith('_std') and not (values > 0).all():
                raise DataError(f'normalisation {name} holds a deviation of zero')

    @classmethod
    def identity(cls, config: ModelConfig) -> 'Normalisation':
        """Return a normalisation that changes nothing."""
        sizes = {'acoustic': ACOUSTIC_SIZE, 'speaker': config.motion_size}
        sizes |= {'listener': config.motion_size, 'number': NUMBERS}
        arrays = {f'{n}_mean': np.zeros(s, np.float32) for n, s in sizes.items()}
        arrays |= {f'{n}_std': np.ones(s, np.float32) for n, s in sizes.items()}
        arrays['number_noise'] = np.zeros(NUMBERS, np.float32)
        arrays['hazard_gain'] = np.ones(len(GESTURE_HEADS), np.float32)
        return cls(**arrays)


def conditions(
    config: ModelConfig,
    attitude: Array,
    personality: Array | None = None,
    smiles: Array | None = None,
) -> Array:
    """Return the conditions (..., conditions).

    Args:
        config: the network's configuration.
        attitude: (..., 3) the weights of the attitudes, in the order of `Attitude`.
        personality: (10,) the personality in the order of `PERSONALITY`; only used where the
            configuration has one.
        smiles: (2,) the smiles of the portrait and of the calm face; used with a personality.
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
    """Return motion as one vector (..., 58), in the basis `arkit52`."""
    return np.concatenate([rotation, expression, translation], axis=-1)


def normalised(config: ModelConfig, values: Array, mean: Array, std: Array) -> Array:
    """Return the z-scores of values, clipped to what the configuration says."""
    scores = (values - mean) / std
    if limit := config.input_limit:
        scores = np.clip(scores, -limit, limit)
    return np.asarray(scores, np.float32)


def initial_vector(
    config: ModelConfig, norm: Normalisation, reference: Array, condition: Array
) -> Array:
    """Return the input (..., initial_size) of the initial state.

    Args:
        config: the network's configuration.
        norm: the network's normalisation.
        reference: (..., motion_size) the listener's reference motion.
        condition: (..., conditions) the conditions at the start.
    """
    scored = normalised(config, reference, norm.listener_mean, norm.listener_std)
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
    cues: Array | None = None,
) -> Array:
    """Return the input (..., driven_size) of a step.

    Args:
        config: the network's configuration.
        norm: the network's normalisation.
        acoustic: (..., 45) the acoustic features.
        audio_valid: (...) whether they are valid.
        motion: (..., motion_size) the speaker's motion.
        face_valid: (...) whether it is valid.
        speaking: (...) whether the speaker speaks; without valid audio, whether the mouth does.
        condition: (..., conditions) the result of `conditions`.
        gestures: (..., 4) 1 for the kinds of gesture that were decided on one step before.
        cues: (..., CUES) the cues of this step (see `cue_inputs`), where the configuration has any.
    """
    heard = np.asarray(audio_valid, np.float32)[..., None]
    seen = np.asarray(face_valid, np.float32)[..., None]
    parts = [
        heard * normalised(config, acoustic, norm.acoustic_mean, norm.acoustic_std),
        seen * normalised(config, motion, norm.speaker_mean, norm.speaker_std),
    ]
    if config.flags:
        parts += [seen, heard, np.asarray(speaking, np.float32)[..., None]]
    parts.append(condition)
    if config.output == 'behaviour':
        parts.append(gestures)
    if config.cues:
        assert cues is not None
        parts.append(cues)
    return np.concatenate(parts, axis=-1, dtype=np.float32)


def motion_output(config: ModelConfig, norm: Normalisation, output: Array) -> Array:
    """Return the listener's motion (..., motion_size) in native units, from outputs."""
    return in_native_units(output[..., : config.motion_size], norm.listener_mean, norm.listener_std)


def in_native_units(scores: Any, mean: Any, std: Any) -> Any:
    """Undo the normalisation of z-scores; all three are arrays, or all tensors of one device."""
    return scores * std + mean


def away_from(reference: Any, motion: Any, strength: float) -> Any:
    """Return the motion that departs from the reference so far (0 to 1); arrays or tensors."""
    return reference + strength * (motion - reference)
