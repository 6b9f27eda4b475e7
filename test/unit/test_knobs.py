"""Knobs and presets: what each scales, and that nothing changes while all are at 1."""

import numpy as np
import pytest
from made_faces import face_with
from synthetic_speaker import silence
from synthetic_speaker import speaker_frame
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.errors import SettingError
from vico_listener.frames import SpeakerFrame
from vico_listener.listener import LISTENERS
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.expression import EYES
from vico_listener.listener.expression import look
from vico_listener.listener.knobs import AS_USUAL
from vico_listener.listener.knobs import PRESETS
from vico_listener.listener.knobs import Knobs
from vico_listener.listener.knobs import TurnedKnobs
from vico_listener.listener.knobs import gained
from vico_listener.listener.performance import GestureRequest
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

FRAMES = speaker_frames(synthetic_speech(3, 40.0))
LIDS = [ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]
SIDES = [ARKIT_INDEX[name] for name in ('eyeLookOutLeft', 'eyeLookInLeft')]
listeners = pytest.mark.parametrize('name', sorted(LISTENERS.own))


def agent_of(name: str = 'rules', idle: bool = True, **knobs: float) -> ListeningAgent:
    agent = ListeningAgent.create(
        name, FaceMotion.neutral(), seed=3, idle=idle, attitude=Attitude.POSITIVE
    )
    agent.set_knobs(**knobs)
    return agent


def run(agent: ListeningAgent, frames: list[SpeakerFrame] = FRAMES) -> np.ndarray:
    """(T, 58) pose and expression."""
    faces = [motion.face for frame in frames if (motion := agent.step(frame)) is not None]
    return np.array([[*f.rotation, *f.translation, *f.expression] for f in faces])


def decided(agent: ListeningAgent, frames: list[SpeakerFrame] = FRAMES) -> list[str]:
    """Return the kinds of the gestures that an agent decides on."""
    kinds = []
    for frame in frames:
        agent.step(frame)
        kinds += [event.kind for event in agent.events]
    return kinds


@listeners
def test_knobs_at_one_change_nothing(name: str) -> None:
    np.testing.assert_array_equal(run(agent_of(name)), run(agent_of(name, head_gain=1.0, gaze=1.0)))


@listeners
def test_no_head_gain_keeps_the_head_still_and_the_face_alive(name: str) -> None:
    still, usual = run(agent_of(name, head_gain=0.0)), run(agent_of(name))
    assert np.abs(still[:, :6]).max() == 0.0
    assert np.abs(usual[:, 1]).max() > np.radians(3.0)
    face = np.ones(52, bool)
    face[EYES] = False
    np.testing.assert_allclose(still[:, 6:][:, face], usual[:, 6:][:, face], atol=1e-6)


@listeners
def test_the_eyes_keep_on_the_person_whatever_the_head_does(name: str) -> None:
    """Without an idle layer the listener looks at the person, but for its glances."""
    for gain in (0.0, 0.5, 1.5):
        agent = agent_of(name, idle=False, head_gain=gain)
        path = run(agent)
        left = (path[:, 6 + SIDES[0]] - path[:, 6 + SIDES[1]]) * np.radians(30.0)
        np.testing.assert_allclose(left + path[:, 2], 0.0, atol=1e-4)


def test_gaze_scales_how_far_the_eyes_wander() -> None:
    quiet = speaker_frames(silence(20.0))

    def wander(gaze: float) -> float:
        path = run(agent_of(idle=True, gaze=gaze), quiet[:150])
        left = (path[:, 6 + SIDES[0]] - path[:, 6 + SIDES[1]]) * np.radians(30.0)
        return float(np.std(left + path[:, 2]))

    assert wander(0.0) < 1e-4
    assert wander(0.5) == pytest.approx(0.5 * wander(1.0), rel=0.15)


@listeners
def test_no_face_gain_leaves_blinks_alone(name: str) -> None:
    path = run(agent_of(name, face_gain=0.0))[150:, 6:]
    shown = np.ptp(path, axis=0)
    assert shown[LIDS].min() > 0.5
    rest = ~EYES
    rest[LIDS] = False
    assert shown[rest].max() < 1e-4


@listeners
def test_the_gesture_rate_scales_how_often_gestures_are_made(name: str) -> None:
    minutes = speaker_frames(synthetic_speech(5, 150.0))
    none, few, usual = (
        sum(kind != 'smile' for kind in decided(agent_of(name, False, gesture_rate=rate), minutes))
        for rate in (0.0, 0.4, 1.0)
    )
    assert none == 0
    # A dozen is expected, by chance from six on.
    assert 0.2 * usual < few < 0.6 * usual


