"""Controls of the criteria: a plausible listener passes, sham ones fail."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_motion import RATE
from synthetic_motion import low_passed
from synthetic_motion import make_listener
from synthetic_motion import nod_curve
from synthetic_motion import set_coefficient
from synthetic_motion import set_gaze

from vico_listener.lab.evaluation import Verdict
from vico_listener.lab.evaluation import describe
from vico_listener.lab.evaluation.description import CRITERIA
from vico_listener.media.motion_track import smile
from vico_listener.motion import Attitude

SEEDS = (1, 2, 3, 4)


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
    assert {'face motion', 'between gestures', 'gaze spread'} <= set(part.soft_misses)
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
    missed = {'nod interval variation', 'nod cycles', 'nod variety', 'nod clusters'}
    assert missed <= set(part.soft_misses)
    assert not part.passed


def test_one_template_fails_however_its_moments_vary(listeners):
    repeated = []
    for track in listeners:
        rng = np.random.default_rng(len(track.name))
        pitch = low_passed(rng, len(track), 0.15, 1.0)
        for onset in np.cumsum(rng.exponential(2.0, 60) + 1.7):
            pitch += nod_curve(track.times, onset, 5.0, 2.0, 2, 0.7)
        repeated.append(with_pitch(track, pitch))
    part = only(repeated)
    for label in ('nods', 'nod size, median', 'nod frequency, median', 'nod interval CV'):
        assert part.row(label).verdict is Verdict.OK
    for label in (
        'nod size, 90 % / 10 %', 'nod frequency, 90 % / 10 %', 'nods that begin downward',
        'cycles, sd',
    ):  # fmt: skip
        assert part.row(label).verdict is Verdict.MISS, label
    assert not part.passed


def test_a_pendulum_fails_between_its_nods(listeners):
    swinging = []
    for track in listeners:
        rotation = track.rotation.copy()
        rotation[:, 0] = np.radians(1.2 * np.sin(2 * np.pi * track.times / 5.6))
        swinging.append(replace(track, rotation=rotation))
    part = only(swinging)
    assert part.row('roll sd').verdict is Verdict.OK
    assert part.row('roll power in one line').value > 95
    assert part.soft_misses == ('sway',)


def test_a_parked_head_fails_between_its_nods(listeners):
    parked = []
    for track in listeners:
        pitch = np.zeros(len(track))
        for onset in np.arange(2.0, track.seconds - 4, 3.1):
            pitch += nod_curve(track.times, onset, 5.0, 2.0, 2, 0.7)
        parked.append(with_pitch(track, pitch))
        parked[-1].rotation[:, [0, 2]] *= 0.2
    part = only(parked)
    assert part.row('rest spent in one pose').value > 90
    assert part.row('speed outside nods and shakes, rms').verdict is Verdict.MISS


def test_a_constant_smile_fails_though_its_mean_is_right(listeners):
    smiling = []
    for track in listeners:
        expression = track.expression.copy()
        set_coefficient(expression, 'mouthSmile', 0.5 + 0.02 * np.sin(track.times))
        smiling.append(replace(track, expression=expression))
    part = only(smiling)
    assert part.row('smile, mean').verdict is Verdict.OK
    assert part.row('smile over 0.3').verdict is Verdict.OK
    assert part.row('time with a constant smile').value == pytest.approx(100)
    assert {'smile motion', 'smile levels', 'smile episodes'} <= set(part.soft_misses)
    assert not part.passed


def test_recordings_that_begin_alike_fail(listeners):
    first = listeners[0]
    cut = 300
    alike = []
    for track in listeners:
        rotation, expression = track.rotation.copy(), track.expression.copy()
        rotation[:cut], expression[:cut] = first.rotation[:cut], first.expression[:cut]
        alike.append(replace(track, rotation=rotation, expression=expression))
    part = only(alike)
    assert part.row('head, first 5 s of recordings differ').value == pytest.approx(0.0, abs=1e-9)
    assert part.row('face, first 5 s of recordings differ').value == pytest.approx(0.0, abs=1e-9)
    assert part.soft_misses == ('beginnings',)
    assert only(listeners).row('head, first 5 s of recordings differ').value > 0.7


def test_large_looks_away_alone_fail_as_gaze(listeners):
    staring = []
    for track in listeners:
        away = np.where(np.sin(2 * np.pi * track.times / 8) > 0.75, 15.0, 0.0)
        expression = track.expression.copy()
        set_gaze(expression, np.stack([0 * away, away], axis=1) - track.angles[:, 1:])
        staring.append(replace(track, expression=np.clip(expression, 0, 1)))
    part = only(staring)
    assert part.row('gaze on the speaker').verdict is Verdict.OK
    assert {'fixations', 'gaze shifts', 'gaze spread'} <= set(part.soft_misses)


# Figures of seven real listeners, 61 s: those of the issue that asked for these rows, and of the
# clips' means in its evidence; those of the face are of four other people. What the clips are too
# short for is left out.
REAL = {
    'nod_rate': 15.7, 'shake_rate': 1.0, 'nod_hz': 2.25, 'nod_hz_low': 1.1, 'nod_size': 3.4,
    'nod_size_high': 15.7, 'nod_size_max': 23.8, 'nod_size_ratio': 10.2 / 2.2,
    'nod_hz_ratio': 2.8 / 1.25, 'nod_down': 50.0, 'nod_single': 18.8, 'nod_upto5': 100.0,
    'nod_kinds': 4, 'nod_cycle_sd': 0.81, 'nod_decay': 0.6, 'nod_length_low': 0.45,
    'nod_length_high': 1.8, 'nod_share': 27.0, 'smile': 0.63, 'smile_sd': 0.24, 'smile_time': 78.0,
    'smile_speed': 5.0, 'smile_starts': 4.9, 'smile_constant': 45.0, 'smile_low': 0.1,
    'smile_high': 0.96, 'blink_rate': 38.0, 'blink_half': 127.0, 'blink_whole': 233.0,
    'pitch_sd': 2.4, 'yaw_sd': 1.7, 'roll_sd': 1.8, 'fast_pitch': 1.6, 'pitch_1_3': 30.0,
    'speed_rms': 11.0, 'speed_p95': 22.0, 'speed_max': 85.0, 'acceleration': 606.0, 'still': 3.1,
    'slow': 43.0, 'jaw': 0.01, 'jaw_time': 0.0, 'speed_outside': 4.3, 'home': 28.0,
    'moving': 21, 'face_variance': 3.6, 'face_change': 0.86,
    'gaze': 95.5, 'gaze_break': 0.9, 'shift': 1.1, 'shift_high': 4.7, 'gaze_yaw_sd': 2.8,
    'gaze_pitch_sd': 2.0, 'fixation': 0.28, 'pitch_r': -0.32, 'smile_r': 0.27,
}  # fmt: skip


def test_real_people_pass():
    criteria = {}
    for criterion in CRITERIA:
        criteria.setdefault(criterion.key, []).append(criterion)
    assert set(REAL) <= set(criteria)
    for key, value in REAL.items():
        for criterion in criteria[key]:
            limits = criterion.ranges[Attitude.POSITIVE]
            assert limits is not None and limits.holds(value), (criterion.label, value)


def test_another_speakers_audio_brings_contingency_down_to_chance(listeners):
    assert only(listeners).row('answered / chance').value > 1.4
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
