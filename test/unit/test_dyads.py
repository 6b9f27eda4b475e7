"""Synthetic dyads: reproducible, split cleanly, taught by `rules`."""

import time
from dataclasses import fields
from dataclasses import replace

import numpy as np
import pytest
from listening import Listening
from made_features import gesture_of

from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.dataset.dyads.dyad import Speaker
from vico_listener.lab.dataset.dyads.dyad import gesture_row
from vico_listener.lab.dataset.dyads.dyad import teach
from vico_listener.lab.dataset.dyads.face_changes import NEAREST
from vico_listener.lab.dataset.dyads.labelled import dyad_features
from vico_listener.lab.dataset.dyads.labelled import labelled_dyad
from vico_listener.lab.dataset.dyads.make import DyadConfig
from vico_listener.lab.dataset.dyads.make import make_dyads
from vico_listener.lab.dataset.dyads.make import make_speaker
from vico_listener.lab.dataset.dyads.speaker_events import with_events
from vico_listener.lab.dataset.dyads.texts import turn
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.cues import VoiceCues
from vico_listener.listener.episodes import Episodes
from vico_listener.listener.expression import smile_of
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.gestures import calmed
from vico_listener.listener.mood import ATTITUDES
from vico_listener.listener.mood import Mood
from vico_listener.listener.personality import Personality
from vico_listener.listener.rules import RulesListener
from vico_listener.listener.style import blended
from vico_listener.listener.style import personal_styles
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.media.synthesizer import SynthesizerError
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion

VOICES = {'train': ['en-us+f3'], 'test': ['en-us+m3'], 'ood': ['de+f2']}
CONFIG = DyadConfig(
    seconds=15.0, speakers={'train': 2, 'test': 1, 'ood': 1}, voices=VOICES, recordings=[]
)


@pytest.fixture(scope='module')
def dyads() -> list[Dyad]:
    return make_speaker(CONFIG, 'train', 0)


def say(text: str, speech: Speech, stressed: int | None = None) -> np.ndarray:
    return Synthesizer().speak(text, speech, stressed)


def test_speech_is_real_and_reproducible():
    sound = say('Did you know that?', Speech('en-us+f2'))
    assert 0.5 < len(sound) / Synthesizer().sample_rate < 3 and np.abs(sound).max() > 0.2
    time.sleep(1.1)  # eSpeak seeds its noise with the second
    np.testing.assert_array_equal(sound, say('Did you know that?', Speech('en-us+f2')))
    slow = say('Did you know that?', Speech('en-us+f2', rate=100))
    assert len(slow) > 1.3 * len(sound)
    stressed = say('Did you know that?', Speech('en-us+f2'), stressed=1)
    assert abs(len(stressed) - len(sound)) > 100


def test_an_unknown_voice_is_named():
    with pytest.raises(SynthesizerError, match="no voice 'en-xx\\+nobody'"):
        say('hello', Speech('en-xx+nobody'))


def test_texts_hold_questions_and_turns_of_all_lengths():
    turns = [turn(np.random.default_rng(seed)) for seed in range(200)]
    assert {len(one) for one in turns} == {1, 2, 3, 5, 8}
    share = np.mean([text.endswith('?') for one in turns for text in one])
    assert 0.05 < share < 0.4


def test_one_speaker_in_every_attitude(dyads):
    assert [dyad.attitude[0] for dyad in dyads] == [0, 1, 2]
    for dyad in dyads:
        assert len(dyad) == 450
        np.testing.assert_array_equal(dyad.acoustic, dyads[0].acoustic)
        assert np.isfinite(dyad.change).all() and np.isfinite(dyad.rotation_out).all()
    assert dyads[0].speaking.mean() > 0.2
    jaw = dyads[0].expression[:, 24]
    assert jaw[dyads[0].speaking].mean() > 2 * jaw[~dyads[0].speaking].mean()


def test_the_same_seed_makes_the_same_dyads(dyads):
    again = make_speaker(CONFIG, 'train', 0)
    for one, other in zip(dyads, again, strict=True):
        np.testing.assert_array_equal(one.expression_out, other.expression_out)
        np.testing.assert_array_equal(one.gestures, other.gestures)
    other = make_speaker(replace(CONFIG, seed=7), 'train', 0)
    assert not np.array_equal(other[0].acoustic, dyads[0].acoustic)


def taught(dyad: Dyad, seed: int) -> tuple[Dyad, Personality]:
    speaker = Speaker(dyad.acoustic, dyad.speaking, dyad.heard, dyad.pitch, dyad.face)
    person = Personality.draw(3)
    return teach(speaker, dyad.attitude, person, FaceMotion(dyad.reference), seed), person


def test_the_teacher_is_rules_with_a_seed_for_each_dyad(dyads):
    dyad, person = taught(dyads[2], seed=5)
    teacher = Listening(RulesListener(person, seed=5))
    teacher.reset(FaceMotion(dyad.reference), ATTITUDES[dyad.attitude[0]])
    for tick, frame in enumerate(dyad.speaker_frames()):
        teacher.mood.attitude = ATTITUDES[dyad.attitude[tick]]
        motion = teacher.step(frame)
        np.testing.assert_allclose(motion.rotation, dyad.rotation_out[tick], atol=2e-3)
        np.testing.assert_allclose(motion.expression, dyad.expression_out[tick], atol=2e-3)
    assert not np.array_equal(taught(dyads[2], seed=6)[0].gestures, dyad.gestures)


