"""Synthetic recordings for the tests of the evaluation: a plausible listener, and its parts."""

from dataclasses import dataclass

import numpy as np

from vico_listener.media.motion_track import MotionTrack
from vico_listener.media.motion_track import SpeakerTrack
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import Attitude

RATE = 30.0


def low_passed(rng, frames, cutoff, sd, low=0.0):
    """(frames,) Gaussian noise between `low` and `cutoff` Hz of a given standard deviation."""
    frequency = np.fft.rfftfreq(frames, 1 / RATE)
    spectrum = np.fft.rfft(rng.standard_normal(frames))
    spectrum[(frequency > cutoff) | (frequency <= low)] = 0
    noise = np.fft.irfft(spectrum, frames)
    return noise * sd / noise.std()


def nod_curve(times, onset, amplitude, hertz, cycles, decay=1.0):
    """(T,) pitch of one nod: downward raised cosines, each cycle `decay` times the last."""
    phase = (times - onset) * hertz
    inside = (phase >= 0) & (phase < cycles)
    size = amplitude * decay ** np.floor(np.clip(phase, 0, cycles))
    return inside * size / 2 * (1 - np.cos(2 * np.pi * phase))


def set_coefficient(expression, name, values):
    """Set both sides of a coefficient, or the one without sides."""
    for column in [c for c in ARKIT_NAMES if c in (name, f'{name}Left', f'{name}Right')]:
        expression[:, ARKIT_INDEX[column]] = values


def speech(rng, frames):
    """(frames,) bool: phrases of 1.2-4 s, pauses of 0.4-1.2 s."""
    speaking = np.zeros(frames, bool)
    at = 15
    while at < frames:
        length = int(rng.uniform(1.2, 4) * RATE)
        speaking[at : at + length] = True
        at += length + int(rng.uniform(0.4, 1.2) * RATE)
    return speaking


def ends_of(speaking):
    """Times at which the speech stops."""
    return (np.flatnonzero(speaking[:-1] & ~speaking[1:]) + 1) / RATE


def smile_times(rng, seconds):
    """Onsets of the speaker's smiles, one about every 14 s."""
    times, at = [], 5.0
    while at < seconds - 8:
        times.append(at)
        at += rng.uniform(10, 18)
    return times


def bumps(times, onsets, rise, hold, fall):
    """(T,) between 0 and 1: smooth rise, hold and fall (s) from every onset."""
    curve = np.zeros_like(times)
    for onset in onsets:
        corner = [onset, onset + rise, onset + rise + hold, onset + rise + hold + fall]
        ramp = np.interp(times, corner, [0, 1, 1, 0], 0, 0)
        curve = np.maximum(curve, (1 - np.cos(np.pi * ramp)) / 2)
    return curve


def make_speaker(rng, frames):
    """A speaker who talks, moves the head and smiles now and then; and the smiles' onsets."""
    times = np.arange(frames) / RATE
    onsets = smile_times(rng, frames / RATE)
    expression = np.zeros((frames, 52))
    set_coefficient(expression, 'mouthSmile', 0.05 + 0.6 * bumps(times, onsets, 0.5, 1.5, 1.0))
    speaking = speech(rng, frames)
    set_coefficient(expression, 'jawOpen', 0.2 * speaking)
    rotation = np.radians(np.stack([low_passed(rng, frames, 3, sd) for sd in (2, 3, 3)], axis=1))
    return SpeakerTrack(speaking, rotation, expression, np.ones(frames, bool)), onsets


@dataclass(frozen=True)
class Manner:
    """What an attitude looks like."""

    answer_share: float
    speech_nod_gap: float
    nod_size: float
    shakes: int
    smile: float
    smile_gain: float
    smiles: float
    brow: float
    sway: float


MANNERS = {
    Attitude.POSITIVE: Manner(0.4, 3.2, 4.5, 0, 0.2, 0.6, 0.7, 0.0, 0.6),
    Attitude.NEUTRAL: Manner(0.22, 4.0, 3.6, 0, 0.08, 0.25, 0.1, 0.0, 0.57),
    Attitude.NEGATIVE: Manner(0.1, 14.0, 3.3, 6, 0.03, 0.0, 0.0, 0.2, 0.5),
}


def nod_onsets(rng, speaking, manner):
    """Answers to phrase ends and nods in phase with speech, at least 0.9 s apart."""
    ends = ends_of(speaking)
    answers = ends[rng.random(len(ends)) < manner.answer_share]
    wished = list(answers + np.clip(rng.normal(0.4, 0.22, len(answers)), 0.05, 1.2))
    at = rng.exponential(manner.speech_nod_gap)
    while at < len(speaking) / RATE - 3:
        if speaking[int(at * RATE)] and np.abs(at - np.array([*ends, -9.0])).min() > 0.8:
            wished.append(at)
        at += rng.exponential(manner.speech_nod_gap)
    onsets = []
    for onset in sorted(wished):
        if not onsets or onset - onsets[-1] > 1.8:
            onsets.append(onset)
    return onsets


