"""Reactions: events change what they say, and chance is told from a reaction by closed forms."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from vico_listener.cli.main import main
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.reactions import paired_runs
from vico_listener.lab.reactions import voice_events
from vico_listener.lab.reactions.face_events import bump
from vico_listener.lab.reactions.face_events import expressed
from vico_listener.lab.reactions.paired_runs import Staging
from vico_listener.lab.reactions.paired_runs import differences
from vico_listener.lab.reactions.paired_runs import judge
from vico_listener.lab.reactions.reaction_channels import CHANNELS
from vico_listener.lab.reactions.reaction_table import format_reactions
from vico_listener.lab.reactions.scene import Scene
from vico_listener.lab.reactions.scene import perceived
from vico_listener.lab.reactions.scene import recorded_scenes
from vico_listener.lab.reactions.scene import sample_of
from vico_listener.lab.reactions.staged_events import EVENTS
from vico_listener.lab.reactions.staged_events import events_by_name
from vico_listener.media.face_track import FaceTrack
from vico_listener.media.synthesizer import Speech
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import Attitude
from vico_listener.speech.resampler import INTERNAL_RATE

AT = 200
COUNT = 300
NAMES = [event.name for event in EVENTS]
MIRRORED = ['nothing', 'smile', 'frown', 'surprise', 'nod', 'tilt', 'turn', 'lean in', 'loud']
BEGINS = {'question': AT - 62, 'long pause': AT - 60, 'comes back': AT - 180}
"""The first ticks that events change which begin before they are due; the others change none."""


def voice(seconds: float, pitch: float = 120.0) -> np.ndarray:
    """A buzz with syllables, four a second."""
    time = np.arange(round(seconds * INTERNAL_RATE)) / INTERNAL_RATE
    buzz = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, 20))
    return (0.1 * buzz * np.sin(np.pi * 4 * time) ** 2).astype(np.float32)


@pytest.fixture(autouse=True)
def _no_synthesizer(monkeypatch):
    """Sentences are a buzz, so that no speech synthesis is needed."""
    monkeypatch.setattr(
        voice_events, 'spoken', lambda text, speech: voice(2.0, 150.0 if '?' in text else 120.0)
    )


@pytest.fixture(scope='module')
def scene() -> Scene:
    rng = np.random.default_rng(0)
    face = FaceTrack(
        np.zeros((COUNT, 52), np.float32),
        np.zeros((COUNT, 3), np.float32),
        np.tile(np.array([-0.8, 0, 0], np.float32), (COUNT, 1)),
        np.ones(COUNT, np.bool_),
    )
    sound = voice(COUNT / 30) + rng.normal(0, 0.0005, COUNT * INTERNAL_RATE // 30)
    talking = 0.2 * np.sin(np.pi * 4 * np.arange(COUNT) / 30) ** 2
    return Scene(
        sound.astype(np.float32), expressed(face, {'jawOpen': 1.0}, talking), Speech('en-us')
    )


def coefficient(scene: Scene, name: str, tick: int) -> float:
    return float(scene.face.expression[tick, ARKIT_INDEX[name]])


@pytest.mark.parametrize('name', NAMES)
def test_an_event_changes_nothing_before_it_and_something_after(scene, name):
    (event,) = events_by_name([name])
    for change in (event.put, event.instead):
        changed = change(scene, AT)
        first = BEGINS.get(name, AT)
        np.testing.assert_array_equal(
            changed.audio[: sample_of(first)], scene.audio[: sample_of(first)]
        )
        for part in ('expression', 'rotation', 'translation', 'valid'):
            before, after = getattr(scene.face, part), getattr(changed.face, part)
            assert after.dtype == before.dtype
            np.testing.assert_array_equal(after[:first], before[:first])
        assert len(changed) == COUNT and len(changed.audio) == len(scene.audio)
    put, instead = event.put(scene, AT), event.instead(scene, AT)
    same = [np.array_equal(put.audio, instead.audio)] + [
        np.array_equal(getattr(put.face, part), getattr(instead.face, part))
        for part in ('expression', 'rotation', 'translation', 'valid')
    ]
    assert not all(same)


def test_bump_rises_holds_and_falls():
    curve = bump(300, 30, 1.0, 2.0, 1.0)
    assert curve[30] == 0 and curve[45] == pytest.approx(0.5)
    assert curve[60] == pytest.approx(1) and curve[120] == pytest.approx(1)
    assert curve[150] == pytest.approx(0) and not curve[151:].any()


def test_faces_show_what_the_events_say(scene):
    hold = AT + 40

    def put(name):
        return events_by_name([name])[0].put(scene, AT)

    assert coefficient(put('smile'), 'mouthSmileLeft', hold) == pytest.approx(0.7)
    assert coefficient(put('frown'), 'browDownRight', hold) == pytest.approx(0.7)
    assert coefficient(put('tears'), 'browInnerUp', hold) == pytest.approx(0.8)
    assert coefficient(put('surprise'), 'browOuterUpLeft', AT + 15) == pytest.approx(0.8)
    assert np.degrees(put('tilt').face.rotation[hold]) == pytest.approx([15, 0, 0])
    assert np.degrees(put('turn').face.rotation[hold]) == pytest.approx([0, 0, 25])
    nod = np.degrees(put('nod').face.rotation[:, 1])
    assert nod.max() == pytest.approx(8, abs=0.1)
    assert not nod[AT + 31 :].any()
    assert put('lean in').face.translation[hold, 0] == pytest.approx(-0.65)
    assert not put('leaves').face.valid[AT:].any()
    back = put('comes back')
    assert back.face.valid[AT:].all() and not back.face.valid[AT - 180 : AT].any()


def test_nobody_leans_into_the_camera(scene):
    near = replace(scene.face, translation=scene.face.translation + np.float32(0.45))
    (event,) = events_by_name(['lean in'])
    place = event.put(replace(scene, face=near), AT).face.translation
    assert place[AT + 40, 0] == pytest.approx(-0.3)
    nearer = replace(scene.face, translation=scene.face.translation + np.float32(0.6))
    place = event.put(replace(scene, face=nearer), AT).face.translation
    assert place[AT + 40, 0] == pytest.approx(-0.2)


def test_voices_are_as_loud_as_the_events_say(scene):
    (event,) = events_by_name(['loud'])
    loud, usual = event.put(scene, AT), event.instead(scene, AT)
    here = slice(sample_of(AT), sample_of(AT + 60))
    level = voice_events.level
    assert level(loud.audio[here]) / level(usual.audio[here]) == pytest.approx(4.0, rel=0.05)
    assert level(usual.audio[here]) == pytest.approx(level(scene.audio), rel=0.1)
    (event,) = events_by_name(['long pause'])
    quiet = event.put(scene, AT)
    assert level(quiet.audio[sample_of(AT - 60) :]) < 0.1 * level(scene.audio)
    assert not quiet.face.expression[AT - 60 :, ARKIT_INDEX['jawOpen']].any()


def test_a_question_ends_at_the_event_and_is_followed_by_silence(scene):
    (event,) = events_by_name(['question'])
    asked = event.put(scene, AT)
    level = voice_events.level
    assert level(asked.audio[sample_of(AT - 20) : sample_of(AT - 2)]) > 0.3 * level(scene.audio)
    after = asked.audio[sample_of(AT + 1) : sample_of(AT + 70)]
    assert level(after) < 0.1 * level(scene.audio)


def test_laughter_has_its_rhythm_and_pitch():
    sound = voice_events.laughter().astype(np.float64)
    loud = np.abs(np.fft.rfft(np.square(sound)))
    frequency = np.fft.rfftfreq(len(sound), 1 / INTERNAL_RATE)
    slow = (frequency > 2) & (frequency < 10)
    assert frequency[slow][np.argmax(loud[slow])] == pytest.approx(4.8, abs=0.6)
    spectrum = np.abs(np.fft.rfft(sound))
    voiced = (frequency > 100) & (frequency < 400)
    assert 210 < frequency[voiced][np.argmax(spectrum[voiced])] < 290


def test_the_head_perceives_the_scene_tick_by_tick(scene):
    frames = perceived(scene)
    assert len(frames) == COUNT
    np.testing.assert_array_equal(frames[37].face.expression, scene.face.expression[37])
    assert all(frame.audio_valid for frame in frames[2:])
    again = perceived(scene)  # by the same stream, after another scene has gone through it
    for one, other in zip(frames, again, strict=True):
        np.testing.assert_array_equal(one.acoustic, other.acoustic)
        assert one.speaking == other.speaking
    gone = perceived(events_by_name(['leaves'])[0].put(scene, AT))
    assert not any(frame.face_valid for frame in gone[AT + 8 :])
    assert all(frame.face_valid for frame in gone[1:AT])


def test_judgement_is_students_t_with_benjamini_and_hochberg():
    rng = np.random.default_rng(3)
    events = EVENTS[:4]
    found = rng.normal(0, 0.5, (20, 4, len(CHANNELS)))
    found[:, 1, 0] += 1.5
    reactions = judge(events, found)
    one = next(r for r in reactions if (r.event, r.channel) == (events[1].name, 'smile'))
    test = ttest_1samp(found[:, 1, 0], 0)
    interval = test.confidence_interval(0.95)
    assert (one.low, one.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert one.effect == pytest.approx(found[:, 1, 0].mean())
    assert one.share == np.mean(found[:, 1, 0] >= 0.05)
    assert one.p == pytest.approx(test.pvalue)
    assert one.runs == 20
    # The step-up procedure written out: the largest k whose p is at most k / m of the share.
    visible = {channel.name: channel.visible for channel in CHANNELS}
    ordered = sorted(reactions, key=lambda r: r.p)
    good = [k for k, r in enumerate(ordered, 1) if r.p <= 0.05 * k / len(ordered)]
    clear = ordered[: max(good, default=0)]
    assert one in clear
    assert [r for r in ordered if r.reacts] == [
        r for r in clear if abs(r.effect) >= visible[r.channel]
    ]


def test_chance_seldom_makes_a_reaction():
    rng = np.random.default_rng(4)
    visible = np.array([channel.visible for channel in CHANNELS])
    alarms = sum(
        any(r.reacts for r in judge(EVENTS, visible * rng.normal(0, 3, (20, 15, len(CHANNELS)))))
        for _ in range(200)
    )
    assert alarms <= 20  # 5 % of 200 are 10; more than 20 have a probability of 0.0003


def test_a_difference_that_nobody_sees_is_no_reaction():
    found = np.zeros((20, 1, len(CHANNELS)))
    found[:, 0, 0] = 0.049
    assert not any(r.reacts for r in judge(EVENTS[:1], found))
    found[:, 0, 0] = 0.051
    assert [r.channel for r in judge(EVENTS[:1], found) if r.reacts] == ['smile']


def test_whoever_never_moves_reacts_to_nothing(scene):
    events = events_by_name(['nothing', 'laugh', 'leaves'])
    found = differences(Model('frozen'), Attitude.POSITIVE, events, scene, AT)
    np.testing.assert_array_equal(found, 0)


def test_a_mirror_reacts_to_what_is_seen_and_not_to_what_is_heard(scene):
    events = events_by_name(MIRRORED)
    found = differences(Model('mirroring'), Attitude.POSITIVE, events, scene, AT)
    by = {name: dict(zip([c.name for c in CHANNELS], row, strict=True))
          for name, row in zip(MIRRORED, found, strict=True)}  # fmt: skip
    assert by['smile']['smile'] == pytest.approx(0.7 * 1.75 / 2, abs=0.01)
    assert by['tilt']['roll'] == pytest.approx(15 * 1.7 / 2, abs=0.2)
    assert by['turn']['yaw'] == pytest.approx(25 * 1.7 / 2, abs=0.3)
    assert by['lean in']['lean'] == pytest.approx(150 * 1.65 / 2, abs=3)
    assert by['nod']['nods'] == 1
    assert by['surprise']['brows up'] > 0.4
    assert by['frown']['brows down'] > 0.5
    visible = {channel.name: channel.visible for channel in CHANNELS}
    for name in ('nothing', 'loud'):
        heard = {c: v for c, v in by[name].items() if c not in ('jaw', 'lips pressed')}
        assert all(abs(value) < visible[c] for c, value in heard.items()), name


def test_rules_mimic_a_tilt_in_the_mirror(scene):
    found = differences(Model('rules'), Attitude.POSITIVE, events_by_name(['tilt']), scene, AT)
    channels = dict(zip([channel.name for channel in CHANNELS], found[0], strict=True))
    assert channels['roll'] < -0.5


def test_pairs_are_the_same_run_after_run(scene):
    events = events_by_name(['laugh'])
    once, again = (
        differences(Model('lstm', seed=3), Attitude.POSITIVE, events, scene, AT) for _ in range(2)
    )
    np.testing.assert_array_equal(once, again)


def test_command_prints_and_writes_the_same(scene, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paired_runs, 'synthetic_scene', lambda seed: (scene, AT))
    out = tmp_path / 'out'
    arguments = ['--listener', 'mirroring', '--runs', '4', '--events', 'smile', 'nothing']
    assert main(['reactions', *arguments, '--out', str(out)]) == 0
    printed = capsys.readouterr().out
    assert "| nothing | the tracker's noise for a second | - |" in printed
    assert '| smile | smiles for 2 s | smile +0.6' in printed
    assert (out / 'reactions.md').read_text() in printed
    assert (out / 'reactions.png').read_bytes().startswith(b'\x89PNG')
    rows = list(csv.DictReader((out / 'reactions.csv').open()))
    told = json.loads((out / 'reactions.json').read_text())
    assert len(rows) == len(told) == 2 * len(CHANNELS)
    assert float(rows[0]['effect']) == told[0]['effect']


def test_bad_settings_are_told(tmp_path, capsys):
    with pytest.raises(SettingError, match="no event is called 'sneeze'; there are nothing, smile"):
        Staging(Model('rules'), events=('sneeze',))
    with pytest.raises(SettingError, match='runs: at least 4'):
        Staging(Model('rules'), runs=3)
    assert main(['reactions', '--listener', 'nobody']) == 1
    assert 'nobody' in capsys.readouterr().err


def test_a_clip_too_short_for_an_event_is_refused(scene, monkeypatch, tmp_path):
    from vico_listener.lab.reactions import scene as scenes

    monkeypatch.setattr(scenes, 'perceive', lambda video, audio: perceived(scene))
    with pytest.raises(DataError, match=r'lasts 10\.0 s; an event needs 12 s before it and 4 s'):
        recorded_scenes(tmp_path / 'short.mp4', 2)


def test_a_table_without_reactions_says_so():
    table = format_reactions(judge(EVENTS[:2], np.zeros((4, 2, len(CHANNELS)))))
    assert table.count('| - |') == 2
