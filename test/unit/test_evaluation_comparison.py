"""Listeners side by side: generation, modalities, scores, intervals, sizes."""

from dataclasses import replace

import numpy as np
import pytest
from made_faces import face_with
from made_features import dyad_clip
from made_features import noise_clip
from made_features import noise_track
from made_features import track_of
from made_features import write_clips
from networks import ARKIT52_MODEL
from networks import BFM64_MODEL
from networks import RELEASE_MODEL
from networks import checkpoint_of
from networks import saved
from networks import untrained

from vico_listener.lab.dataset.reference import reference_face
from vico_listener.lab.evaluation.comparison.doubts import extraction_doubts
from vico_listener.lab.evaluation.comparison.evaluation import evaluate
from vico_listener.lab.evaluation.comparison.evaluation import load_test_clips
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.comparison.generation import answer
from vico_listener.lab.evaluation.comparison.generation import clip_seed
from vico_listener.lab.evaluation.comparison.generation import limited
from vico_listener.lab.evaluation.comparison.generation import other_speaker
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.comparison.models import check_fit
from vico_listener.lab.evaluation.comparison.models import complexity
from vico_listener.lab.evaluation.comparison.models import parse_models
from vico_listener.lab.evaluation.comparison.published import FEATURE_DISTANCE
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.lab.evaluation.comparison.scores import interval
from vico_listener.lab.evaluation.comparison.scores import summarise
from vico_listener.lab.evaluation.comparison.sheets import method_strips
from vico_listener.listener import create_listener
from vico_listener.listener.learned import LearnedListener
from vico_listener.listener.mood import Mood
from vico_listener.listener.rules import RulesListener
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude


@pytest.fixture(scope='module')
def clips():
    a, b = clip_seed('a'), clip_seed('b')
    negative = dyad_clip('b', attitude=Attitude.NEGATIVE, seed=2, listener_seed=b)
    return [
        dyad_clip('a', seed=1, listener_seed=a),
        replace(negative, speaker_id='t'),
        dyad_clip('c', split='ood', attitude=Attitude.NEUTRAL, seed=3, seconds=3.0),
    ]


@pytest.fixture(scope='module')
def evaluation(clips):
    return evaluate(clips, parse_models(['rules', 'lstm']), quiet=True)


def results(evaluation, **wanted):
    found = summarise([a.score for a in evaluation.answers])
    return [r for r in found if all(getattr(r, k) == v for k, v in wanted.items())]


def test_the_teacher_reaches_its_own_motion_and_another_does_not(evaluation):
    # The face of `lstm`, which has learned from `rules`, is nearly as near; its nods are its own.
    for group, share in (('angle', 0.7), ('exp', 1.0)):
        own, other = (
            results(
                evaluation, model=model, metric=f'FD {group}', attitude='average', split='test',
                modality='both',
            )[0]
            for model in ('rules', 'lstm')
        )  # fmt: skip
        # The clips ease in from their reference, answers do not.
        assert own.value < share * other.value
        assert own.clips == 2
        assert other.low <= other.value <= other.high


def test_each_attitude_has_its_own_row(evaluation):
    found = results(evaluation, model='lstm', metric='FD exp', modality='both')
    assert {(r.split, r.attitude, r.clips) for r in found} == {
        ('test', 'positive', 1), ('test', 'negative', 1), ('test', 'average', 2),
        ('ood', 'neutral', 1), ('ood', 'average', 1),
    }  # fmt: skip
    assert all(r.low is None for r in found if r.clips == 1)


def test_taking_a_sense_away_is_scored_for_the_first_model_only(evaluation):
    found = results(evaluation, metric='FD angle', attitude='average', split='test')
    assert {(r.model, r.modality) for r in found} == {
        ('lstm', 'both'), *(('rules', m.value) for m in Modality)
    }  # fmt: skip
    by = {r.modality: r.value for r in found if r.model == 'rules'}
    assert min(by['audio only'], by['visual only'], by['wrong audio']) > by['both'] + 0.01
    assert evaluation.notes == ['The split ood has one speaker only: no wrong audio.']


