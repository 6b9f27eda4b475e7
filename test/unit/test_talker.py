"""Who speaks: by the voice, the kind of sound and the mouth."""

import numpy as np
import pytest

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener import create_listener
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.gestures import Kind
from vico_listener.listener.mood import MoodFade
from vico_listener.listening_head import ListeningHead
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.perception.talker import SILENT_TICKS
from vico_listener.perception.talker import STILL_TICKS
from vico_listener.perception.talker import Mouth
from vico_listener.perception.talker import Talk
from vico_listener.perception.talker import Talker


def face(jaw: float = 0.0, **others: float) -> FaceMotion:
    expression = np.zeros(len(ARKIT_INDEX), np.float32)
    for name, value in {'jawOpen': jaw, **others}.items():
        expression[ARKIT_INDEX[name]] = value
    return FaceMotion(expression, confidence=1.0)


def talking(tick: int) -> FaceMotion:
    """A mouth that says four syllables a second."""
    return face(0.15 + 0.12 * np.sin(2 * np.pi * 4 * tick / 30))


def still(tick: int) -> FaceMotion:
    return face(0.02 + 0.004 * (tick % 2))


def follow(talker: Talker, faces, ticks: int, sound: bool, speech: float) -> list[Talk]:
    return [talker.update(faces(tick), sound, speech) for tick in range(ticks)]


def test_speech_without_a_face_is_the_speakers() -> None:
    assert all(talk.speaking for talk in follow(Talker(), lambda tick: None, 60, True, 0.9))


def test_voiced_sound_that_is_no_speech_is_nobodys() -> None:
    talks = follow(Talker(), lambda tick: None, 60, True, 0.1)
    assert not any(talk.speaking for talk in talks)
    assert all(talk.speaking for talk in follow(Talker('sound'), still, 60, True, 0.1))


def test_last_syllable_counts_although_the_network_no_longer_hears_speech() -> None:
    talker = Talker()
    follow(talker, lambda tick: None, 30, True, 0.9)
    assert [t.speaking for t in follow(talker, lambda tick: None, 20, True, 0.2)] == (
        [True] * 10 + [False] * 10
    )


def test_speech_beside_a_still_mouth_is_somebody_elses() -> None:
    talks = follow(Talker(), still, 90, True, 0.9)
    assert talks[STILL_TICKS - 2].speaking  # it has not been seen to be still yet
    assert all(talk.elsewhere and not talk.speaking for talk in talks[STILL_TICKS:])
    assert all(talk.speaking for talk in follow(Talker('speech'), still, 90, True, 0.9))


def test_speech_of_a_mouth_that_moves_is_its_own() -> None:
    talks = follow(Talker(), talking, 90, True, 0.9)
    assert all(talk.speaking and not talk.elsewhere for talk in talks)


def test_a_still_mouth_that_begins_to_speak_is_heard_soon() -> None:
    talker = Talker()
    follow(talker, still, 90, False, 0.0)
    talks = follow(talker, talking, 30, True, 0.9)
    assert [talk.speaking for talk in talks].index(True) <= 2


def test_mouth_that_talks_without_a_voice_speaks_after_a_while() -> None:
    talker = Talker()
    follow(talker, talking, 60, True, 0.9)
    talks = follow(talker, talking, SILENT_TICKS + 30, False, 0.0)
    assert not any(talk.speaking for talk in talks[:SILENT_TICKS])  # a pause between phrases
    assert all(talk.speaking and talk.mouthed for talk in talks[SILENT_TICKS:])
    assert not follow(talker, still, 30, False, 0.0)[-1].speaking


@pytest.mark.parametrize('name', ['smile', 'yawn', 'chewing slowly'])
def test_other_motion_of_the_mouth_is_no_talking(name: str) -> None:
    moves = {
        'smile': lambda t: face(mouthSmileLeft=min(1.0, t / 30), mouthFunnel=0.3),
        'yawn': lambda t: face(np.sin(np.pi * min(1.0, t / 90)) ** 2),
        'chewing slowly': lambda t: face(0.1 + 0.05 * np.sin(2 * np.pi * 0.8 * t / 30)),
    }
    mouth = Mouth()
    for tick in range(120):
        mouth.update(moves[name](tick))
        assert not mouth.talks


def test_numbers_that_are_not_finite_are_left_out() -> None:
    mouth = Mouth()
    for tick in range(60):
        mouth.update(face(np.nan) if tick % 3 == 0 else talking(tick))
    assert mouth.talks
    assert not mouth.still


def frame(tick: int, motion: FaceMotion, talks: bool) -> SpeakerFrame:
    stamp = tick * NANOSECONDS // 30
    return SpeakerFrame(
        stamp,
        stamp,
        tick,
        motion,
        np.zeros(ACOUSTIC_SIZE, np.float32),
        audio_valid=False,
        speaking=talks,
        mouthed=talks,
    )


def test_a_phrase_that_is_only_seen_ends() -> None:
    cues = VoiceCues()
    ends = [cues.update(frame(t, talking(t), t % 90 < 60)).ended for t in range(180)]
    assert [tick for tick, ended in enumerate(ends) if ended] == [
        66,
        156,
    ]


@pytest.mark.parametrize('name', ['rules', 'lstm'])
def test_whoever_talks_without_being_heard_is_answered(name: str) -> None:
    listener = create_listener(name)
    listener.reset(FaceMotion.neutral(), Attitude.POSITIVE)
    mood = MoodFade(Attitude.POSITIVE)
    nods = 0
    for tick in range(1800):
        talks = tick % 90 < 65
        listener.step(frame(tick, talking(tick) if talks else face(0.05), talks), mood.step())
        nods += sum(gesture.kind == Kind.NOD for gesture in listener.last.gestures)
    assert nods >= 5


def test_unknown_choice_is_refused() -> None:
    with pytest.raises(SettingError, match="one of speaker, speech, sound, not 'music'"):
        ListeningHead(listen_to='music')
