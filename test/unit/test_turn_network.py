"""A network says at each pause whether the turn is over."""

import threading
import wave
from pathlib import Path

import librosa
import numpy as np
import pytest
from shared_material import needs_model

from vico_listener import ListeningHead
from vico_listener import bundled_files
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.errors import NotInstalledError
from vico_listener.head_parts import acoustic_stream
from vico_listener.head_parts import turn_listener
from vico_listener.lab.recording.dialogue_clip import person_voice
from vico_listener.listener.turn_end import Turn
from vico_listener.listener.turn_end import TurnState
from vico_listener.perception.turn_listener import ANSWER_TICKS
from vico_listener.perception.turn_listener import ASK_TICKS
from vico_listener.perception.turn_listener import JUDGED
from vico_listener.perception.turn_listener import TurnListener
from vico_listener.speech import AudioFormat
from vico_listener.speech import turn_network
from vico_listener.speech.turn_network import HEARD
from vico_listener.speech.turn_network import TurnNetwork

RATE = 16000
RECORDINGS = Path('/usr/share/pocketsphinx/test/data/librivox')
"""Whole sentences of LibriVox in Debian's pocketsphinx-testdata."""


def whispers(samples: np.ndarray) -> np.ndarray:
    """The input of Whisper as its paper describes it, by librosa."""
    sound = (samples - samples.mean()) / samples.std()
    power = librosa.feature.melspectrogram(y=sound, sr=RATE, n_fft=400, hop_length=160, n_mels=80,
                                           pad_mode='reflect')[:, :-1]  # fmt: skip
    levels = np.log10(np.maximum(power, 1e-10))
    return (np.maximum(levels, levels.max() - 8) + 4) / 4