def test_mimicry_scales_what_is_returned() -> None:
    turned = face_with(rotation=np.array([0.25, 0.0, 0.0]))
    quiet = silence(8.0)
    frames = [speaker_frame(quiet, i, face_with()) for i in range(60)]
    frames += [speaker_frame(quiet, i, turned) for i in range(60, 100)]
    rolls = [run(agent_of(idle=False, mimicry=m), frames)[-1, 0] for m in (0.0, 0.5, 1.0)]
    half, whole = np.subtract(rolls[1:], rolls[0])  # without the head's own bearing
    assert abs(whole) > 0.02
    assert half == pytest.approx(0.5 * whole, rel=0.05)


def test_a_gesture_on_command_is_as_large_as_asked() -> None:
    agent = agent_of(idle=False, head_gain=0.0)
    run(agent, FRAMES[:10])
    agent.gesture(GestureRequest('nod'))
    assert np.degrees(run(agent, FRAMES[10:60])[:, 1].max()) > 4.0


def test_what_is_not_shown_is_not_told() -> None:
    assert 'nod' in decided(agent_of())
    assert not {'nod', 'shake', 'beat'} & set(decided(agent_of(head_gain=0.0)))
    agent, small = agent_of(), agent_of(head_gain=0.5)
    sizes: list[list[float]] = [[], []]
    for frame in FRAMES:
        for number, one in enumerate((agent, small)):
            one.step(frame)
            sizes[number] += [event.size for event in one.events if event.kind == 'nod']
    np.testing.assert_allclose(sizes[1], 0.5 * np.array(sizes[0]))


def test_presets_and_knobs_multiply() -> None:
    knobs = TurnedKnobs(Preset.CALM, Knobs(head_gain=0.5))
    assert knobs.step().head_gain == pytest.approx(0.5 * PRESETS[Preset.CALM].head_gain)
    assert Knobs(head_gain=1.5).times(Knobs(head_gain=1.8)).head_gain == 2.0
    assert PRESETS[Preset.ATTENTIVE] == AS_USUAL


def test_knobs_follow_within_a_second_and_return_to_where_they_were() -> None:
    knobs = TurnedKnobs()
    assert knobs.step() is AS_USUAL
    knobs.own = Knobs(gaze=0.0)
    followed = [knobs.step().gaze for _ in range(35)]
    assert all(np.diff(followed) < 0.0) and 0.0 <= followed[-1] < 0.03
    knobs.own = AS_USUAL
    assert [knobs.step().gaze for _ in range(60)][-1] == pytest.approx(1.0, abs=1e-3)
    knobs.reset()
    assert knobs.step() is AS_USUAL


def test_the_gaze_of_a_turned_head_is_taken_back_before_it_is_turned_on() -> None:
    """No coefficient of an eye is active in both directions at once."""
    motion = FaceMotion(look(-0.2, 0.1).astype(np.float32), np.array([0.0, 0.1, 0.2], np.float32))
    face = gained(motion, FaceMotion.neutral(), Knobs(head_gain=0.0))
    assert np.abs(face.expression).max() < 1e-6
    face = gained(motion, FaceMotion.neutral(), Knobs(head_gain=2.0))
    np.testing.assert_allclose(face.expression, look(-0.4, 0.2), atol=1e-6)


def test_a_face_of_another_basis_is_scaled_about_its_reference() -> None:
    numbers = np.full(3, 0.2, np.float32)
    rest = FaceMotion(np.zeros(64, np.float32), numbers, numbers, numbers, basis=BFM64)
    moved = FaceMotion(np.ones(64, np.float32), *[3 * numbers] * 3, basis=BFM64)
    face = gained(moved, rest, Knobs(head_gain=0.5, face_gain=0.25))
    np.testing.assert_allclose(face.rotation, 0.4, atol=1e-6)
    np.testing.assert_allclose(face.expression, 0.25)
    np.testing.assert_array_equal(face.crop, moved.crop)


@pytest.mark.parametrize('state', ConversationState)
def test_every_preset_stays_in_range_in_every_state(state: ConversationState) -> None:
    for preset in Preset:
        agent = agent_of(face_gain=2.0)
        agent.set_knobs(preset)
        agent.set_state(state)
        path = run(agent, FRAMES[:200])
        assert np.isfinite(path).all()
        assert path[:, 6:].min() >= 0.0 and path[:, 6:].max() <= 1.0


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        ({'head_gain': 2.1}, 'head_gain must be a number between 0.0 and 2.0, not 2.1'),
        ({'gaze': float('nan')}, 'gaze must be a number between'),
        ({'mimicry': True}, 'mimicry must be a number between'),
        ({'nods': 1.0}, "unknown knob 'nods': choose one of head_gain, face_gain"),
    ],
    ids=['too much', 'no number', 'a switch', 'unknown'],
)
def test_what_cannot_be_set_is_refused(values: dict[str, float], message: str) -> None:
    agent = agent_of()
    with pytest.raises(SettingError, match=message):
        agent.set_knobs(Preset.CALM, **values)
    assert agent.knobs == AS_USUAL and agent.preset is Preset.ATTENTIVE
