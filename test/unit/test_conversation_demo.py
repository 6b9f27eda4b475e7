"""The conversation that the demo plays: its clip, and what its report says."""

import argparse
from pathlib import Path

import numpy as np
import pytest

from vico_listener.cli.stack_options import StackError
from vico_listener.lab.cli import demo
from vico_listener.lab.recording import dialogue_clip
from vico_listener.lab.recording.conversation_report import conversation
from vico_listener.lab.recording.conversation_report import gaze_angle
from vico_listener.lab.recording.conversation_report import read_rows
from vico_listener.lab.recording.conversation_report import state_spans
from vico_listener.lab.recording.dialogue_clip import ECHO_DB
from vico_listener.lab.recording.dialogue_clip import ECHO_DELAY
from vico_listener.lab.recording.dialogue_clip import Exchange
from vico_listener.lab.recording.dialogue_clip import echo
from vico_listener.lab.recording.dialogue_clip import loudness
from vico_listener.lab.recording.dialogue_clip import make_dialogue
from vico_listener.lab.recording.dialogue_clip import stillest
from vico_listener.lab.recording.dialogue_clip import turn_of
from vico_listener.listener.expression import EYE_RANGE
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import probe_clip
from vico_listener.media.clip import read_audio
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT_INDEX

EXCHANGES = [
    Exchange(0.0, 9.9, 10.0, 12.0, 15.0, 'backchannel'),
    Exchange(16.0, 26.0, 26.0, 28.0, 31.0, 'interruption'),
]


def test_the_report_counts_what_was_told() -> None:
    rows = [
        (0.0, 'state', 'listening'),
        (3.0, 'event', 'nod'),
        (5.0, 'event', 'beat'),
        (5.0, 'vocal', 'mm-hm'),
        (6.0, 'turn', 'yielding'),  # within the turn
        (6.5, 'turn', 'speaking'),
        (10.7, 'turn', 'yielding'),
        (10.8, 'turn', 'yielding'),  # another probability
        (11.0, 'turn', 'silent'),
        (11.0, 'state', 'thinking'),
        (12.0, 'state', 'speaking'),
        (12.5, 'person', 'speaking'),  # the robot
        (12.6, 'person', 'silent'),
        (13.0, 'event', 'nod'),  # during its own voice
        (13.2, 'person', 'speaking'),
        (13.6, 'person', 'silent'),
        (13.9, 'turn', 'user_backchannel'),
        (15.0, 'state', 'listening'),
        (20.0, 'event', 'nod'),
        (28.3, 'turn', 'interruption'),  # before the person speaks
        (29.0, 'turn', 'yielding'),  # too late
        (30.1, 'turn', 'interruption'),
        (30.2, 'turn', 'user_backchannel'),  # not what it was
    ]
    times = np.arange(0, 31, 0.5)
    gaze = np.where((times >= 11) & (times < 12), 20.0, 1.0)
    found = conversation(rows, EXCHANGES, times, gaze)
    assert found == {
        'exchanges': 2,
        'gestures during its own voice': 1,
        'own voice taken for the person [%]': 3.2,  # 0.1 of 1.2 + 0.75 + 1.2 s
        'interruptions told': '1 of 1, and 0 in 1 other turns',
        'backchannels told': '1 of 1, and 1 in 1 other turns',
        'nods per minute of the person': 6.0,
        'vocals per minute of the person': 3.0,
        'turn ends found': '1 of 2',
        'delay of the ends, median [s]': 0.8,
        'ends told within a turn': 1,
        'gaze on the person [%]': {'listening': 100.0, 'speaking': 100.0, 'thinking': 0.0},
    }
    assert state_spans(rows, 30.5)[1:3] == [(11.0, 12.0, 'thinking'), (12.0, 15.0, 'speaking')]


def test_a_conversation_in_which_nothing_was_told() -> None:
    found = conversation([], EXCHANGES, np.zeros(0), np.zeros(0))
    assert found['turn ends found'] == '0 of 2' and found['delay of the ends, median [s]'] is None


def test_rows_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    path = tmp_path / 'conversation.csv'
    path.write_text('time,what,value\n2.5,event,nod\n1.0,state,listening\n')
    assert read_rows(path) == [(1.0, 'state', 'listening'), (2.5, 'event', 'nod')]