@needs_model
def test_what_the_network_hears_is_the_spectrogram_of_whisper() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, HEARD).astype(np.float32)
    samples[: HEARD // 2] *= np.sin(np.arange(HEARD // 2) / 40)
    found = TurnNetwork().spectrogram(samples)
    assert found.shape == (80, 800) and found.dtype == np.float32
    np.testing.assert_allclose(found, whispers(samples.astype(np.float64)), atol=1e-4)
    np.testing.assert_allclose(TurnNetwork().spectrogram(0.25 * samples), found, atol=1e-3)


def ended(samples: np.ndarray, end: int) -> np.ndarray:
    """The last 8 s up to 0.2 s after an end, in silence."""
    heard = np.zeros(HEARD, np.float32)
    said = np.concatenate([samples[:end], np.zeros(RATE // 5, np.float32)])[-HEARD:]
    heard[HEARD - len(said) :] = said
    return heard


@needs_model
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason='pocketsphinx-testdata is not installed')
def test_a_sentence_is_over_at_its_end_rather_than_in_its_middle() -> None:
    network = TurnNetwork()
    ends, middles = [], []
    for path in sorted(RECORDINGS.glob('*.wav')):
        with wave.open(str(path)) as file:
            pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        samples = pcm.astype(np.float32) / 32768
        loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
        begin, end = loud[0], loud[-1]
        ends.append(network.probability(ended(samples, end)))
        middles += [
            network.probability(ended(samples, begin + round(share * (end - begin))))
            for share in (0.4, 0.5, 0.6, 0.7)
        ]
    later = np.array(ends)[:, None] > np.array(middles)
    assert later.mean() > 0.65  # the area under the curve, by this small a sample


def steps(listener: TurnListener, *stretches: tuple[bool, int]) -> list[float | None]:
    past = lambda seconds: np.array([seconds], np.float32)  # noqa: E731
    return [listener.step(speaking, past) for speaking, n in stretches for _ in range(n)]


def test_a_pause_is_asked_about_once_and_answered_when_the_answer_is_due() -> None:
    asked: list[float] = []

    def ask(heard: np.ndarray) -> float:
        asked.append(float(heard[0]))
        return 0.25

    found = steps(TurnListener(ask), (True, 60), (False, 30), (True, 1))
    due = 60 + ASK_TICKS + ANSWER_TICKS - 1
    assert found[:due] == [None] * due
    assert found[due:] == [0.25] * (90 - due) + [None]
    assert asked == [pytest.approx((60 + ASK_TICKS) / 30 + 0.3)]  # the speech, and 0.3 s before it


def test_nothing_said_is_nothing_to_ask_about() -> None:
    def ask(_: np.ndarray) -> float:
        raise AssertionError

    listener = TurnListener(ask)
    assert set(steps(listener, (False, 60), (True, 2), (False, 60))) == {None}
    listener.reset()
    assert set(steps(listener, (False, 60))) == {None}


def test_no_frame_waits_for_an_answer_live_and_each_does_in_a_replay() -> None:
    gate = threading.Event()

    def ask(_: np.ndarray) -> float:
        assert gate.wait(30)
        return 0.75

    live = TurnListener(ask, waits=False)
    assert set(steps(live, (True, 30), (False, 20))) == {None}
    gate.set()
    while (found := steps(live, (False, 1))[0]) is None:
        pass
    assert found == 0.75
    gate.clear()
    threading.Timer(0.05, gate.set).start()
    replay = steps(TurnListener(ask), (True, 30), (False, 20))
    assert replay.count(0.75) == 20 - ASK_TICKS - ANSWER_TICKS + 1


@pytest.mark.trouble(
    'audio',
    'The ends of turns come early or late, and the `source` in `turn` is `rule` although the '
    'network is installed.',
    sees='WARN of `perception`: `the network that tells the ends of turns answered late or never`; '
    '`turn_answers_late` grows, and `turns_ended_by_rule` of `listener`.',
    remedy='Give the machine less to do, or save the effort with `turn_ends:=rule`.',
)
def test_a_network_that_answers_too_late_is_told_of() -> None:
    gate = threading.Event()

    def ask(_: np.ndarray) -> float:
        assert gate.wait(30)
        return 0.75

    pause = ((True, 10), (False, 20))
    live = TurnListener(ask, waits=False)
    steps(live, *pause * (JUDGED - 1))
    assert live.problem == '' and (live.asked, live.late) == (JUDGED - 1, JUDGED - 1)
    steps(live, *pause)
    assert f'late or never in {JUDGED} of the last {JUDGED} pauses' in live.problem
    assert 'turn_ends:=rule' in live.problem
    gate.set()
    replay = TurnListener(ask)
    steps(replay, *pause * JUDGED)
    assert replay.problem == '' and (replay.asked, replay.late) == (JUDGED, 0)


@needs_model
def test_a_head_tells_whose_turn_it_is_the_same_each_time(speech_clip: Path) -> None:
    voice = (person_voice(speech_clip)[: 5 * RATE] * 32767).astype(np.int16)

    def told(turn_ends: str) -> list[Turn]:
        with ListeningHead('rules', seed=1, listen_to='speech', turn_ends=turn_ends) as head:
            turns = []
            for first in range(0, len(voice) - 533, 533):
                head.hear(voice[first : first + 533], NANOSECONDS + first * NANOSECONDS // RATE)
                turns.append(head.turn)
            return turns

    first = told('model')
    assert {turn.source for turn in first} == {'rule', 'model'}
    assert {turn.state for turn in first} >= {TurnState.SPEAKING, TurnState.PAUSING}
    assert told('auto') == first
    assert {turn.source for turn in told('rule')} == {'rule'}


@needs_model
def test_the_past_is_what_was_heard_and_silent_before(speech_clip: Path) -> None:
    samples = person_voice(speech_clip)[: 3 * RATE]
    stream = acoustic_stream(AudioFormat(RATE))
    stream.push(samples, 0)
    for tick in range(1, 80):
        stream.frame(tick_stamp(tick))
    end = stream.past(8.0)
    assert end.shape == (HEARD,)
    heard = end[-RATE:]
    place = round(79 / 30 * RATE)
    lags = [np.abs(samples[place - lag - RATE : place - lag] - heard).max() for lag in range(512)]
    assert min(lags) == 0.0  # as it was heard, up to 32 ms before the tick
    assert not stream.past(0.5)[: -RATE // 2].any()
    assert stream.end_stamp == 3 * NANOSECONDS


def test_without_its_file_the_rule_tells_or_the_remedy_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('vico_listener.neural.onnx_file.bundled_path', lambda _: None)
    monkeypatch.setattr('vico_listener.head_parts.bundled_path', lambda _: None)
    turn_network.turn_network.cache_clear()
    assert turn_listener('auto', True) is None and turn_listener('rule', True) is None
    with pytest.raises(NotInstalledError, match=bundled_files.REMEDY):
        turn_listener('model', True)