def test_labels_leave_the_episodes_out(dyads):
    """What the labels give, with the episodes of the same seed on top, is the teacher's motion."""
    dyad, person = taught(dyads[0], seed=5)
    smile = ARKIT_INDEX['mouthSmileLeft']
    assert dyad.expression_out[:, smile].max() > dyad.change[:, smile].max() + 0.3
    body, episodes = Body(), Episodes(5, person)
    body.reset(FaceMotion(dyad.reference))
    episodes.reset(person.branch(Attitude.POSITIVE))
    style = blended(
        personal_styles(person, smile_of(body.portrait), smile_of(body.calm)),
        Mood.settled(Attitude.POSITIVE),
    )
    voice = VoiceCues()
    for tick, frame in enumerate(dyad.speaker_frames()):
        rows = dyad.gestures[dyad.gestures[:, 0] == tick]
        base = Behaviour(
            dyad.posture[tick],
            dyad.shift[tick],
            dyad.change[tick],
            [calmed(gesture_of(row)) for row in rows],
        )
        episodes.see(frame, voice.update(frame).voiced)
        joined = episodes.joined(base, style, body.attention, smile_of(body.calm))
        motion = body.step(joined, 1.0, 1.0)
        if tick > 150:  # The teacher is wholly awake.
            np.testing.assert_allclose(motion.rotation, dyad.rotation_out[tick], atol=1e-4)
            np.testing.assert_allclose(motion.translation, dyad.translation_out[tick], atol=1e-5)
            np.testing.assert_allclose(motion.expression, dyad.expression_out[tick], atol=1e-3)


def test_speakers_have_events():
    face = FaceTrack(
        np.zeros((1800, 52), 'f4'), np.zeros((1800, 3), 'f4'), np.full((1800, 3), -1, 'f4'),
        np.ones(1800, bool),
    )  # fmt: skip
    seen = np.zeros(5, int)
    for seed in range(40):
        done = with_events(np.random.default_rng(seed), face)
        assert done.expression.min() >= 0 and done.expression.max() <= 1
        assert done.translation[:, 0].max() <= NEAREST + 1e-6
        seen += [
            done.expression[:, ARKIT_INDEX['mouthFrownLeft']].max() > 0.2,
            done.expression[:, ARKIT_INDEX['browOuterUpLeft']].max() > 0.3,
            np.abs(done.rotation[:, 0]).max() > 0.1,
            np.abs(done.rotation[:, 2]).max() > 0.2,
            not done.valid.all(),
        ]
    assert (seen > 4).all() and (seen < 40).all()
    assert not face.expression.any() and face.valid.all()


def test_gestures_survive_as_numbers():
    gesture = Gesture(Kind.SHAKE, -0.1, 0.25, 1.75, 3, 0.75, 0.5)
    assert gesture_of(np.array(gesture_row(7, gesture))) == gesture


def test_sets_are_made_once_and_loaded(tmp_path):
    make_dyads(CONFIG, tmp_path, workers=2)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert len(stamps) == 13
    make_dyads(CONFIG, tmp_path, workers=1)
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    clips = load_features(tmp_path, 'train')
    assert len(clips) == 6
    with pytest.raises(ValueError, match='made with other settings .*seed was'):
        make_dyads(replace(CONFIG, seed=7), tmp_path)


def test_as_features_of_a_data_set_they_lose_nothing(dyads, tmp_path):
    for number, dyad in enumerate(dyads):
        clip = dyad_features(dyad, f'c{number}', 'train', 'speaker', f'listener {number}')
        clip.save(tmp_path / f'c{number}.npz')
    for dyad, clip in zip(dyads, load_features(tmp_path, 'train'), strict=True):
        assert clip.attitude is ATTITUDES[dyad.attitude[0]]
        read = labelled_dyad(clip)
        for field in fields(dyad):
            before, after = getattr(dyad, field.name), getattr(read, field.name)
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)


def test_labels_must_fit(dyads):
    clip = dyad_features(dyads[0], 'c', 'train', 'a', 'b')
    assert clip.labels is not None
    with pytest.raises(ValueError, match='c: its listener has no labels'):
        labelled_dyad(replace(clip, labels=None))
    with pytest.raises(ValueError, match='labels of different lengths'):
        replace(clip.labels, posture=clip.labels.posture[1:])
    with pytest.raises(ValueError, match='outside the 450 ticks'):
        late = np.full((1, 8), 450, np.float32)
        replace(clip.labels, gestures=late)
    with pytest.raises(ValueError, match='c: 450 ticks are labelled of 449'):
        replace(clip.rows(slice(1, None)), labels=clip.labels)
    assert clip.rows(slice(10)).labels is None


def test_splits_share_nothing(tmp_path):
    with pytest.raises(ValueError, match='a voice is in two splits'):
        DyadConfig(voices=VOICES | {'ood': ['en-us+f3']})
    with pytest.raises(ValueError, match='no voices for the split ood'):
        DyadConfig(voices={'train': ['en'], 'test': ['de']})
    for number in range(12):
        (tmp_path / f'{number:02}.wav').touch()
    config = replace(CONFIG, recordings=[str(tmp_path / '*.wav')])
    parts = [set(config.recorded(split)) for split in ('train', 'test', 'ood')]
    assert [len(part) for part in parts] == [8, 2, 2]
    assert len(set().union(*parts)) == 12
