"""Conversation states: what each shows, and that none begins or ends with a jump."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.frames import SpeakerFrame
from vico_listener.listener import LISTENERS
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.conversation import Conversation
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.listener.expression import EYES
from vico_listener.listener.expression import calm_face
from vico_listener.listener.expression import smile_of
from vico_listener.listener.own_voice import OwnVoice
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.perception.mute import Mute

LISTENING, THINKING, SPEAKING, AWAY = ConversationState
MAX_SPEED, MAX_ACCELERATION = np.radians(100.0), np.radians(1000.0)
"""Limits of the head, rad per s and s^2."""
MAX_RATE, MAX_CHANGE_OF_RATE = 4.0, 60.0
"""Limits of what the face shows, per s and s^2."""
MAX_EYE_RATE, MAX_EYE_CHANGE = 13.0, 400.0
"""Those of the eyes, whose coefficients are 1 at 30 deg: 390 deg/s."""
SIDES = [ARKIT_INDEX[name] for name in ('eyeLookOutLeft', 'eyeLookInLeft')]
LIDS = np.array([name.startswith('eyeBlink') for name in ARKIT_INDEX])
FRAMES = speaker_frames(synthetic_speech(3, 14.0))


def agent_of(name: str = 'rules', idle: bool = False) -> ListeningAgent:
    return ListeningAgent.create(
        name, FaceMotion.neutral(), seed=3, idle=idle, attitude=Attitude.POSITIVE
    )


def run(agent: ListeningAgent, frames: list[SpeakerFrame]) -> np.ndarray:
    """(T, 58) pose and expression."""
    faces = [motion.face for frame in frames if (motion := agent.step(frame)) is not None]
    return np.array([[*f.rotation, *f.translation, *f.expression] for f in faces])


def assert_no_jump(path: np.ndarray) -> None:
    """Velocity and acceleration of every coefficient are bounded."""
    for part, speed, acceleration in (
        (path[:, :3], MAX_SPEED, MAX_ACCELERATION),
        (path[:, 3:6], 0.3, 3.0),
        (path[:, 6:][:, ~EYES], MAX_RATE, MAX_CHANGE_OF_RATE),
        (path[:, 6:][:, EYES], MAX_EYE_RATE, MAX_EYE_CHANGE),
    ):
        assert np.abs(np.diff(part, axis=0)).max() * MODEL_RATE < speed
        assert np.abs(np.diff(part, 2, axis=0)).max() * MODEL_RATE**2 < acceleration


def gaze_yaw(path: np.ndarray) -> np.ndarray:
    """The gaze to the listener's left in space, rad."""
    return (path[:, 6 + SIDES[0]] - path[:, 6 + SIDES[1]]) * EYE_RANGE + path[:, 2]


@pytest.mark.parametrize('name', sorted(LISTENERS.own))
@pytest.mark.parametrize(('before', 'after'), permutations(ConversationState, 2))
def test_no_pair_of_states_leaves_a_seam(
    name: str, before: ConversationState, after: ConversationState
) -> None:
    agent = agent_of(name)
    path = [run(agent, FRAMES[:60])]
    agent.set_state(before)
    path.append(run(agent, FRAMES[60:160]))
    agent.set_state(after)
    path.append(run(agent, FRAMES[160:250]))
    agent.set_state(before)  # and back, in the midst of it
    path.append(run(agent, FRAMES[250:]))
    assert_no_jump(np.concatenate(path))


@pytest.mark.parametrize('name', sorted(LISTENERS.own))
@pytest.mark.parametrize('state', ConversationState)
def test_knobs_that_are_turned_leave_no_seam(name: str, state: ConversationState) -> None:
    """Also in the midst of a nod, and while a state that was just set eases in."""
    agent = agent_of(name, idle=True)
    frames = FRAMES + FRAMES
    path = [run(agent, FRAMES[: nodding(agent_of(name))])]
    agent.set_state(state)
    for number, values in enumerate(
        ({'head_gain': 0.0, 'face_gain': 0.0}, {'head_gain': 1.6, 'gaze': 0.0}, {'face_gain': 1.5})
    ):
        agent.set_knobs(**values)
        path.append(run(agent, frames[len(np.concatenate(path)) :][: 20 + 30 * number]))
    for preset in Preset:
        agent.set_knobs(preset, head_gain=1.0, face_gain=1.0, gaze=1.0)
        path.append(run(agent, frames[len(np.concatenate(path)) :][:40]))
    # Blinks and saccades of the idle layer are as fast as ever.
    moved = np.concatenate(path)
    moved[:, 6:][:, EYES | LIDS] = 0.0
    assert_no_jump(moved)