def test_the_true_listener_is_measured_and_not_compared_with_itself(evaluation):
    found = {r.metric for r in results(evaluation, model=TRUE)}
    assert 'variance pose' in found and 'lag exp' in found
    assert not any(metric.startswith(('FD', 'frechet', 'paired')) for metric in found)
    own, other = (
        results(evaluation, model=model, metric='frechet pose', modality='both', split='test')
        for model in ('rules', 'lstm')
    )
    assert len(own) == 3
    assert all(mine.value < its.value for mine, its in zip(own, other, strict=True))


def test_every_clip_is_answered_with_a_seed_of_its_own(clips):
    twin = replace(clips[0], clip='twin')
    first, other, again = (
        evaluate([clip], parse_models(['rules']), quiet=True).answers[1].track.rotation
        for clip in (clips[0], twin, clips[0])
    )
    assert np.abs(first - other).max() > 0.005
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize('name', ['random', 'simulation', 'simulation_frequent'])
def test_a_baseline_draws_for_each_clip_whatever_came_before(clips, name, tmp_path):
    for seed in range(4):
        train = noise_clip(f't{seed}', ARKIT52, split='train', count=90)
        replace(train, listener=noise_track(90, seed, ARKIT52)).save(tmp_path / f't{seed}.npz')
    others = [replace(clips[0], clip=f'other {n}') for n in range(3)]
    models = parse_models([name], seed=1, features=tmp_path)
    alone = evaluate(clips[:1], models, quiet=True).of(name)[0].track
    among = [a.track for a in evaluate([*others, clips[0]], models, quiet=True).of(name)]
    np.testing.assert_array_equal(among[-1].rotation, alone.rotation)
    assert len({track.rotation[5:].tobytes() for track in among}) > 1


def test_a_sheet_shows_what_was_scored(clips):
    models = parse_models(['rules', 'random'], seed=4)
    scored = evaluate(clips[:1], models, quiet=True)
    strips = method_strips(models, clips[0], reference_face(clips[0].listener))
    assert [strip.label for strip in strips] == ['rules', 'random']
    for strip in strips:
        np.testing.assert_array_equal(
            strip.track.rotation, scored.of(strip.label)[0].track.rotation
        )


def test_several_processes_give_the_same():
    clips = [dyad_clip('a', seconds=1.0)]
    once, again = (
        evaluate(clips, parse_models(['rules']), processes, quiet=True) for processes in (1, 2)
    )
    assert [a.score for a in again.answers] == [a.score for a in once.answers]


def test_modalities_take_away_what_they_say(clips):
    clip, other, _ = clips
    audio, visual = limited(clip, Modality.AUDIO), limited(clip, Modality.VISUAL)
    assert not any(f.face_valid for f in audio.speaker_frames())
    assert any(f.speaking for f in audio.speaker_frames())
    assert not any(f.audio_valid or f.speaking for f in visual.speaker_frames())
    assert all(f.face_valid for f in visual.speaker_frames())
    assert other_speaker(clip, clips) is other
    assert other_speaker(clips[2], clips) is None
    short = noise_clip('n', clip.speaker.basis, count=50)
    wrong = limited(clip, Modality.WRONG_AUDIO, short)
    assert len(wrong) == len(clip)
    assert wrong.speaking.all()
    with pytest.raises(ValueError, match='a: no other speaker in the split test'):
        limited(clip, Modality.WRONG_AUDIO)


def test_attitude_and_reference_can_be_others_than_the_clip_s(clips):
    listener = RulesListener()
    usual = answer(listener, clips[0])
    stern = answer(listener, clips[0], attitude=Attitude.NEGATIVE)
    assert np.abs(usual.expression - stern.expression).max() > 0.1
    smiling = face_with(reference_face(clips[0].listener), mouthSmile=0.5)
    assert np.abs(answer(listener, clips[0], smiling).expression - usual.expression).max() > 0.1


def test_a_network_without_attitudes_listens_in_neutral():
    model = replace(ARKIT52_MODEL, attitude=False)
    listener = LearnedListener(checkpoint=checkpoint_of(untrained(model)), runtime='torch')
    track = answer(listener, dyad_clip('a', seconds=1.0))
    assert len(track) == 30


