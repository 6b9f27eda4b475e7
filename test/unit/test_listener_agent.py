"""The listener as it runs: idle layer, fading in and out, bad numbers."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import ListenerMotion
from vico_listener.listener import LISTENERS
from vico_listener.listener import create_listener
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.idle import IdleLayer
from vico_listener.listener.personality import Personality
from vico_listener.listener.presence import Presence
from vico_listener.listener.traits import Traits
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.rotation import compose_rpy

LIDS = [ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]
LOOKS = [i for name, i in ARKIT_INDEX.items() if name.startswith('eyeLook')]


def run(agent: ListeningAgent, frames: list) -> list[ListenerMotion | None]:
    return [agent.step(frame) for frame in frames]


def speech(seconds: float = 6.0) -> list:
    return speaker_frames(synthetic_speech(3, seconds))


def turns(motions: list) -> np.ndarray:
    return np.degrees([m.face.rotation for m in motions])


def test_same_frames_same_motion_and_reset() -> None:
    agents = [ListeningAgent.create('rules', FaceMotion.neutral(), seed=5) for _ in range(2)]
    first, second = (turns(run(agent, speech())) for agent in agents)
    np.testing.assert_array_equal(first, second)
    agents[0].reset()
    np.testing.assert_array_equal(turns(run(agents[0], speech())), first)


@pytest.mark.parametrize('name', sorted(LISTENERS.own))
def test_a_frame_marked_reset_starts_anew(name: str) -> None:
    frames = speech()
    agents = [
        ListeningAgent.create(name, FaceMotion.neutral(), attitude=Attitude.POSITIVE)
        for _ in range(2)
    ]
    run(agents[0], speech())
    again = run(agents[0], [replace(frames[0], reset=True), *frames[1:]])
    fresh = run(agents[1], frames)
    assert [m.reset for m in again] == [True, *[False] * (len(frames) - 1)]
    assert (agents[0].intake.counters.resets, agents[1].intake.counters.resets) == (1, 0)
    np.testing.assert_array_equal(turns(again), turns(fresh))
    np.testing.assert_array_equal(
        [m.face.expression for m in again], [m.face.expression for m in fresh]
    )


@pytest.mark.parametrize('name', sorted(LISTENERS.own))
def test_with_one_seed_no_two_attitudes_or_people_move_alike(name: str) -> None:
    """Else three listeners beside each other are one puppet with three masks."""
    frames = speech()
    shown = []
    who = [*((attitude, None) for attitude in Attitude), (Attitude.POSITIVE, 1)]
    for attitude, person in who:
        agent = ListeningAgent.create(name, FaceMotion.neutral(), 3, person, attitude=attitude)
        faces = np.array([m.face.expression for m in run(agent, frames) if m is not None])
        shown.append((faces[:, LIDS].sum(axis=1) > 1.0, faces[:, LOOKS]))
    for (lids, eyes), (other_lids, other_eyes) in combinations(shown, 2):
        assert np.flatnonzero(lids).tolist() != np.flatnonzero(other_lids).tolist()
        shifts, others = (np.abs(np.diff(e, axis=0)).sum(axis=1) for e in (eyes, other_eyes))
        assert np.corrcoef(shifts, others)[0, 1] < 0.3


def test_a_smiling_portrait_eases_into_what_the_listener_does() -> None:
    smiles = [ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]
    portrait = np.zeros(52, np.float32)
    portrait[smiles] = 0.9
    agent = ListeningAgent.create('rules', FaceMotion(portrait), attitude=Attitude.NEGATIVE)
    smile = np.array([m.face.expression[smiles].mean() for m in run(agent, speech(3.0)) if m])
    assert smile[round(0.5 * MODEL_RATE)] > 0.6
    assert smile[round(1.5 * MODEL_RATE)] < 0.3
    assert smile[round(2.5 * MODEL_RATE) :].max() < 0.15


def test_a_personality_is_seen_in_the_idle_layer() -> None:
    frames = speech(20.0)
    blinks, unrest = [], []
    for traits in (Traits(blink_pause=0.5, unrest=1.5), Traits(blink_pause=2.0, unrest=0.5)):
        listener = create_listener('rules', personality=Personality(traits=traits))
        agent = ListeningAgent(listener, FaceMotion.neutral(), IdleLayer(3))
        motions = run(agent, frames)
        lids = [m.face.expression[LIDS[0]] > 0.5 for m in motions]
        blinks.append(np.count_nonzero(np.diff(lids)))
        unrest.append(np.abs(np.diff(turns(motions)[:, 0])).mean())
    assert blinks[0] > 2 * blinks[1]
    assert unrest[0] > 1.5 * unrest[1]


@pytest.mark.parametrize('name', sorted(LISTENERS.own))
def test_no_two_starts_are_alike_unless_the_seed_is_given(name: str) -> None:
    """A camera's first frame has another stamp every time; that of a recording never changes."""

    def start(seed: int | None, first_stamp: int) -> tuple[int | None, np.ndarray]:
        agent = ListeningAgent.create(
            name, FaceMotion.neutral(), seed=seed, attitude=Attitude.POSITIVE
        )
        agent.warm_up()
        assert agent.seed == seed
        stamped = [replace(frame, stamp=first_stamp + frame.stamp) for frame in speech()]
        motions = run(agent, stamped)
        faces = np.array([m.face.expression for m in motions if m is not None])
        return agent.seed, np.hstack([turns(motions), faces])

    recorded, again, live = start(None, 0), start(None, 0), start(None, 1)
    assert recorded[0] == again[0] != live[0]
    np.testing.assert_array_equal(recorded[1], again[1])
    assert np.abs(recorded[1] - live[1])[:, :3].max() > 0.3
    np.testing.assert_array_equal(start(recorded[0], 0)[1], recorded[1])
    np.testing.assert_array_equal(start(4, 0)[1], start(4, 1)[1])


