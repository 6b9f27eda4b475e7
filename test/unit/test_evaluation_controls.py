"""Controls of the criteria: a plausible listener passes, sham ones fail."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import low_passed
from synthetic_motion import make_listener
from synthetic_motion import nod_curve
from synthetic_motion import set_coefficient

from vico_listener.lab.evaluation import Verdict
from vico_listener.lab.evaluation import describe
from vico_listener.media.motion_track import smile
from vico_listener.motion import Attitude

SEEDS = (1, 2, 3)


@pytest.fixture(scope='module')
def listeners():
    return [make_listener(seed) for seed in SEEDS]


def with_pitch(track, pitch):
    rotation = track.rotation.copy()
    rotation[:, 1] = np.radians(pitch)
    return replace(track, rotation=rotation)


def only(tracks):
    (part,) = describe(tracks).attitudes
    return part


def test_a_plausible_listener_of_each_attitude_passes(listeners):
    tracks = [
        *listeners,
        *[make_listener(s, a) for a in (Attitude.NEUTRAL, Attitude.NEGATIVE) for s in SEEDS],
    ]
    description = describe(tracks)
    for part in description.attitudes:
        assert part.passed, (part.attitude, part.soft_misses, part.hard_misses)
    assert description.passed
    # Everything was measured: no row of the table is out of reach.
    positive = description[Attitude.POSITIVE]
    assert not [r.label for r in positive.rows if r.verdict is Verdict.NOT_APPLICABLE]
    assert description[Attitude.NEUTRAL].row('nods, positive less neutral').verdict is Verdict.OK
    assert description[Attitude.NEGATIVE].row('nods, neutral less negative').verdict is Verdict.OK


def test_a_frozen_portrait_fails(listeners):
    frozen = [
        replace(
            track,
            rotation=np.zeros_like(track.rotation),
            expression=np.broadcast_to(track.reference, track.expression.shape),
        )
        for track in listeners
    ]
    part = only(frozen)
    assert not part.passed
    assert {'nods', 'frozen', 'head sd', 'spectrum', 'stillness', 'blinks'} <= set(part.soft_misses)
    # Even a single short clip of it fails, without any rate.
    short = [replace_rows(track, 240) for track in frozen[:1]]
    assert not only(short).passed


def replace_rows(track, rows):
    cut = slice(0, rows)
    return replace(
        track,
        times=track.times[cut],
        rotation=track.rotation[cut],
        translation=track.translation[cut],
        expression=track.expression[cut],
        speaker=track.speaker.cut(cut),
    )


def test_a_slow_drift_passes_the_sd_and_fails_spectrum_and_nods(listeners):
    drifting = [
        with_pitch(track, 2.0 * np.sin(2 * np.pi * 0.3 * track.times)) for track in listeners
    ]
    part = only(drifting)
    assert part.row('pitch sd').verdict is Verdict.OK
    assert part.row('pitch above 0.3 Hz, rms').verdict is Verdict.OK
    assert part.row('pitch power at 1-3 Hz').verdict is Verdict.MISS
    assert part.row('nods').value == 0
    assert {'nods', 'spectrum'} <= set(part.soft_misses)
    assert not part.passed


def test_a_metronome_fails_on_intervals_and_equal_cycles(listeners):
    rng = np.random.default_rng(0)
    ticking = []
    for track in listeners:
        pitch = low_passed(rng, len(track), 0.15, 1.0)
        for onset in np.arange(2.0, track.seconds - 2, 4.0):
            pitch += nod_curve(track.times, onset, 5.0, 2.0, 2, 0.7)
        ticking.append(with_pitch(track, pitch))
    part = only(ticking)
    assert part.row('nods').verdict is Verdict.OK
    assert part.row('nod interval CV').verdict is Verdict.MISS
    assert part.row('different cycle counts').verdict is Verdict.MISS
    assert {'nod interval variation', 'nod cycles'} <= set(part.soft_misses)
    assert not part.passed


def test_another_speakers_audio_brings_contingency_down_to_chance(listeners):
    assert only(listeners).row('answered / chance').value > 1.5
    speakers = [track.speaker for track in listeners]
    swapped = [
        replace(track, speaker=other)
        for shift in (1, 2)
        for track, other in zip(listeners, speakers[shift:] + speakers[:shift], strict=True)
    ]
    part = only(swapped)
    assert part.row('answered / chance').value == pytest.approx(1.0, abs=0.19)
    assert part.row('answered / chance').verdict is Verdict.MISS
    # The answers to smiles come apart too, so the whole fails.
    assert not part.passed


def test_a_mirrored_speaker_fails_on_correlation(listeners):
    mirrored = []
    for track in listeners:
        expression = track.expression.copy()
        set_coefficient(expression, 'mouthSmile', smile(track.speaker.expression))
        flipped = track.speaker.rotation * [-1, 1, -1]
        mirrored.append(replace(track, rotation=flipped, expression=expression))
    part = only(mirrored)
    assert part.row('pitch correlation').value == pytest.approx(1.0)
    assert part.row('smile correlation').value == pytest.approx(1.0)
    assert 'mirroring' in part.soft_misses
    assert not part.passed


def test_too_much_speed_is_a_hard_miss(listeners):
    track = listeners[0]
    jerk = 45 * np.exp(-(((track.times - 20) * RATE / 4) ** 2))
    rotation = track.rotation.copy()
    rotation[:, 2] += np.radians(jerk)
    part = only([replace(track, rotation=rotation)])
    assert part.row('angular speed, limit').verdict is Verdict.HARD_MISS
    assert part.hard_misses == ('max speed',)
    assert 'max speed' not in part.soft_misses
    assert not part.passed