def test_a_network_is_scored_on_what_it_says_from_the_first_frame():
    listener = LearnedListener(checkpoint=checkpoint_of(untrained(RELEASE_MODEL)), runtime='torch')
    clip = noise_clip('n', BFM64)
    track = answer(listener, clip, attitude=Attitude.NEUTRAL)
    reference = reference_face(clip.listener)
    listener.reset(reference, Attitude.NEUTRAL)
    mood = Mood.settled(Attitude.NEUTRAL)
    said = [listener.step(frame, mood).expression for frame in clip.speaker_frames()]
    np.testing.assert_array_equal(track.expression, np.array(said, np.float32))
    assert np.abs(said[0] - reference.expression).max() > 0.01


def test_another_basis_is_refused(tmp_path, clips):
    saved(BFM64_MODEL, tmp_path / 'theirs')
    models = parse_models([f'lstm={tmp_path / "theirs"}'])
    with pytest.raises(ValueError, match='theirs understands faces in the basis bfm64, the '):
        evaluate(clips, models, quiet=True)
    mixed = [clips[0], noise_clip('n', BFM64)]
    with pytest.raises(ValueError, match='in several bases: arkit52, bfm64'):
        evaluate(mixed, parse_models(['rules']), quiet=True)


def test_other_acoustic_features_are_refused():
    listener = LearnedListener(checkpoint=checkpoint_of(untrained(RELEASE_MODEL)), runtime='torch')
    with pytest.raises(ValueError, match='lstm understands the acoustic features vico_release'):
        check_fit(Model('lstm'), listener, noise_clip('n', BFM64))


def test_features_that_a_network_was_not_trained_on_are_told():
    """Nothing else would show it: the numbers look like any others."""
    config = replace(RELEASE_MODEL, training={'video_size': 384})
    checkpoint = checkpoint_of(untrained(config))
    checkpoint.norm.speaker_mean[-3:] = 1, 128, 128
    checkpoint.norm.speaker_std[-3:] = 0.1, 8, 8
    clip = noise_clip('n', BFM64)
    clip.speaker.crop[:] = 1, 125, 130
    told = [
        extraction_doubts('net', checkpoint, [clip], settings)
        for settings in ({}, {'lookahead': 1}, {'tree': 'x', 'lookahead': 0}, {'lookahead': 0})
    ]
    assert told[:3] == [[], [], []]
    assert told[3][0].endswith('Extract them again with --lookahead 1.')
    clip.speaker.crop[:] = 0.66, 192, 192
    (line,) = extraction_doubts('net', checkpoint, [clip], {'lookahead': 1})
    assert 'lie 8.0 standard deviations from where net was trained' in line
    ours = checkpoint_of(untrained(BFM64_MODEL))
    ours.norm.speaker_mean[-3:] = 0.66, 192, 192
    assert not extraction_doubts('ours', ours, [clip], {'lookahead': 0})


def test_models_of_a_command_line(tmp_path):
    first, second = parse_models(['rules', f'lstm={tmp_path / "mine"}'])
    assert (first.label, second.label) == ('rules', 'mine')
    assert parse_models(['lstm=out/gru/checkpoint'])[0].label == 'gru'
    with pytest.raises(ValueError, match="unknown listener 'nobody': choose one of"):
        parse_models(['nobody'])
    with pytest.raises(ValueError, match='the listener rules takes no checkpoint'):
        parse_models(['rules=x'])
    with pytest.raises(ValueError, match="a checkpoint's folder must follow"):
        parse_models(['lstm='])
    with pytest.raises(ValueError, match="two models would be called 'mine'"):
        parse_models(['lstm=a/mine', 'lstm=b/mine'])


def test_size_of_the_released_network_is_what_the_paper_says():
    size = complexity(checkpoint_of(untrained(RELEASE_MODEL)))
    assert (size.parameters, size.paper) == (248_449, 941_346)
    assert size.step == 184_320 + 22_656 + 7_008  # LSTM, fusion, head


def test_the_shipped_network_has_a_size(evaluation):
    assert set(evaluation.complexities) == {'lstm'}
    assert create_listener('lstm').checkpoint.config.output == 'behaviour'


