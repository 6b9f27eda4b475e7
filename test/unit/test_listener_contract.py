"""What every listener of this package must do, whatever it is made of."""

from dataclasses import replace

import numpy as np
import pytest
from listening import Listening
from synthetic_speaker import silence
from synthetic_speaker import speaker_face
from synthetic_speaker import speaker_frame
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.listener import LISTENERS
from vico_listener.listener import create_listener
from vico_listener.motion import ARKIT52
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

MAX_SPEED = np.radians(150.0)
MAX_ACCELERATION = np.radians(1500.0)
MAX_EXPRESSION_RATE = 6.0

SPEECH = synthetic_speech(3, 12.0)
FRAMES = speaker_frames(SPEECH)


@pytest.fixture(params=sorted(LISTENERS.own))
def listener(request: pytest.FixtureRequest) -> Listening:
    made = Listening(request.param)
    made.reset(portrait(), Attitude.POSITIVE)
    return made


def portrait() -> FaceMotion:
    expression = np.random.default_rng(0).uniform(0.0, 0.15, ARKIT52.size)
    return FaceMotion(expression.astype(np.float32))


def flat(motion: FaceMotion) -> np.ndarray:
    return np.concatenate([motion.rotation, motion.translation, motion.expression])


def listen(listener: Listening, frames: list) -> np.ndarray:
    return np.array([flat(listener.step(frame)) for frame in frames])


def assert_smooth(motion: np.ndarray) -> None:
    """No jump: rotation and expression stay within the limits of a head and a face."""
    rotation, expression = motion[:, :3], motion[:, 6:]
    assert np.abs(np.diff(rotation, axis=0)).max() * MODEL_RATE < MAX_SPEED
    assert np.abs(np.diff(rotation, 2, axis=0)).max() * MODEL_RATE**2 < MAX_ACCELERATION
    assert np.abs(np.diff(expression, axis=0)).max() * MODEL_RATE < MAX_EXPRESSION_RATE


def test_unknown_name_lists_the_choices() -> None:
    with pytest.raises(ValueError, match=r"unknown listener 'nobody': choose one of .*rules"):
        create_listener('nobody')


def test_motion_has_the_right_form(listener: Listening) -> None:
    motion = listener.step(FRAMES[0])
    assert motion.basis is listener.listener.basis
    assert motion.expression.shape == (motion.basis.size,)
    assert motion.expression.dtype == motion.rotation.dtype == np.float32
    assert motion.rotation.shape == motion.translation.shape == motion.crop.shape == (3,)
    assert motion.confidence == 1.0


def test_expression_stays_in_range(listener: Listening) -> None:
    motion = listen(listener, FRAMES)
    assert motion[:, 6:].min() >= 0.0
    assert motion[:, 6:].max() <= 1.0


def test_starts_at_the_reference(listener: Listening) -> None:
    first = listener.step(FRAMES[0])
    assert np.abs(first.rotation).max() < np.radians(0.5)
    assert np.abs(first.expression - portrait().expression).max() < 0.05


def test_same_input_gives_the_same_bits(listener: Listening) -> None:
    once = listen(listener, FRAMES)
    listener.reset(portrait(), Attitude.POSITIVE)
    again = listen(listener, FRAMES)
    fresh = Listening(listener.listener.name)
    fresh.reset(portrait(), Attitude.POSITIVE)
    assert np.array_equal(once, again)
    assert np.array_equal(once, listen(fresh, FRAMES))


def test_what_was_answered_and_given_stays_as_it_is(listener: Listening) -> None:
    frame = speaker_frame(SPEECH, 40, speaker_face(40))
    given = np.concatenate([flat(frame.face), frame.acoustic])
    first = listener.step(frame)
    kept = flat(first)
    listener.step(FRAMES[1])
    assert np.array_equal(kept, flat(first))
    assert np.array_equal(given, np.concatenate([flat(frame.face), frame.acoustic]))


@pytest.mark.parametrize('attitude', list(Attitude))
def test_change_of_attitude_leaves_no_seam(listener: Listening, attitude: Attitude) -> None:
    motion = [listen(listener, FRAMES[:150])]
    listener.mood.attitude = attitude
    motion.append(listen(listener, FRAMES[150:170]))
    listener.mood.attitude = Attitude.NEUTRAL
    listener.mood.intensity = 0.2
    motion.append(listen(listener, FRAMES[170:]))
    assert_smooth(np.concatenate(motion))


def test_change_shows_within_half_a_second_and_is_done_after_about_one(listener: Listening) -> None:
    quiet = speaker_frames(silence(8.0), with_face=False)
    listen(listener, quiet[:90])
    before = flat(listener.step(quiet[90]))
    listener.mood.attitude = Attitude.NEGATIVE
    changed = listen(listener, quiet[91:])
    distance = np.abs(changed - before).max(axis=1)
    final = distance[-1]
    assert final > 0.2
    assert distance[14] > 0.1 * final
    assert distance[60] > 0.9 * final


def test_intensity_zero_is_a_calm_face(listener: Listening) -> None:
    listener.reset(portrait(), Attitude.POSITIVE, 0.0)
    motion = listen(listener, FRAMES)
    assert np.abs(motion[:, :3]).max() < 1e-6
    assert np.abs(motion[60:, 6:] - motion[60, 6:]).max() < 0.01


def test_intensity_scales(listener: Listening) -> None:
    full = listen(listener, FRAMES)
    listener.reset(portrait(), Attitude.POSITIVE, 0.5)
    half = listen(listener, FRAMES)
    assert 0.3 < half[60:, 1].std() / full[60:, 1].std() < 0.7


@pytest.mark.parametrize('part', ['acoustic', 'rotation', 'expression', 'translation'])
@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
def test_bad_numbers_count_as_invalid(listener: Listening, part: str, bad: float) -> None:
    twin = Listening(listener.listener.name)
    twin.reset(portrait(), Attitude.POSITIVE)
    for step in range(100, 260):
        frame = spoilt = flagged = speaker_frame(SPEECH, step, speaker_face(step))
        if 150 <= step < 165:
            if part == 'acoustic':
                spoilt = replace(frame, acoustic=np.full(ACOUSTIC_SIZE, bad, np.float32))
                flagged = replace(frame, audio_valid=False)
            else:
                numbers = getattr(frame.face, part).copy()
                numbers[-1] = bad
                spoilt = replace(frame, face=replace(frame.face, **{part: numbers}))
                flagged = replace(frame, face_valid=False)
        motion = flat(listener.step(spoilt))
        assert np.isfinite(motion).all()
        assert np.array_equal(motion, flat(twin.step(flagged)))


@pytest.mark.parametrize('missing', ['face', 'audio', 'both'])
def test_missing_input_coasts_without_a_jump_and_recovers(
    listener: Listening, missing: str
) -> None:
    motion = []
    for step, frame in enumerate(FRAMES):
        gone = 90 <= step < 210
        lost = speaker_frame(SPEECH, step, frame.face)
        if gone and missing != 'audio':
            lost = replace(lost, face=FaceMotion.missing(), face_valid=False)
        if gone and missing != 'face':
            lost = replace(
                lost, audio_valid=False, speaking=False, acoustic=np.zeros_like(lost.acoustic)
            )
        motion.append(flat(listener.step(lost)))
    assert_smooth(np.array(motion))
    # It lives on: the face or the voice that is back moves it again.
    assert np.abs(np.diff(np.array(motion)[240:, :3], axis=0)).max() > 1e-4
