"""Gestures on command: what they look like, that they add, that they end without a jump."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ConversationState
from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.body import TIMELINE_SPAN
from vico_listener.listener.gestures import Kind
from vico_listener.listener.performance import KINDS
from vico_listener.listener.performance import SIZES
from vico_listener.listener.performance import GestureRequest
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

QUIET = speaker_frames(silence(12.0))
TALK = speaker_frames(synthetic_speech(3, 12.0))
AXIS = {'nod': 1, 'beat': 1, 'shake': 2, 'glance': 2}


def agent_of(idle: bool = False) -> ListeningAgent:
    return ListeningAgent.create(
        'rules', FaceMotion.neutral(), seed=3, idle=idle, attitude=Attitude.POSITIVE
    )


def run(agent: ListeningAgent, frames: list[SpeakerFrame]) -> np.ndarray:
    """(T, 55) rotation and expression."""
    faces = [motion.face for frame in frames if (motion := agent.step(frame)) is not None]
    return np.array([[*f.rotation, *f.expression] for f in faces])


def added(request: GestureRequest, cancel_at: int | None = None) -> np.ndarray:
    """(T, 3) what a gesture adds to the rotation of a listener that talks to somebody, rad."""
    agent, plain = agent_of(), agent_of()
    run(agent, TALK[:90])
    run(plain, TALK[:90])
    performance = agent.gesture(request)
    path = []
    for tick, frame in enumerate(TALK[90:]):
        if tick == cancel_at:
            performance.cancel()
        path.append(run(agent, [frame])[0])
    return (np.array(path) - run(plain, TALK[90:]))[:, :3]


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('size', [0.25, 1.0, 2.0])
def test_a_gesture_is_added_in_its_size_and_ends_where_it_began(kind: str, size: float) -> None:
    path = added(GestureRequest(kind, size))
    request = GestureRequest(kind, size)
    curve = request.gesture().curve()
    if kind != 'glance':
        shown = path[: len(curve), AXIS[kind]]
        np.testing.assert_allclose(shown, curve, atol=1e-6)
    else:
        assert np.abs(path[:, 2]).max() == pytest.approx(size * np.radians(2.5), rel=0.01)
    assert np.abs(path[round(request.seconds * MODEL_RATE) :]).max() < 1e-6
    assert np.abs(np.diff(path, 2, axis=0)).max() * MODEL_RATE**2 < np.radians(1500.0)


def test_how_often_and_how_fast_and_to_which_side() -> None:
    def turns(request: GestureRequest) -> int:
        speed = np.diff(request.gesture().curve()[: -int(0.7 * MODEL_RATE)])
        return int(np.sum(np.diff(np.sign(speed)) != 0))

    assert [turns(GestureRequest('nod', cycles=n)) for n in (1, 2, 3)] == [1, 3, 5]
    slow, fast = (GestureRequest('nod', speed=s).seconds for s in (0.5, 1.0))
    assert slow > fast
    left, right = (GestureRequest('shake', side=s).gesture().curve() for s in ('left', 'right'))
    np.testing.assert_array_equal(left, -right)
    assert left[:10].max() > 0.0


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('at', [0, 4, 9, 15, 30])
def test_a_gesture_can_be_cancelled_at_any_time_without_a_jump(kind: str, at: int) -> None:
    path = added(GestureRequest(kind, SIZES[1]), cancel_at=at)
    assert np.abs(path[at + 10 :]).max() < np.radians(1.0)
    assert np.abs(path[at + 18 :]).max() < 1e-6
    assert np.abs(np.diff(path, axis=0)).max() * MODEL_RATE < np.radians(120.0)
    assert np.abs(np.diff(path, 2, axis=0)).max() * MODEL_RATE**2 < np.radians(1900.0)


def test_its_progress_and_its_end_are_told() -> None:
    agent = agent_of()
    performance = agent.gesture(GestureRequest.parse('nod 2'))
    assert (performance.progress, performance.outcome) == (0.0, '')
    seconds = performance.remaining
    run(agent, QUIET[: round(seconds * MODEL_RATE / 2)])
    assert 0.4 < performance.progress < 0.6 and not performance.outcome
    run(agent, QUIET[: round(seconds * MODEL_RATE / 2) + 1])
    assert performance.outcome == 'done' and performance.progress > 0.99
    assert performance.played == pytest.approx(seconds, abs=0.04)
    agent.gesture(GestureRequest('shake'))  # and the next one may begin


def test_the_eyes_stay_on_the_person_meanwhile() -> None:
    agent, plain = agent_of(idle=True), agent_of(idle=True)
    agent.gesture(GestureRequest('nod', 2.0))
    one, other = run(agent, QUIET[:40]), run(plain, QUIET[:40])
    assert np.abs(one - other)[:, 3:].max() > 0.1  # they turn against the head


def test_it_nods_also_while_it_speaks() -> None:
    agent = agent_of()
    agent.set_state(ConversationState.SPEAKING)
    run(agent, TALK[:60])
    agent.gesture(GestureRequest('nod'))
    assert np.ptp(run(agent, TALK[60:120])[:, 1]) > np.radians(4.0)


def test_two_at_once_are_refused() -> None:
    agent = agent_of()
    first = agent.gesture(GestureRequest('nod'))
    with pytest.raises(UnavailableError, match=r'a nod is still performed for 1\.\d s: wait'):
        agent.gesture(GestureRequest('shake'))
    first.cancel()
    run(agent, QUIET[:20])
    assert first.outcome == 'cancelled'
    agent.gesture(GestureRequest('shake'))


def test_a_listener_that_is_released_refuses_and_ends_what_it_plays() -> None:
    agent = agent_of()
    performance = agent.gesture(GestureRequest('nod', cycles=4))
    run(agent, QUIET[:5])
    agent.set_active(False)
    with pytest.raises(UnavailableError, match=r'the listener is not active'):
        agent.gesture(GestureRequest('nod'))
    run(agent, QUIET[:40])
    assert performance.outcome == 'the listener was released'


def test_a_stream_that_begins_again_ends_it() -> None:
    agent = agent_of()
    performance = agent.gesture(GestureRequest('nod'))
    run(agent, QUIET[:5])
    run(agent, [replace(QUIET[0], reset=True)])
    assert performance.outcome == 'the stream began again'


def test_a_gesture_that_was_asked_for_before_the_first_frame_is_played() -> None:
    """The first frame gives the seed, with which everything else begins anew."""
    agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=None, idle=False)
    performance = agent.gesture(GestureRequest('nod'))
    agent.set_attitude(Attitude.NEGATIVE)
    path = run(agent, TALK[:70])
    assert performance.outcome == 'done'
    assert np.ptp(path[:, 1]) > np.radians(4.0)


def test_a_head_of_another_basis_nods_too() -> None:
    from vico_listener.listener.performance import Performer

    performer = Performer()
    performer.begin(GestureRequest('nod'))
    face = FaceMotion(np.zeros(64, np.float32), basis=BFM64)
    pitch = [performer.step(face).rotation[1] for _ in range(20)]
    assert np.ptp(pitch) > np.radians(4.0)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', "unknown gesture '': choose one of nod, shake, beat, glance, as KIND"),
        ('wave', "unknown gesture 'wave': choose one of nod, shake, beat, glance"),
        ('nod 9', 'the cycles of a gesture must be a whole number between 0 and 5, not 9'),
        ('nod -1', 'the cycles of a gesture must be a whole number between 0 and 5, not -1'),
        ('nod 1.5', "gesture 'nod 1.5': a value is not a number"),
        ('nod size=3', 'the size of a gesture must be a number between 0.25 and 2.0, not 3.0'),
        ('nod size=nan', 'the size of a gesture must be a number between 0.25 and 2.0, not nan'),
        ('nod speed=9', 'the speed of a gesture must be a number between 0.5 and 1.25, not 9.0'),
        ('nod 2 3', "'3' is not understood; write KIND"),
        ('nod depth=3', "'depth=3' is not understood; write KIND"),
        ('shake side=up', "the side of a gesture is left or right, not 'up'"),
        ('nod side=left', 'a nod has no side'),
        ('glance 2', 'a glance has one cycle, and no speed'),
        (
            'shake 5 speed=0.5',
            r'this shake would take \d+\.\d s, but at most 6 s are possible: ask for fewer',
        ),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        GestureRequest.parse(text)


def test_a_text_says_the_same_as_the_numbers() -> None:
    parsed = GestureRequest.parse(' Shake 2 size=0.5 speed=0.8 side=right ')
    assert parsed == GestureRequest('shake', 0.5, 2, 0.8, 'right')
    assert set(KINDS.values()) == set(Kind)
    longest = GestureRequest('nod', cycles=5, speed=0.5)
    assert longest.seconds <= TIMELINE_SPAN


def test_decisions_are_told_before_they_show_and_only_if_they_do() -> None:
    agent = agent_of()
    told, pitch = [], []
    for frame in TALK:
        pitch.append(run(agent, [frame])[0, 1])
        told += agent.events
    nods = [event for event in told if event.kind == 'nod']
    assert len(nods) >= 2 and {event.cue for event in nods} <= {'pause', 'speech', 'nod', 'mood'}
    stamps = [frame.stamp for frame in TALK]
    for event in nods:
        assert event.stamp in stamps and event.onset > event.stamp
        begin = np.searchsorted(stamps, event.onset)
        during = pitch[begin : begin + round(event.duration * MODEL_RATE)]
        if len(during) > 20:
            assert np.ptp(during) > 0.5 * event.size
    agent.set_state(ConversationState.SPEAKING)
    silent = []
    for frame in TALK:
        run(agent, [frame])
        silent += agent.events
    assert silent == []
    agent.gesture(GestureRequest('shake', side='right'))
    run(agent, TALK[:1])
    (event,) = agent.events
    assert (event.kind, event.cue, event.size < 0.0) == ('shake', 'command', True)
    run(agent, TALK[:1])
    assert agent.events == ()
