"""Features of clips: written, read, refused."""

from dataclasses import replace

import numpy as np
import pytest

from vico_listener.errors import DataError
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import Basis


def made_track(count: int, basis: Basis, seed: int) -> FaceTrack:
    rng = np.random.default_rng(seed)
    sizes = basis.size, 3, 3, 3
    expression, rotation, translation, crop = (
        rng.random((count, size)).astype(np.float32) for size in sizes
    )
    return FaceTrack(expression, rotation, translation, rng.random(count) < 0.8, crop, basis)


def made_clip(name: str = 'a', count: int = 40) -> ClipFeatures:
    return ClipFeatures(
        clip=name,
        split='test',
        attitude=Attitude.NEGATIVE,
        speaker_id='7',
        listener_id='9',
        acoustic=np.ones((count, 45), np.float32),
        speaking=np.arange(count) % 2 > 0,
        heard=np.ones(count, np.bool_),
        pitch=np.arange(count, dtype=np.float32),
        speaker=made_track(count, BFM64, 1),
        listener=made_track(count, BFM64, 2),
    )


def test_what_is_written_is_read(tmp_path):
    clip = made_clip()
    clip.save(tmp_path / 'a.npz')
    (read,) = load_features(tmp_path, 'test')
    assert (read.clip, read.attitude, read.speaker_id) == ('a', Attitude.NEGATIVE, '7')
    assert read.speaker.basis is BFM64
    np.testing.assert_array_equal(read.listener.crop, clip.listener.crop)
    frames = list(read.speaker_frames())
    assert len(frames) == 40 and frames[0].reset and not frames[1].reset
    assert [f.face_valid for f in frames] == read.speaker.valid.tolist()
    np.testing.assert_array_equal(frames[5].acoustic, clip.acoustic[5])
    assert [f.pitch for f in frames] == list(range(40))


def test_a_file_from_before_pitch_was_measured_is_read(tmp_path):
    made_clip().save(tmp_path / 'a.npz')
    with np.load(tmp_path / 'a.npz') as file:
        older = {name: array for name, array in file.items() if name != 'pitch'}
    np.savez(tmp_path / 'a.npz', **older)
    (read,) = load_features(tmp_path)
    assert not read.pitch.any() and len(read.pitch) == 40


def test_an_empty_split_is_named(tmp_path):
    made_clip().save(tmp_path / 'a.npz')
    with pytest.raises(ValueError, match='no clips of the split ood'):
        load_features(tmp_path, 'ood')


def test_a_broken_file_is_named(tmp_path):
    made_clip().save(tmp_path / 'a.npz')
    data = (tmp_path / 'a.npz').read_bytes()
    for broken in (data[: len(data) // 2], b'', b'no features'):
        (tmp_path / 'a.npz').write_bytes(broken)
        for split in (None, 'test'):
            with pytest.raises(DataError, match='a.npz holds no features of a clip'):
                load_features(tmp_path, split)


def test_tracks_must_fit():
    with pytest.raises(ValueError, match='tracks of different lengths'):
        replace(made_clip(), listener=made_track(39, BFM64, 2))
    with pytest.raises(ValueError, match='unknown split'):
        replace(made_clip(), split='validation')
    with pytest.raises(ValueError, match='as the basis bfm64 requires'):
        FaceTrack(
            np.zeros((4, 52), np.float32),
            *(np.zeros((4, 3), np.float32) for _ in range(2)),
            np.ones(4, np.bool_),
            basis=BFM64,
        )
