"""At the end of a turn the listener is ready: chin up, brows up, gaze on the person, no nods."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_speaker import silence
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.choices import ConversationState
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.listener.readiness import CHIN
from vico_listener.listener.turn_end import TurnState
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

BROW = ARKIT_INDEX['browInnerUp']
UP, DOWN = ARKIT_INDEX['eyeLookUpLeft'], ARKIT_INDEX['eyeLookDownLeft']


def talk(seconds: float, pause: float, again: float = 0.0) -> list[SpeakerFrame]:
    """Speech, silence and, if wanted, speech again."""
    frames = [*speaker_frames(synthetic_speech(3, seconds))]
    frames += speaker_frames(silence(pause))
    if again:
        frames += speaker_frames(synthetic_speech(4, again))
    return [replace(f, index=k, stamp=k * 33_333_333, reset=k == 0) for k, f in enumerate(frames)]


def agent(name: str = 'rules', idle: bool = False) -> ListeningAgent:
    return ListeningAgent.create(name, FaceMotion.neutral(), seed=1, idle=idle)


def listen(who: ListeningAgent, frames: list[SpeakerFrame]) -> list[ListenerMotion]:
    return [motion for frame in frames if (motion := who.step(frame)) is not None]


def unready(who: ListeningAgent) -> ListeningAgent:
    """The same listener, which is never ready but for its nods."""
    who._readiness.step = lambda motion, *_: motion
    return who


def test_a_finished_turn_raises_chin_and_brows_and_keeps_the_eyes_on_the_person() -> None:
    frames = talk(6.0, 3.0)
    shown, plain = listen(agent(), frames), listen(unready(agent()), frames)
    end = slice(round(8.2 * 30), round(9.0 * 30))
    turn = np.array([a.face.rotation - b.face.rotation for a, b in zip(shown, plain, strict=True)])
    face = np.array(
        [a.face.expression - b.face.expression for a, b in zip(shown, plain, strict=True)]
    )
    assert turn[end, 1] == pytest.approx(-CHIN, abs=0.1 * CHIN)  # positive is down
    assert not turn[:, [0, 2]].any() and not turn[: round(2.0 * 30)].any()
    assert face[end, BROW].min() > 0.15
    gaze = EYE_RANGE * (face[:, UP] - face[:, DOWN])
    assert np.abs(turn[:, 1] - gaze).max() < 1e-4  # what the head rises the eyes sink
    assert np.abs(np.diff(turn[:, 1], n=2)).max() * 900 < 1.0  # rad/s^2


@pytest.mark.parametrize('name', ['rules', 'lstm'])
def test_no_nod_begins_while_the_person_waits_for_the_answer(name: str) -> None:
    who = agent(name)
    nods = [0, 0]
    for part in range(6):
        for frame in talk(8.0, 3.0):
            who.step(replace(frame, reset=part == 0 and frame.reset))
            nods[who.turn.state is TurnState.YIELDING] += sum(
                event.kind in ('nod', 'beat', 'shake') and event.cue != 'nod'
                for event in who.events
            )
    assert nods[0] > 5
    assert nods[1] == 0


def test_it_ends_when_the_person_goes_on_and_when_it_is_the_robots_turn() -> None:
    frames = talk(4.0, 2.5, 4.0)
    who = agent()
    listen(who, frames[: round(6.4 * 30)])
    assert who._readiness.share > 0.9
    listen(who, frames[round(6.4 * 30) :])
    assert who._readiness.share < 0.05
    other = agent()
    listen(other, frames[: round(6.4 * 30)])
    other.set_state(ConversationState.THINKING)
    listen(other, frames[round(6.4 * 30) : round(6.5 * 30)])
    listen(other, frames[round(6.5 * 30) : round(7.5 * 30)])
    assert other._readiness.share < 0.05


def test_the_gaze_does_not_wander_off_meanwhile() -> None:
    """The idle layer looks elsewhere now and then, but not while the person waits."""
    frames = talk(3.0, 4.8)
    who = agent(idle=True)
    bound = []
    for frame in frames:
        who.step(frame)
        if who.turn.state is TurnState.YIELDING:
            bound.append(who._attention())
    assert max(bound) > 0.99 and min(bound[round(0.8 * 30) :]) > 0.95
