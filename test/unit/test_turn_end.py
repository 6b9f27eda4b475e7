"""Whose turn it is: pauses, ends of turns, and what is said over the robot."""

from dataclasses import replace

import numpy as np
import pytest
from synthetic_speaker import NOISE
from synthetic_speaker import VOICE
from synthetic_speaker import Speech
from synthetic_speaker import silence
from synthetic_speaker import speaker_frame
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.turn_end import SILENT_AFTER
from vico_listener.listener.turn_end import Turn
from vico_listener.listener.turn_end import TurnEnd
from vico_listener.listener.turn_end import TurnState
from vico_listener.listener.turn_end import changed

SPEAKING, PAUSING, YIELDING, SILENT = TurnState


def frames_of(*stretches: tuple[float, float], pitch: float = 120.0) -> list[SpeakerFrame]:
    """Return frames of stretches of (speech, silence) in s."""
    energy, speaking = [], []
    for talk, pause in stretches:
        count = round(talk * MODEL_RATE)
        energy += (VOICE + 3.0 * np.sin(np.arange(count))).tolist()
        energy += [NOISE] * round(pause * MODEL_RATE)
        speaking += [True] * count + [False] * round(pause * MODEL_RATE)
    speech = Speech(np.array(energy), np.zeros(len(energy)), np.array(speaking))
    frames = [speaker_frame(speech, step) for step in range(len(speech))]
    return [replace(frame, pitch=pitch if frame.speaking else 0.0) for frame in frames]


def turns(frames: list[SpeakerFrame], robot_speaks: bool = False) -> list[Turn]:
    voice, end = VoiceCues(), TurnEnd()
    return [end.step(frame, voice.update(frame), robot_speaks) for frame in frames]


def test_a_pause_becomes_the_end_of_the_turn_and_then_silence() -> None:
    found = turns(frames_of((2.0, 8.0)))
    states = [turn.state for turn in found]
    order = [state for k, state in enumerate(states) if k == 0 or state is not states[k - 1]]
    assert order == [SPEAKING, PAUSING, YIELDING, SILENT]
    yielded = states.index(YIELDING) / MODEL_RATE - 2.0
    assert 0.3 < yielded < 1.2
    assert states.index(SILENT) / MODEL_RATE - 2.0 == pytest.approx(SILENT_AFTER, abs=0.1)
    quiet = [t.probability for t in found[60:] if t.state is not SILENT]
    assert all(np.diff(quiet) >= 0.0) and quiet[0] == 0.0 and quiet[-1] > 0.95


def test_short_pauses_are_part_of_the_turn() -> None:
    found = turns(frames_of((2.0, 0.35), (1.5, 0.3), (2.0, 2.0)))
    before = [turn.state for turn in found[: round(6.0 * MODEL_RATE)]]
    assert YIELDING not in before and PAUSING in before
    assert found[-1].state is YIELDING


def test_who_has_said_next_to_nothing_is_given_more_time() -> None:
    def until(talk: float) -> float:
        states = [turn.state for turn in turns(frames_of((talk, 4.0)))]
        return states.index(YIELDING) / MODEL_RATE - talk

    assert until(0.4) > until(2.0) + 0.3


def test_nobody_is_silent_and_never_pauses() -> None:
    assert {turn.state for turn in turns(speaker_frames(silence(5.0)))} == {SILENT}


def test_speech_goes_on_most_of_the_time_of_talk() -> None:
    frames = speaker_frames(synthetic_speech(2, 60.0))
    found = turns(frames)
    talk = [turn.state for turn, frame in zip(found, frames, strict=True) if frame.speaking]
    assert talk.count(SPEAKING) / len(talk) > 0.95


def over(frames: list[SpeakerFrame]) -> tuple[float | None, int]:
    """Return when what is said over the robot interrupts it, s, and the backchannels in it."""
    found = turns(frames, robot_speaks=True)
    first = next((k for k, turn in enumerate(found) if turn.interruption), None)
    backchannels = sum(turn.user_backchannel for turn in found)
    return None if first is None else first / MODEL_RATE, backchannels