def test_eyes_that_go_against_the_head_stay_on_the_person() -> None:
    expression, rotation = np.zeros((3, 52), np.float32), np.zeros((3, 3), np.float32)
    rotation[1:, 2] = np.radians(9)  # to the left
    expression[2, ARKIT_INDEX['eyeLookInLeft']] = np.radians(9) / EYE_RANGE  # to the right
    track = FaceTrack(expression, rotation, np.zeros((3, 3), np.float32), np.ones(3, bool))
    np.testing.assert_allclose(gaze_angle(track), [0, 9, 0], atol=1e-4)


def test_the_echo_is_late_and_as_loud_as_it_should_be() -> None:
    random = np.random.default_rng(3)
    person, robot = (random.normal(size=16000).astype(np.float32) for _ in range(2))
    heard = echo(robot, person)
    assert np.abs(heard[: round(ECHO_DELAY * 16000) - 1]).max() < 1e-5
    assert 20 * np.log10(loudness(heard) / loudness(person)) == pytest.approx(ECHO_DB, abs=0.1)


def test_the_stillest_image() -> None:
    levels = [0, 90, 10, *[50 + n % 2 for n in range(12)], 200]
    images = [np.full((4, 4, 3), level, np.uint8) for level in levels]
    assert int(stillest(images)[0, 0, 0]) in (50, 51)
    assert stillest(images[:1]) is images[0]


def voice_of(*phrases: tuple[float, float], seconds: float) -> np.ndarray:
    """A buzzing voice that speaks from when to when, s."""
    time = np.arange(round(seconds * 16000)) / 16000
    said = sum((time >= begin) & (time < end) for begin, end in phrases)
    buzz = np.sign(np.sin(2 * np.pi * 140 * time)) * (0.3 + 0.1 * np.sin(2 * np.pi * 4 * time))
    noise = 1e-4 * np.random.default_rng(1).normal(size=len(time))
    return np.asarray(buzz * said + noise, np.float32)


def test_a_turn_ends_with_a_phrase() -> None:
    """A clip that is cut off within a phrase ends with the phrase before."""
    cut = voice_of((0.5, 2.0), (2.8, 4.0), (4.6, 5.0), seconds=5.0)
    length, end = turn_of(cut)
    assert end == pytest.approx(4.0, abs=0.12) and end < length < 4.6
    whole = voice_of((0.5, 2.0), (2.8, 4.0), seconds=5.0)
    assert turn_of(whole) == (5.0, pytest.approx(4.0, abs=0.12))
    early = voice_of((0.5, 1.0), (1.8, 5.0), seconds=5.0)  # all but nothing would be left
    assert turn_of(early)[0] == 5.0


def test_the_clip_of_a_conversation(speech_clip: Path, tmp_path: Path) -> None:
    pytest.importorskip('espeakng_loader')
    path = tmp_path / 'conversation.mp4'
    exchanges = make_dialogue(speech_clip, path)
    assert len(exchanges) >= 7
    for exchange in exchanges:
        assert exchange.begin < exchange.said <= exchange.end < exchange.speaks < exchange.silent
    info = probe_clip(path)
    assert info.duration == pytest.approx(exchanges[-1].silent + 0.8, abs=0.3)
    samples, rate = read_audio(path)
    sound = samples[:, 0].astype(float)

    def level(begin: float, end: float) -> float:
        return float(np.sqrt(np.mean(np.square(sound[round(begin * rate) : round(end * rate)]))))

    first = exchanges[0]
    silence = level(first.end + 0.3, first.speaks - 0.1)
    assert level(first.begin + 1, first.end - 1) > 20 * silence
    assert level(first.speaks + 0.3, first.silent - 0.3) > 20 * silence


def test_a_clip_in_which_nobody_is_heard_is_refused(
    speech_clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue_clip, 'person_voice', lambda clip: np.zeros(16000, np.float32))
    with pytest.raises(ClipError, match='its audio is silent; give a clip in which somebody'):
        make_dialogue(speech_clip, tmp_path / 'made.mp4')


@pytest.mark.parametrize(
    ('options', 'text'),
    [
        (['--fast'], 'played in real time'),
        (['BAG'], 'not from a bag'),
    ],
)
def test_what_a_conversation_cannot_be(
    options: list[str], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, 'is_bag', lambda path: path.name == 'BAG')
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    args = parser.parse_args(['--conversation', '--out', str(tmp_path / 'out'), *options])
    with pytest.raises(StackError, match=text):
        demo.run(args)