def micro_gaze(rng, frames):
    """(frames, 2) pitch and yaw of a gaze, deg, that jumps over a face several times a second."""
    gaze = np.zeros((frames, 2))
    at, here = 0, np.zeros(2)
    while at < frames:
        length = max(4, round(rng.lognormal(np.log(0.3), 0.5) * RATE))
        gaze[at : at + length] = here
        here = 0.9 * here + rng.laplace(0, [0.5, 0.7])
        at += length
    return gaze


def set_gaze(expression, gaze):
    """Turn the eyes by (T, 2) pitch and yaw, deg; 30 deg are a coefficient of 1."""
    for share, names in (
        (gaze[:, 0], ('eyeLookDownLeft', 'eyeLookDownRight')),
        (-gaze[:, 0], ('eyeLookUpLeft', 'eyeLookUpRight')),
        (gaze[:, 1], ('eyeLookOutLeft', 'eyeLookInRight')),
        (-gaze[:, 1], ('eyeLookInLeft', 'eyeLookOutRight')),
    ):
        for name in names:
            expression[:, ARKIT_INDEX[name]] = np.clip(share, 0, None) / 30


LIVELY = (
    'browInnerUp', 'browOuterUp', 'mouthPress', 'mouthRollLower', 'mouthRollUpper', 'mouthStretch',
    'mouthPucker', 'cheekPuff', 'mouthShrugUpper', 'noseSneer', 'mouthUpperUp', 'mouthDimple',
)  # fmt: skip
"""Coefficients that move a little all the time."""


def make_listener(seed, attitude=Attitude.POSITIVE, seconds=150):
    """A listener whose motion lies within the ranges of its attitude, and its speaker."""
    rng = np.random.default_rng(seed)
    manner = MANNERS[attitude]
    frames = int(seconds * RATE)
    times = np.arange(frames) / RATE
    speaker, smiles = make_speaker(rng, frames)
    roll, pitch, yaw = (
        low_passed(rng, frames, 0.15, 1.3) + low_passed(rng, frames, 1.0, manner.sway, low=0.15)
        for _ in range(3)
    )
    for onset in nod_onsets(rng, speaker.speaking, manner):
        size = np.clip(manner.nod_size * rng.lognormal(0, 0.45), 2.5, 13)
        cycles = rng.choice([1, 2, 3], p=[0.4, 0.35, 0.25])
        way = 1 if rng.random() < 0.7 else -1
        hertz = np.clip(rng.normal(2.0, 0.45), 1.3, 3.0)
        pitch += nod_curve(times, onset, way * size, hertz, cycles, 0.7)
    for onset in np.linspace(12, seconds - 12, manner.shakes):
        phase = np.clip((times - onset) * 1.6, 0, 2)
        yaw += 3.5 * np.sin(2 * np.pi * phase)
    expression = np.zeros((frames, 52))
    answers = [onset + rng.uniform(0.6, 0.9) for onset in smiles if rng.random() < 0.6]
    own = [onset for onset in np.arange(2, seconds - 6, 7.0) if rng.random() < manner.smiles]
    episodes = bumps(times, [*answers, *own], 0.9, 2.5, 1.5)
    smile = manner.smile + manner.smile_gain * episodes
    set_coefficient(expression, 'mouthSmile', smile + low_passed(rng, frames, 0.5, 0.01))
    set_coefficient(expression, 'cheekSquint', 0.4 * smile)
    set_coefficient(expression, 'browDown', 0.05 + manner.brow)
    for name in LIVELY:
        set_coefficient(expression, name, np.abs(low_passed(rng, frames, 1.0, 0.08)))
    eye_blink = np.zeros(frames)
    at = 1.5
    while at < seconds - 1:
        eye_blink = np.maximum(eye_blink, bumps(times, [at], 0.08, 0.03, 0.14))
        at += 1.0 + rng.exponential(2.2)
    set_coefficient(expression, 'eyeBlink', 0.9 * eye_blink)
    breaks = np.zeros(frames)
    at = 4.0
    while at < seconds - 3:
        breaks = np.maximum(breaks, bumps(times, [at], 0.1, rng.uniform(0.7, 1.2), 0.1))
        at += rng.uniform(6, 10)
    gaze = micro_gaze(rng, frames) + np.outer(breaks, [0, 12.0])
    set_gaze(expression, gaze - np.stack([pitch, yaw], axis=1))
    return MotionTrack(
        times=times,
        attitude=attitude,
        rotation=np.radians(np.stack([roll, pitch, yaw], axis=1)),
        translation=np.zeros((frames, 3)),
        expression=np.clip(expression, 0, 1),
        speaker=speaker,
        reference=np.where(np.array(ARKIT_NAMES) == 'browDownLeft', 0.05, 0.0),
        name=f'{attitude.value} {seed}',
    )
