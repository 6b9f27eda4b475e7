"""Feelings in voice and face, and sound beside a speaker."""

import numpy as np
import pytest

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import SettingError
from vico_listener.lab.dataset.dyads.background import LOUDNESS
from vico_listener.lab.dataset.dyads.background import with_background
from vico_listener.lab.dataset.dyads.make import DyadConfig
from vico_listener.lab.dataset.dyads.make import make_speaker
from vico_listener.lab.dataset.dyads.speaker_audio import synthetic_talk
from vico_listener.lab.dataset.dyads.spoken_feelings import SPOKEN_FEELINGS
from vico_listener.lab.dataset.dyads.spoken_feelings import FeelingStretch
from vico_listener.lab.dataset.dyads.spoken_feelings import with_feelings
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech
from vico_listener.motion import ARKIT_INDEX
from vico_listener.speech.features import LOG_ENERGY
from vico_listener.speech.resampler import INTERNAL_RATE

pytest.importorskip('espeakng_loader', reason='eSpeak NG is not installed')

VOICES = ['en-us+f3']
VOICE = -60.0


def still_face(count: int) -> FaceTrack:
    zeros = np.zeros((count, 3), np.float32)
    return FaceTrack(np.zeros((count, 52), np.float32), zeros, zeros, np.ones(count, np.bool_))


def test_the_face_shows_a_feeling_as_long_as_the_voice_does() -> None:
    stretch = FeelingStretch('anger', 2.0, 5.0)
    face = with_feelings(np.random.default_rng(1), still_face(300), [stretch])
    brows = face.expression[:, ARKIT_INDEX['browDownLeft']]
    assert brows[:60].max() == 0.0
    assert brows[90:150].min() == brows.max() > 0.3
    assert brows[-90:].max() == 0.0


@pytest.mark.parametrize('name', SPOKEN_FEELINGS)
def test_every_feeling_can_be_spoken_by_every_voice(name: str) -> None:
    for extreme in (Speech('en-us', 80, 0, 0), Speech('en-us', 450, 99, 99)):
        said = SPOKEN_FEELINGS[name].of(extreme)
        assert 80 <= said.rate <= 450
        assert 0 <= said.pitch <= 99
        assert 0 <= said.liveliness <= 99


def test_a_talk_tells_when_it_is_in_a_feeling() -> None:
    talk = synthetic_talk(np.random.default_rng(3), VOICES, 20.0, feelings=1.0)
    assert talk.feelings
    ends = [0.0, *(s.until for s in talk.feelings)]
    assert all(before <= s.since for before, s in zip(ends, talk.feelings, strict=False))
    assert all(level(talk.audio, s) > 0.01 for s in talk.feelings if s.since < 19.0)


def level(audio: np.ndarray, stretch: FeelingStretch) -> float:
    since, until = (round(t * INTERNAL_RATE) for t in (stretch.since, stretch.until))
    return float(np.sqrt(np.mean(audio[since:until] ** 2)))


def test_only_pauses_are_filled_as_loud_as_said() -> None:
    rng = np.random.default_rng(5)
    audio = np.full(10 * INTERNAL_RATE, 0.1, np.float32)
    pause = 2 * INTERNAL_RATE, 6 * INTERNAL_RATE
    audio[slice(*pause)] = 0.0
    for _ in range(4):  # talk and music
        filled, others = with_background(rng, audio, VOICES, [pause])
        assert np.array_equal(np.flatnonzero(others)[[0, -1]] + [0, 1], pause)
        assert np.array_equal(filled[~others], audio[~others])
        found = 20 * np.log10(np.sqrt(np.mean(filled[others] ** 2)) / 0.1)
        assert LOUDNESS[0] - 0.1 <= found <= LOUDNESS[1] + 0.1


def test_who_is_seen_and_silent_does_not_speak_while_others_do() -> None:
    splits = ('train', 'test', 'ood')
    voices = {split: [f'en-us+f{number}'] for number, split in enumerate(splits, 1)}
    config = DyadConfig(seed=4, seconds=20.0, voices=voices, background=1.0)
    loud = 0
    for number in (2, 3):
        rng = np.random.default_rng([config.seed, 0, number])
        said = synthetic_talk(rng, voices['train'], config.seconds, long_pauses=1.0)
        dyad, *_ = make_speaker(config, 'train', number)
        for pause in said.pauses:
            since, until = (end * MODEL_RATE // INTERNAL_RATE for end in pause)
            inside = slice(since + 1, until - 1)
            seen = dyad.valid[inside]
            assert not (dyad.speaking[inside] & seen).any()
            loud += int((seen & (dyad.acoustic[inside, LOG_ENERGY] > VOICE)).sum())
    assert loud > MODEL_RATE


@pytest.mark.parametrize('name', ['feelings', 'background'])
def test_shares_are_shares(name: str) -> None:
    with pytest.raises(SettingError, match=f'dyads: {name} is a share, 0 to 1'):
        DyadConfig(**{name: 1.5})