@pytest.mark.parametrize('seconds', [0.26, 0.42, 0.64])
def test_a_short_yeah_over_the_robot_is_a_backchannel(seconds: float) -> None:
    """The quartiles of 10,946 backchannels."""
    assert over(frames_of((seconds, 1.0))) == (None, 1)


def test_two_of_them_are_two() -> None:
    assert over(frames_of((0.3, 1.0), (0.4, 1.0))) == (None, 2)


def test_speech_that_goes_on_takes_the_floor_and_is_no_backchannel() -> None:
    since, backchannels = over(frames_of((3.0, 1.0)))
    assert since is not None and 0.5 < since < 1.0
    assert backchannels == 0


def test_a_rustle_is_neither() -> None:
    assert over(frames_of((0.5, 1.0), (2.0, 1.0), pitch=0.0)) == (None, 0)


def test_a_mouth_that_talks_takes_the_floor_where_nothing_is_heard() -> None:
    frames = [
        replace(frame, audio_valid=False, muted=True, mouthed=frame.speaking)
        for frame in frames_of((1.0, 1.0))
    ]
    since, backchannels = over(frames)
    assert since is not None and since < 0.4 and backchannels == 0


def test_the_robots_turn_begins_the_persons_anew() -> None:
    voice, end = VoiceCues(), TurnEnd()
    for frame in frames_of((2.0, 0.3)):
        turn = end.step(frame, voice.update(frame), False)
    assert turn.state is PAUSING
    quiet = speaker_frames(silence(1.0))
    for frame in quiet:
        turn = end.step(frame, voice.update(frame), True)
    assert turn == Turn()
    assert end.step(quiet[0], voice.update(quiet[0]), False).state is SILENT


def test_what_is_worth_telling() -> None:
    assert changed(None, Turn())
    assert not changed(Turn(), Turn())
    assert not changed(Turn(PAUSING, 0.2), Turn(PAUSING, 0.25))
    assert changed(Turn(PAUSING, 0.2), Turn(PAUSING, 0.35))
    assert changed(Turn(PAUSING, 0.49), Turn(YIELDING, 0.5))
    assert changed(Turn(), Turn(user_backchannel=True))


def yields(*stretches: tuple[float, float], turn_over: float | None = None) -> list[float]:
    """When the turn is told to be over, s."""
    frames = [replace(frame, turn_over=turn_over) for frame in frames_of(*stretches)]
    states = [turn.state for turn in turns(frames)]
    return [
        k / MODEL_RATE
        for k in range(1, len(states))
        if states[k] is YIELDING and states[k - 1] is not YIELDING
    ]


def test_the_pauses_of_a_person_are_learned() -> None:
    """Somebody who pauses for 0.95 s within a turn is taken at their word after a few of them."""
    told = yields(*[(2.0, 0.95)] * 12, (2.0, 3.0))
    assert told and all(at < 12.0 for at in told[:-1])
    assert 0.75 < told[-1] - (12 * 2.95 + 2.0) < 1.7


def test_no_pause_is_so_long_that_the_turn_is_not_over() -> None:
    told = yields(*[(2.0, 3.5)] * 8)
    assert len(told) == 8
    assert all(1.0 < at % 5.5 - 2.0 < 1.8 for at in told[-3:])


def test_a_pause_that_the_robot_filled_was_no_pause_of_the_person() -> None:
    voice, end = VoiceCues(), TurnEnd()
    quiet = speaker_frames(silence(1.0))
    for _ in range(8):
        for frame in frames_of((2.0, 1.2)):
            turn = end.step(frame, voice.update(frame), False)
        assert turn.state is YIELDING
        for frame in quiet:
            end.step(frame, voice.update(frame), True)


def test_a_network_that_has_heard_the_end_is_believed() -> None:
    (sure,) = yields((2.0, 3.0), turn_over=0.98)
    (unsure,) = yields((2.0, 3.0), turn_over=0.02)
    assert sure - 2.0 < 0.6 < 1.3 < unsure - 2.0 < 1.8
    heard = [replace(frame, turn_over=0.98) for frame in frames_of((2.0, 1.0))]
    assert turns(heard)[-1].source == 'model'
    assert turns(frames_of((2.0, 1.0)))[-1].source == 'rule'