def test_a_state_that_flaps_leaves_no_seam() -> None:
    agent = agent_of()
    path = []
    for number, frame in enumerate(FRAMES[:300]):
        agent.conversation.voice.tell(number > 60 and bool(number * 20 // MODEL_RATE % 2))
        path.append(run(agent, [frame]))
    assert_no_jump(np.concatenate(path))


def test_listening_changes_nothing() -> None:
    conversation, motion = Conversation(), FaceMotion.neutral()
    for frame in FRAMES[:30]:
        conversation.perceive(frame)
        assert conversation.apply(motion, FaceMotion.neutral()) is motion
        assert conversation.share == 1.0


def test_whatever_binds_the_gaze_binds_it_together() -> None:
    agent = agent_of()
    agent.listener.attention = 0.3
    assert agent._attention() == 0.3
    agent.conversation.share = 0.5
    assert agent._attention() == pytest.approx(1.0 - 0.7 * 0.5)
    agent._performer.attention = 0.2
    assert agent._attention() == pytest.approx(1.0 - 0.7 * 0.5 * 0.8)


def nodding(agent: ListeningAgent) -> int:
    """Step until the head is deep in a nod; return the number of frames."""
    for number, frame in enumerate(FRAMES):
        if abs(run(agent, [frame])[0, 1]) > np.radians(2.5):
            return number + 1
    raise AssertionError('it never nods')


def test_a_nod_ends_within_three_tenths_of_a_second_of_speaking_and_none_follows() -> None:
    agent, listening = agent_of(), agent_of()
    begun = nodding(agent)
    run(listening, FRAMES[:begun])
    agent.set_state(SPEAKING)
    pitch = np.abs(run(agent, FRAMES[begun:])[:, 1])
    assert pitch[9:].max() < np.radians(0.4)
    assert pitch[20:].max() < np.radians(0.01)
    # There was something to end.
    assert np.abs(run(listening, FRAMES[begun:])[9:, 1]).max() > np.radians(2.0)


def test_the_face_eases_to_the_calm_one_while_speaking() -> None:
    """A portrait that smiles with an open mouth does not smile throughout a conversation."""
    smiling = np.zeros(52, np.float32)
    smiling[[ARKIT_INDEX['mouthSmileLeft'], ARKIT_INDEX['mouthSmileRight']]] = 0.8
    smiling[ARKIT_INDEX['jawOpen']] = 0.3
    calm = calm_face(smiling)
    agent = ListeningAgent.create('rules', FaceMotion(smiling), seed=3, idle=False)
    run(agent, FRAMES[:120])
    agent.set_state(SPEAKING)
    face = run(agent, FRAMES[120:])[45:, 6:]
    assert np.abs(face - calm)[:, ~EYES].max() < 0.02
    assert smile_of(face[-1]) < 0.25


def test_who_speaks_looks_at_the_person_and_away() -> None:
    away = []
    for seed in range(4):
        agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=seed, idle=False)
        agent.set_state(SPEAKING)
        yaw = np.degrees(gaze_yaw(run(agent, speaker_frames(silence(60.0)))))
        away.append(np.abs(yaw) > 5.0)
        assert 8.0 < np.abs(yaw).max() < 17.0
    looks = np.sum(np.diff(np.array(away).astype(int), axis=1) == 1)
    assert 0.15 < np.mean(away) < 0.45
    assert 4 * 6 <= looks <= 4 * 12


def test_who_thinks_looks_aside_and_tilts_the_head_and_keeps_still() -> None:
    agent = agent_of()
    run(agent, FRAMES[:60])
    agent.set_state(THINKING)
    path = np.degrees(run(agent, FRAMES[60:])[60:, :3])
    assert np.abs(path[:, 0]).max() > 3.0 and np.abs(path[:, 2]).max() > 3.0
    assert path[:, 1].max() < 0.0  # the chin is up
    assert np.abs(np.diff(path, axis=0)).max() * MODEL_RATE < 20.0


def test_whoever_is_alone_looks_around() -> None:
    agent = agent_of()
    agent.set_state(AWAY)
    path = np.degrees(run(agent, speaker_frames(silence(40.0), with_face=False)))
    assert path[:, 2].max() > 5.0 and path[:, 2].min() < -5.0
    assert path[:, 2].max() < 17.0


def test_it_goes_on_perceiving_while_the_robot_speaks() -> None:
    """As soon as it listens again, it is where it would be if it had listened all the time."""
    agent, listening = agent_of('lstm'), agent_of('lstm')
    run(agent, FRAMES[:100])
    agent.set_state(SPEAKING)
    run(agent, FRAMES[100:250])
    agent.set_state(LISTENING)
    back = run(agent, FRAMES[250:])
    same = run(listening, FRAMES)[250:]
    assert np.abs(back - same)[0].max() > 0.02
    assert np.abs(back - same)[90:].max() < 0.01


def test_after_its_own_turn_it_is_not_bored_at_once() -> None:
    """The silence of the robot's turn is not the speaker's: no look around right after it."""

    def looks(talks: bool) -> float:
        agent = agent_of()
        quiet = speaker_frames(silence(20.0))
        run(agent, FRAMES[:60])
        agent.set_state(SPEAKING if talks else LISTENING)
        run(agent, quiet[:300])
        agent.set_state(LISTENING)
        return float(np.abs(gaze_yaw(run(agent, quiet[300:])))[30:130].max())

    assert looks(talks=True) < np.radians(3.0) < np.radians(5.0) < looks(talks=False)


def test_the_same_states_give_the_same_motion_and_a_reset_forgets() -> None:
    agents = agent_of(idle=True), agent_of(idle=True)
    paths = []
    for agent in agents:
        run(agent, FRAMES[:90])
        agent.set_state(SPEAKING)
        paths.append(run(agent, FRAMES[90:200]))
    np.testing.assert_array_equal(*paths)
    agents[0].set_state(LISTENING)
    agents[0].reset()
    np.testing.assert_array_equal(run(agents[0], FRAMES), run(agent_of(idle=True), FRAMES))


def test_a_head_that_is_started_while_it_speaks_does_so_from_the_start() -> None:
    agent = agent_of()
    agent.set_state(SPEAKING)
    assert np.abs(run(agent, FRAMES[:5])[:, 1]).max() < 1e-6


def test_a_face_of_another_basis_is_held_too() -> None:
    """Its pose is absolute, and rests at that of the reference."""
    conversation = Conversation()
    conversation.chosen = SPEAKING
    numbers = np.full(3, 0.2, np.float32)
    reference = FaceMotion(np.zeros(64, np.float32), numbers, numbers, numbers, basis=BFM64)
    moved = FaceMotion(np.ones(64, np.float32), *[3 * numbers] * 3, basis=BFM64)
    shown = [conversation.apply(moved, reference) for _ in range(60)]
    assert all(face.basis is BFM64 and face.is_finite() for face in shown)
    assert np.abs(shown[-1].expression).max() < 1e-3
    np.testing.assert_allclose(shown[-1].translation, 0.2, atol=1e-5)
    assert np.abs(shown[-1].rotation - 0.2).max() < 0.06  # a look away turns the head a little


@pytest.mark.parametrize(
    ('told', 'spoken'),
    [
        ([(0, True), (10, False)], [*range(10)]),
        ([(0, True)], [*range(30)]),
        ([(0, True), (20, True)], [*range(50)]),
    ],
    ids=['ended', 'never ended', 'repeated'],
)
def test_a_voice_is_held_until_it_ends_or_for_a_while(
    told: list[tuple[int, bool]], spoken: list[int]
) -> None:
    voice = OwnVoice()
    found = []
    for tick in range(90):
        for _, speaks in [item for item in told if item[0] == tick]:
            voice.tell(speaks, timeout=1.0)
        found += [tick] * voice.speaks
        voice.step()
    assert found == spoken
    assert voice.expired == (told[-1][1])


def test_the_echo_of_a_voice_outlasts_it() -> None:
    mute = Mute(tail=0.5)
    assert not mute.step()
    mute.tell(True)
    assert mute.step()
    mute.tell(False)
    assert [mute.step() for _ in range(17)] == [True] * 15 + [False] * 2


def test_a_voice_that_is_said_to_speak_for_ever_does_not_hold_the_listener() -> None:
    agent = agent_of()
    agent.conversation.voice.tell(True, timeout=2.0)
    run(agent, FRAMES[:59])
    assert agent.state is SPEAKING
    run(agent, FRAMES[59:61])
    assert agent.state is LISTENING


def alone(agent: ListeningAgent) -> None:
    agent.conversation.away_after = 3.0


def asked(agent: ListeningAgent) -> None:
    agent.conversation.away_after = 3.0
    agent.set_state(THINKING)


@pytest.mark.parametrize(('setting', 'expected'), [(alone, AWAY), (asked, THINKING)])
def test_nobody_there(
    setting: Callable[[ListeningAgent], None], expected: ConversationState
) -> None:
    """It notices that it is alone only where it listens, and only if it is to."""
    agent, plain = agent_of(), agent_of()
    setting(agent)
    nobody = speaker_frames(silence(4.0), with_face=False)
    for one in (agent, plain):
        run(one, nobody[:85])
    assert agent.state is not AWAY
    for one in (agent, plain):
        run(one, nobody[85:])
    assert agent.state is expected and plain.state is LISTENING
    run(agent, FRAMES[:1])
    assert agent.state is not AWAY


def test_an_unknown_state_lists_the_choices() -> None:
    with pytest.raises(
        SettingError,
        match="unknown conversation state 'asleep': choose one of listening, thinking, speaking, a",
    ):
        ConversationState.parse('asleep')
    assert ConversationState.parse(' Thinking ') is THINKING