def test_warm_up_leaves_no_trace() -> None:
    cold = ListeningAgent.create('rules', FaceMotion.neutral())
    warm = ListeningAgent.create('rules', FaceMotion.neutral())
    warm.warm_up()
    np.testing.assert_array_equal(turns(run(cold, speech())), turns(run(warm, speech())))
    assert warm.intake.counters.steps == cold.intake.counters.steps


@pytest.mark.parametrize('change', ['attitude', 'intensity', 'active'])
def test_changes_fade_without_a_jump(change: str) -> None:
    agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=1)
    agent.set_attitude(Attitude.POSITIVE, 1.0)
    frames = speech(8.0)
    before = run(agent, frames[:120])
    if change == 'attitude':
        agent.set_attitude(Attitude.NEGATIVE)
    elif change == 'intensity':
        agent.set_attitude(intensity=0.0)
    else:
        agent.set_active(False)
    after = [m for m in run(agent, frames[120:]) if m is not None]
    path = turns(before + after)
    speed = np.abs(np.diff(path, axis=0)) * 30
    assert speed.max() < 100.0
    around = np.abs(np.diff(path[115:130], n=2, axis=0)) * 900
    assert around.max() < 700.0


def test_inactive_ends_at_the_reference_and_comes_back() -> None:
    expression = np.zeros(52, np.float32)
    expression[3] = 0.4
    reference = FaceMotion(expression)
    agent = ListeningAgent.create('rules', reference)
    run(agent, speech(3.0))
    agent.set_active(False)
    motions = run(agent, speech(3.0))
    shown = [m for m in motions if m is not None]
    assert 28 <= len(shown) <= 33 and motions[-1] is None
    np.testing.assert_allclose(shown[-1].face.expression, reference.expression, atol=1e-6)
    np.testing.assert_allclose(shown[-1].face.rotation, 0.0, atol=1e-6)
    agent.set_active(True)
    back = run(agent, speech(3.0))
    assert all(m is not None and m.active for m in back)
    assert np.abs(np.diff(turns([shown[-1], *back]), axis=0)).max() * 30 < 60.0


def test_bad_numbers_are_counted_and_do_no_harm() -> None:
    agent = ListeningAgent.create('rules', FaceMotion.neutral())
    frames = speech(1.0)
    frames[5] = replace(frames[5], acoustic=np.full(45, np.nan, np.float32))
    away = np.array([np.inf, 0.0, 0.0], np.float32)
    frames[6] = replace(frames[6], face=replace(FaceMotion.neutral(), translation=away))
    motions = run(agent, frames)
    assert agent.intake.counters.invalid_frames == 2
    assert all(m is not None and m.face.is_finite() for m in motions)


def test_unknown_listener_is_named() -> None:
    with pytest.raises(ValueError, match="unknown listener 'oracle': choose one of .*rules"):
        ListeningAgent.create('oracle', FaceMotion.neutral())


def test_a_foreign_face_or_audio_is_left_out_and_named() -> None:
    agent = ListeningAgent.create('rules', FaceMotion.neutral())
    frames = speech(1.0)
    frames[5] = replace(frames[5], acoustics='vico_release')
    frames[6] = replace(frames[6], face=FaceMotion.neutral(BFM64), face_valid=True)
    run(agent, frames[:6])
    assert agent.intake.counters.foreign_frames == 1
    assert 'the acoustic features are vico_release' in agent.intake.mismatch
    run(agent, frames[6:])
    assert agent.intake.counters.foreign_frames == 2
    assert frames[5].audio_valid and frames[6].face_valid  # others still see and hear them
    assert "the speaker's face is in the basis bfm64" in agent.intake.mismatch


def test_a_robot_moves_from_the_head_at_rest() -> None:
    """Where poses are absolute, the reference's own turn is none of the robot's."""
    rest, nod = np.array([0.05, -0.1, 0.3], np.float32), np.array([0.0, 0.2, 0.0])
    face = replace(FaceMotion.neutral(BFM64), rotation=compose_rpy(rest, nod).astype(np.float32))
    motion = ListenerMotion(0, 0, face, Attitude.NEUTRAL, 1.0, True, 'test', rest_rotation=rest)
    np.testing.assert_allclose(motion.head_rotation, nod, atol=1e-6)
    relative = ListenerMotion(0, 0, face, Attitude.NEUTRAL, 1.0, True, 'test')
    np.testing.assert_array_equal(relative.head_rotation, face.rotation)


def test_an_absolute_pose_fades_to_that_of_the_reference() -> None:
    def face(expression: float, pose: tuple[float, float, float]) -> FaceMotion:
        numbers = [np.full(3, value, np.float32) for value in pose]
        return FaceMotion(np.full(64, expression, np.float32), *numbers, basis=BFM64)

    reference, motion = face(0.0, (0.1, 2.0, 100.0)), face(1.0, (0.3, 4.0, 120.0))
    presence = Presence(seconds=1.0)
    presence.active = False
    faded = [presence.apply(motion, reference) for _ in range(30)]
    for array in ('expression', 'rotation', 'translation', 'crop'):
        start, rest = getattr(motion, array)[0], getattr(reference, array)[0]
        path = np.array([getattr(f, array)[0] for f in faded])
        assert path[14] == pytest.approx((start + rest) / 2, rel=1e-5)
        assert path[-1] == pytest.approx(rest, rel=1e-5)
