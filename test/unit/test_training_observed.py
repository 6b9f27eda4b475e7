"""Gestures of recorded listeners are found in their motion, and played they give it again."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from made_features import dyad_clip
from made_features import gesture_of
from networks import BEHAVIOUR_MODEL

from vico_listener.cli.main import main
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.dyads.dyad import GESTURE_FIELDS
from vico_listener.lab.dataset.dyads.dyad import Dyad
from vico_listener.lab.training.observed import observed_dyad
from vico_listener.lab.training.observed import observed_sequences
from vico_listener.lab.training.sequences import measure
from vico_listener.listener.body import Behaviour
from vico_listener.listener.body import Body
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.learned import LearnedListener
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion

SECONDS = 20.0
NODS = {
    60: Gesture(Kind.NOD, np.radians(9.0), frequency=2.0, cycles=2, decay=0.7),
    210: Gesture(Kind.NOD, np.radians(6.0), frequency=2.5, cycles=1, upswing=0.4),
    330: Gesture(Kind.SHAKE, -np.radians(8.0), frequency=1.8, cycles=3),
}


@pytest.fixture(scope='module')
def clip() -> ClipFeatures:
    """A listener who makes known gestures, turned away a little, and blinks."""
    made = dyad_clip('a', 'train', seconds=SECONDS)
    count = len(made)
    rotation = np.zeros((count, 3))
    rotation[:, 0] = 0.02 * np.sin(np.arange(count) / 40)
    for tick, gesture in NODS.items():
        curve = gesture.curve()
        rotation[tick : tick + len(curve), 2 if gesture.kind is Kind.SHAKE else 1] += curve
    expression = np.zeros((count, 52), np.float32)
    expression[:, ARKIT_INDEX['mouthSmileLeft']] = 0.3
    for tick in (100, 400):
        expression[tick : tick + 7, ARKIT_INDEX['eyeBlinkLeft']] = np.hanning(7)
        expression[tick : tick + 7, ARKIT_INDEX['eyeBlinkRight']] = np.hanning(7)
    zeros = np.zeros((count, 3), np.float32)
    track = FaceTrack(expression, rotation.astype('f4'), zeros, np.ones(count, bool))
    return replace(made, listener=track)


def by_name(dyad: Dyad, row: int) -> dict[str, float]:
    return dict(zip(GESTURE_FIELDS, dyad.gestures[row].tolist(), strict=True))


def test_gestures_are_told_as_they_were_made(clip: ClipFeatures) -> None:
    dyad = observed_dyad(clip)
    assert dyad.gestures[:, 1].tolist() == [Kind.NOD, Kind.NOD, Kind.SHAKE]
    for row, (tick, made) in enumerate(NODS.items()):
        found = by_name(dyad, row)
        assert found['tick'] == pytest.approx(tick, abs=3)
        assert found['size'] == pytest.approx(made.size, rel=0.15)
        assert found['frequency'] == pytest.approx(made.frequency, rel=0.2)
        assert found['cycles'] == made.cycles and found['delay'] == 0
        assert (found['upswing'] > 0) == (made.upswing > 0)
    assert by_name(dyad, 0)['decay'] == pytest.approx(0.7, abs=0.15)


def test_what_is_left_is_posture_without_gestures_and_a_face_without_blinks(
    clip: ClipFeatures,
) -> None:
    dyad = observed_dyad(clip)
    assert np.degrees(np.abs(dyad.posture[:, 1:]).max()) < 1.2
    np.testing.assert_allclose(dyad.posture[:, 0], clip.listener.rotation[:, 0], atol=2e-3)
    blinks = [ARKIT_INDEX['eyeBlinkLeft'], ARKIT_INDEX['eyeBlinkRight']]
    assert dyad.expression_out[:, blinks].max() < 0.15 < clip.listener.expression[:, blinks].max()


def test_played_again_it_is_the_recorded_motion(clip: ClipFeatures) -> None:
    dyad = observed_dyad(clip)
    body = Body()
    body.reset(FaceMotion(dyad.reference.copy()))
    rotation, expression = [], []
    for tick in range(len(dyad)):
        rows = dyad.gestures[dyad.gestures[:, 0] == tick]
        did = Behaviour(
            dyad.posture[tick],
            dyad.translation_out[tick],
            dyad.change[tick],
            [gesture_of(row) for row in rows],
        )
        face = body.step(did, 1.0, 1.0)
        rotation.append(face.rotation)
        expression.append(face.expression)
    away = np.degrees(np.array(rotation) - dyad.rotation_out)
    assert np.sqrt(np.mean(away[:, 1] ** 2)) < 1.0
    smile = ARKIT_INDEX['mouthSmileLeft']
    np.testing.assert_allclose(np.array(expression)[:, smile], 0.3, atol=1e-5)


def test_gaps_are_bridged_and_count_for_nothing(clip: ClipFeatures) -> None:
    valid = np.ones(len(clip), bool)
    valid[150:160] = False
    gappy = replace(clip.listener, valid=valid, rotation=clip.listener.rotation.copy())
    gappy.rotation[150:160] = np.nan
    dyad = observed_dyad(replace(clip, listener=gappy))
    assert np.isfinite(dyad.posture).all() and len(dyad.gestures) == 3
    config = BEHAVIOUR_MODEL
    found = replace(clip, listener=gappy)
    made = observed_sequences(config, measure(config, [dyad]), [(found, dyad)])
    np.testing.assert_array_equal(made.mask[0].numpy(), valid)
    assert torch.isfinite(made.motion).all() and made.begins.sum() == 3


def test_a_network_learns_them_and_listens(clip: ClipFeatures, tmp_path, capsys) -> None:
    features = tmp_path / 'set' / 'features'
    features.mkdir(parents=True)
    for number, split in enumerate(('train', 'train', 'test')):
        replace(clip, clip=f'c{number}', split=split).save(features / f'c{number}.npz')
    config = tmp_path / 'config.yaml'
    config.write_text('model: {output: behaviour}\nepochs: 2\nbatch: 2\nseed: 3\n')
    command = ['train', str(config), '--features', str(features), '--out', str(tmp_path / 'run')]
    assert main([*command, '--threads', '1']) == 0
    listener = LearnedListener(checkpoint=tmp_path / 'run' / 'checkpoint', runtime='numba')
    told = listener.checkpoint.config.training
    assert (told['nods'], told['shakes'], told['beats']) == (4, 2, 0)
    still = replace(clip.listener, rotation=np.zeros_like(clip.listener.rotation))
    for number, split in enumerate(('train', 'train', 'test')):
        made = replace(clip, clip=f'c{number}', split=split, listener=still)
        made.save(features / f'c{number}.npz')
    assert main([*command[:-1], str(tmp_path / 'other'), '--threads', '1']) == 1
    assert 'neither nod nor shake' in capsys.readouterr().err