def test_size_of_a_transformer_counts_its_attention():
    model = replace(ARKIT52_MODEL, generator='transformer')
    size = complexity(checkpoint_of(untrained(model)))
    fuse, enter = 192 * model.driven_size, 96 * 192
    layer = (3 + 1 + 2 + 2) * 96 * 96 + 2 * 60 * 96
    assert size.step == fuse + enter + 2 * layer + model.output_size * 96


def test_baselines_are_compared_in_any_basis(tmp_path):
    clips = [noise_clip('a', BFM64), noise_clip('b', BFM64, 'ood')]
    folder = write_clips(tmp_path, [noise_clip('t', BFM64, 'train')])
    names = ['simulation', 'mirroring', 'random']
    found = evaluate(clips, parse_models(names, features=folder), quiet=True)
    scores = {a.job.label: a.score for a in found.answers if a.job.modality is Modality.BOTH}
    # The train clip is the same noise, from the same first face.
    assert scores['simulation'].distance.exp == pytest.approx(0, abs=1e-4)
    assert scores['mirroring'].distance.exp > 1
    assert scores['mirroring'].values['lagged correlation exp'] == pytest.approx(1)
    with pytest.raises(ValueError, match='a, simulation_attitude: no clip of the train split'):
        stern = [replace(clips[0], attitude=Attitude.NEGATIVE)]
        evaluate(stern, parse_models(['simulation_attitude'], features=folder), quiet=True)


def test_a_listener_never_seen_is_named(clips):
    blind = replace(clips[0], listener=replace(clips[0].listener))
    blind.listener.valid = np.zeros(len(blind), np.bool_)
    with pytest.raises(ValueError, match='a, true listener: the face is never seen'):
        evaluate([blind], parse_models(['rules']), quiet=True)


def test_interval_of_a_known_mean():
    rng = np.random.default_rng(1)
    values = rng.normal(5, 2, 400)
    low, high = interval(values, np.ones(400))
    # The mean's standard error is 2/20; the interval reaches 1.96 of it to both sides.
    assert high - low == pytest.approx(2 * 1.96 * 0.1, rel=0.15)
    assert low < values.mean() < high
    assert interval([1.0], [1.0]) is None
    low, high = interval([0.0, 1.0], [1.0, 3.0])
    assert (low, high) == (0, 1)


def test_splits_that_are_empty_are_named(tmp_path):
    dyad_clip('a', split='train', seconds=1.0).save(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match='has 1 clips of the split train, but none of test or ood'):
        load_test_clips(tmp_path)
    dyad_clip('b', seconds=1.0).save(tmp_path / 'b.npz')
    clips, notes = load_test_clips(tmp_path)
    assert [clip.clip for clip in clips] == ['b']
    assert notes == ['The split ood is empty.']
    with pytest.raises(ValueError, match='no such folder'):
        load_test_clips(tmp_path / 'nowhere')


@pytest.mark.parametrize('where', ['acoustic', 'speaker', 'listener'])
def test_clips_that_are_not_finite_are_named_and_what_is_not_seen_may_be_so(where, tmp_path):
    clip = noise_clip('a', BFM64)
    rows = clip.acoustic if where == 'acoustic' else getattr(clip, where).translation
    known = clip.heard if where == 'acoustic' else getattr(clip, where).valid
    rows[3, 1] = np.nan
    known[3] = False
    clip.save(tmp_path / 'a.npz')
    assert len(load_test_clips(tmp_path)[0]) == 1
    known[3] = True
    clip.save(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match=f'a: {where} holds numbers that are not finite'):
        load_test_clips(tmp_path)


def test_published_numbers_are_complete():
    assert len(FEATURE_DISTANCE) == 2 * 4 * 3 * 4
    assert FEATURE_DISTANCE['test', 'average', 'exp', 'Ours'] == 15.04
    assert FEATURE_DISTANCE['ood', 'negative', 'angle', 'Simulation*'] == 18.75


def test_tracks_keep_what_motions_hold():
    clip = dyad_clip('a', seconds=1.0)
    assert track_of([clip.listener.motion(3)]).expression[0].tolist() == (
        clip.listener.expression[3].tolist()
    )
