"""Calibrates a trained network, so that it acts as often and as strongly as its teacher."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.training.sequences import Sequences
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.model.checkpoint import Checkpoint
from vico_listener.listener.model.config import GESTURE_HEADS
from vico_listener.listener.model.gesture_outputs import gesture_slots
from vico_listener.listener.model.network import ListenerNetwork
from vico_listener.listener.model.vectors import Normalisation
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import MoodFade
from vico_listener.listener.personality import Personality
from vico_listener.motion import FaceMotion

RESIDUAL_ROWS = 256
"""How many rows of residuals a checkpoint keeps; of each kind of gesture they are evenly chosen."""
CALIBRATED_BY = 'numba'
"""The runtime with which an LSTM listens to whole dyads: the fastest, a step at a time."""
GAIN_ROUNDS = 2
GAIN_RANGE = (0.5, 2.0)


def to_checkpoint(network: ListenerNetwork, norm: Normalisation) -> Checkpoint:
    """Return the network's weights as a checkpoint that is not calibrated."""
    weights = {name: w.detach().cpu().numpy().copy() for name, w in network.state_dict().items()}
    return Checkpoint(network.config, weights, norm)


def calibrate(
    network: ListenerNetwork, norm: Normalisation, unseen: Sequences, dyads: Sequence[Dyad]
) -> Normalisation:
    """Fit what a network cannot learn by gradient: how much it varies, and how often it acts.

    Args:
        network: trained, of output `behaviour`.
        norm: normalisation of its training.
        unseen: sequences it was not trained on, for the spread of the gestures' numbers.
        dyads: some whose teacher's number of gestures it shall reach, by running freely.
    """
    residuals, predictions = _residuals(network, unseen)
    norm = replace(norm, number_residuals=residuals, number_predictions=predictions)
    teacher = gesture_counts(dyads)
    for _ in range(GAIN_ROUNDS):
        own = np.zeros(len(GESTURE_HEADS))
        for seed, dyad in enumerate(dyads):
            own += run_freely(to_checkpoint(network, norm), dyad, seed)
        gain = norm.hazard_gain * np.clip(teacher / np.maximum(own, 1), *GAIN_RANGE)
        norm = replace(norm, hazard_gain=np.clip(gain, *GAIN_RANGE).astype(np.float32))
    return norm


def gesture_counts(dyads: Sequence[Dyad]) -> NDArray[np.float64]:
    """Count the gestures (kinds,) of the teacher."""
    kinds = np.concatenate([dyad.gestures[:, 1] for dyad in dyads]).astype(int)
    return np.bincount(kinds, minlength=len(GESTURE_HEADS)).astype(np.float64)


def run_freely(checkpoint: Checkpoint, dyad: Dyad, seed: int) -> NDArray[np.float64]:
    """Count the gestures (kinds,) that the network decides on as it listens to a dyad's speaker."""
    personality = Personality.of_numbers([round(float(v), 6) for v in dyad.personality])
    runtime = CALIBRATED_BY if checkpoint.config.generator == 'lstm' else 'torch'
    listener = LearnedListener(personality, seed, checkpoint, runtime)
    listener.reset(FaceMotion(dyad.reference), ATTITUDES[dyad.attitude[0]])
    counts = np.zeros(len(GESTURE_HEADS))
    fade = MoodFade(ATTITUDES[dyad.attitude[0]])
    for tick, frame in enumerate(dyad.speaker_frames()):
        fade.attitude = ATTITUDES[dyad.attitude[tick]]
        listener.step(frame, fade.step())
        for gesture in listener.base.gestures:
            counts[gesture.kind] += 1
    return counts


@torch.inference_mode()
def _residuals(
    network: ListenerNetwork, unseen: Sequences
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return by what the numbers of gestures exceed the predicted ones, and predicted sizes.

    They are the `number_residuals` and `number_predictions` of a `Normalisation`.
    """
    network.eval()
    output, _ = network(unseen.driven, network.initial_state(unseen.initial))
    kept = np.zeros((RESIDUAL_ROWS, unseen.numbers.shape[-1]), np.float32)
    predictions = np.zeros((RESIDUAL_ROWS, len(GESTURE_HEADS)), np.float32)
    for slot in gesture_slots(network.config):
        rows = unseen.begins[..., slot.kind] * unseen.mask > 0
        if rows.any():
            told = output[rows][:, slot.numbers].numpy()
            error = unseen.numbers[rows][:, slot.places].numpy() - told
            evenly = ((np.arange(RESIDUAL_ROWS) + 0.5) * len(told) / RESIDUAL_ROWS).astype(int)
            chosen = np.argsort(told[:, 0], kind='stable')[evenly]
            kept[:, slot.places] = error[chosen]
            predictions[:, slot.kind] = told[chosen, 0]
    return kept, predictions
