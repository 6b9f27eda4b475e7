"""Features are what the live stack perceives of a speaker, and what a listener truly did."""

import json
import shutil
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
import scipy.io
from made_faces import face_with
from scipy.io import wavfile
from shared_material import needs_model

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.face import create_face_tracker
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.frames import CameraFrame
from vico_listener.frames import SpeakerFrame
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.clip_features import load_features
from vico_listener.lab.dataset.followed_face import follow_face
from vico_listener.lab.dataset.vico import deep3d_files
from vico_listener.lab.dataset.vico.deep3d_files import features_from_mat
from vico_listener.lab.dataset.vico.deep3d_files import read_mat
from vico_listener.lab.dataset.vico.layouts import ClipEntry
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.dataset.vico.stretch import BOUNDS
from vico_listener.lab.dataset.vico.stretch import Width
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.stretch import resized
from vico_listener.lab.dataset.vico.stretch import width_factor
from vico_listener.lab.evaluation.nods import find_nods
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import read_audio
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.native import to_native
from vico_listener.perception import Perception
from vico_listener.render import PortraitError
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.head3d.head3d_renderer import Head3dRenderer
from vico_listener.render.warp import PortraitRenderer
from vico_listener.speech import AcousticStream
from vico_listener.speech.stream import acoustic_features


def part_of(made_up: Path, folder: Path, chosen: slice) -> list[ClipEntry]:
    """Some clips of a data set, by their length, as one of their own, all of train, in `folder`."""
    entries = sorted(read_layout(made_up).entries, key=lambda e: e.audio.stat().st_size)[chosen]
    keep = {entry.clip for entry in entries}
    lines = (made_up / 'RLD_data.csv').read_text().splitlines()
    kept = [line.rsplit(',', 1)[0] + ',train' for line in lines[1:] if line.split(',')[2] in keep]
    folder.mkdir()
    (folder / 'RLD_data.csv').write_text('\n'.join([lines[0], *kept]) + '\n')
    for name in ('videos', 'audios'):
        (folder / name).symlink_to(made_up / name)
    return entries


def live(video: Path, audio: Path) -> list[SpeakerFrame]:
    """What the stack perceives when audio comes in big pieces, long before the images."""
    stream = AcousticStream(44_100, 1)
    perception = Perception(create_face_tracker(), stream)
    frames = []
    _, samples = wavfile.read(audio)
    stream.push(samples[:, None], 0)
    for n, frame in enumerate(camera_frames(video)):
        frames += perception.add_image(frame.image, round(n * NANOSECONDS / 30))
    return frames + perception.flush()


def test_features_are_those_of_the_live_stack(made_up, tmp_path):
    entries = part_of(made_up, tmp_path / 'part', slice(-2, None))
    arguments = ['dataset', 'extract', str(tmp_path / 'part'), '--stretch', '1']
    assert main([*arguments, '--workers', '2']) == 0
    folder = tmp_path / 'part' / 'features'
    features = load_features(folder)
    assert {clip.clip for clip in features} == {entry.clip for entry in entries}
    one = ClipFeatures.load(folder / f'{entries[0].clip}.npz')
    speaker = live(entries[0].speaker_video, entries[0].audio)
    assert len(one) == len(speaker)
    np.testing.assert_array_equal([f.acoustic for f in speaker], one.acoustic)
    np.testing.assert_array_equal([f.speaking for f in speaker], one.speaking)
    for name in ('expression', 'rotation', 'translation'):
        seen = [getattr(f.face, name) for f in speaker]
        np.testing.assert_array_equal(seen, getattr(one.speaker, name))
    assert one.listener.valid.all() and one.speaking.any()


def test_extraction_goes_on_where_it_broke_off(made_up, tmp_path, capsys):
    entries = part_of(made_up, tmp_path / 'part', slice(2))
    arguments = ['dataset', 'extract', str(tmp_path / 'part'), '--workers', '1']
    assert main(arguments) == 0
    folder = tmp_path / 'part' / 'features'
    first, second = (folder / f'{entry.clip}.npz' for entry in entries)
    done = first.stat().st_mtime_ns
    second.unlink()
    assert main(arguments) == 0
    assert first.stat().st_mtime_ns == done and second.exists()
    assert {row['clip'] for row in json.loads((folder / 'extraction.json').read_text())} == {
        entry.clip for entry in entries
    }
    assert main([*arguments, '--stretch', '0.8']) == 1
    assert 'was made with other settings (stretch was None)' in capsys.readouterr().err


def test_ray_finds_the_same(made_up, tmp_path):
    pytest.importorskip('ray')
    entries = part_of(made_up, tmp_path / 'part', slice(1))
    arguments = ['dataset', 'extract', str(tmp_path / 'part'), '--workers', '1']
    name = f'{entries[0].clip}.npz'
    assert main([*arguments, '--out', str(tmp_path / 'here')]) == 0
    assert main([*arguments, '--out', str(tmp_path / 'there'), '--ray']) == 0
    here, there = (ClipFeatures.load(tmp_path / where / name) for where in ('here', 'there'))
    np.testing.assert_array_equal(here.acoustic, there.acoustic)
    np.testing.assert_array_equal(here.listener.expression, there.listener.expression)


def test_missing_ray_is_named(made_up, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    part_of(made_up, tmp_path / 'part', slice(1))
    assert main(['dataset', 'extract', str(tmp_path / 'part'), '--ray']) == 1
    assert 'requirements/cluster.txt' in capsys.readouterr().err


def test_a_clip_that_cannot_be_read_is_named_and_the_rest_goes_on(made_up, tmp_path, capsys):
    part = tmp_path / 'part'
    entries = part_of(made_up, part, slice(1))
    (part / 'audios').unlink()
    (part / 'audios').mkdir()
    shutil.copy(entries[0].audio, part / 'audios')
    wavfile.write(part / 'audios' / 'silent.wav', 44_100, np.zeros(0, np.int16))
    good, audio, image = (
        entries[0].listener_video.stem,
        entries[0].audio.stem,
        entries[0].speaker_video.stem,
    )
    with (part / 'RLD_data.csv').open('a') as file:
        file.write(f'neutral,{audio},nobody,{image},1,2,train\n')
        file.write(f'neutral,silent,{image},{good},1,2,train\n')
    assert main(['dataset', 'extract', str(part), '--stretch', '1', '--workers', '1']) == 1
    out, err = capsys.readouterr()
    assert 'no features of nobody: no such clip' in err
    assert f'no features of {image}: ' in err and '1 of 3 clips' in out
    assert [clip.clip for clip in load_features(part / 'features')] == [good]
    assert (part / 'features' / 'statistics.npz').exists()


@pytest.fixture(scope='module')
def rendered() -> list[np.ndarray]:
    """Somebody who looks about, smiles and opens the mouth."""
    try:
        renderer = PortraitRenderer(load_portrait(default_portrait_path()), 384)
    except PortraitError as error:
        pytest.skip(str(error))
    pictures = []
    for rotation, name in (
        ((0.0, 0.0, 0.0), 'mouthSmileLeft'),
        ((0.0, 0.2, 0.1), 'jawOpen'),
        ((0.1, -0.15, -0.2), 'mouthFunnel'),
    ):
        pictures.append(renderer.render(face_with(rotation=rotation, **{name: 0.5})))
    return pictures


@pytest.mark.parametrize('stretch', [0.8, 1.0, 1.2, 1.3, 1.4])
def test_stretched_faces_are_mended(rendered, stretch):
    width = width_factor([resized(p, stretch) for p in rendered], landmarker())
    assert width.factor * stretch == pytest.approx(1.0, abs=0.08)
    assert 0.05 < width.deviation < 0.1


def test_no_stretch_is_mended_without_bounds_or_without_telling(rendered):
    most = width_factor([resized(p, 2.0) for p in rendered[:1]], landmarker())
    assert most.factor == BOUNDS[0] and str(most).startswith('x 0.70 +-0.0')
    assert str(most).endswith(', the bound')
    assert str(width_factor(rendered[:1], landmarker())).endswith(' wide, as people do)')
    nobody = width_factor([np.zeros((64, 64, 3), np.uint8)], landmarker())
    assert nobody.factor == 1.0 and 'never seen from the front' in str(nobody)
    assert str(Width(0.8)) == 'x 0.80'


def test_real_faces_are_mended(clips):
    for name in ('speaker_3.mp4', 'speaker_6.mp4'):
        images = [f.image for f in islice(camera_frames(clips / name), 0, 90, 30)]
        width = width_factor([resized(p, 1.3) for p in images], landmarker())
        assert width.factor * 1.3 == pytest.approx(1.0, abs=0.1)


NODS = ((0.4, 3.0, 2.0), (1.9, 6.0, 1.0), (4.4, 3.0, 3.0))
"""Onset, s, size, deg, and frequency, Hz, of two cycles each."""


def nodding(fps: float, seconds: float = 5.4) -> Iterator[CameraFrame]:
    """A head of known geometry that nods and sways in noisy, compressed pictures."""
    renderer = Head3dRenderer(384)
    rng = np.random.default_rng(0)
    for n in range(round(seconds * fps)):
        t = n / fps
        pitch = np.sin(2 * np.pi * 0.1 * t)
        for onset, size, hertz in NODS:
            if onset <= t < onset + 2 / hertz:
                pitch += size / 2 * (1 - np.cos(2 * np.pi * hertz * (t - onset)))
        turn = np.radians([0.0, pitch, np.cos(t)])
        image = renderer.render(face_with(rotation=turn)) + rng.normal(0.0, 3.0, (384, 384, 3))
        packed = cv2.imencode('.jpg', np.clip(image, 0, 255), [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
        yield CameraFrame(round(t * NANOSECONDS), cv2.imdecode(packed, cv2.IMREAD_COLOR))


@needs_model
def test_nods_survive_the_extraction():
    """Between the images of a camera of 25 Hz, and with hardly any change of size."""
    track = follow_face(nodding(25.0), landmarker(), 60.0)
    assert track.valid.all() and len(track) == 162
    nods = find_nods(np.degrees(track.rotation).astype(np.float64))
    assert len(nods) == len(NODS)
    for nod, (onset, size, hertz) in zip(nods, NODS, strict=True):
        assert nod.start == pytest.approx(onset, abs=0.15)
        assert nod.amplitude == pytest.approx(size, rel=0.15)
        assert nod.frequency == pytest.approx(hertz, rel=0.2)


class Sightings:
    """A backend that sees one face, or nobody, as it is told."""

    basis = ARKIT52

    def __init__(self, pitches: list[float | None]) -> None:
        self.pitches = iter(pitches)
        self.pitch: float | None = None

    def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
        return [] if self.pitch is None else [Roi(32, 32, 40)]

    def observe(self, image: np.ndarray, roi: Roi, camera: object) -> FaceObservation | None:
        if self.pitch is None:
            return None
        motion = face_with(rotation=(0.0, self.pitch, 0.0))
        box = np.array([12, 12, 52, 52], np.float32)
        return FaceObservation(np.zeros((478, 3), np.float32), box, motion, roi, 0.0)

    def images(self, fps: float) -> Iterator[CameraFrame]:
        for n, pitch in enumerate(self.pitches):
            self.pitch = pitch
            yield CameraFrame(round(n * NANOSECONDS / fps), np.zeros((64, 64, 3), np.uint8))


def test_a_face_is_followed_without_lag_and_not_where_it_is_gone():
    """A parabola stays what it is, at the ticks between images and up to the edges of a gap."""
    pitches = [0.02 * (n / 20 - 1) ** 2 if not 30 <= n < 50 else None for n in range(80)]
    backend = Sightings(pitches)
    track = follow_face(backend.images(20.0), backend, 60.0)
    times = np.arange(len(track)) / 30
    gone = (times > 29 / 20 + 0.2) & (times < 50 / 20 - 0.01)
    np.testing.assert_array_equal(track.valid, ~gone)
    sure = (times < 29 / 20) | (times > 50 / 20)
    np.testing.assert_allclose(track.rotation[sure, 1], 0.02 * (times[sure] - 1) ** 2, atol=2e-5)


def coefficients(path: Path, dtype: type = np.float32, **changes) -> Path:
    rng = np.random.default_rng(0)
    content = {
        'coeff': rng.normal(0, 0.1, (20, 257)).astype(dtype),
        'transform_params': np.tile([256, 256, 0.9, 120, 130], (20, 1)).astype(dtype),
    }
    scipy.io.savemat(path, content | changes)
    return path


@pytest.mark.parametrize('dtype', [np.float32, np.float64])
def test_mat_coefficients(tmp_path, dtype):
    path = coefficients(tmp_path / 'a.mat', dtype)
    content = scipy.io.loadmat(path)['coeff']
    track = read_mat(path)
    native = to_native(track.motion(7))
    np.testing.assert_allclose(native[:3], content[7, 224:227], atol=1e-6)
    np.testing.assert_allclose(native[3:67], content[7, 80:144], atol=1e-6)
    np.testing.assert_allclose(native[67:], [*content[7, 254:257], 0.9, 120, 130], atol=1e-5)


def test_wrong_mat_files_are_named(tmp_path):
    nan = np.zeros((20, 257), np.float32)
    nan[3, 100] = np.nan
    track = read_mat(coefficients(tmp_path / 'nan.mat', coeff=nan))
    assert np.flatnonzero(~track.valid).tolist() == [3] and np.isfinite(track.expression).all()
    with pytest.raises(ValueError, match=r'coeff has the shape \(20, 80\)'):
        read_mat(coefficients(tmp_path / 'b.mat', coeff=np.zeros((20, 80))))
    with pytest.raises(ValueError, match=r'transform_params \(3, 5\)'):
        read_mat(coefficients(tmp_path / 'c.mat', transform_params=np.zeros((3, 5))))
    (tmp_path / 'd.mat').write_bytes(b'nothing')
    with pytest.raises(ValueError, match='d.mat holds no .coeff. and .transform_params.'):
        read_mat(tmp_path / 'd.mat')


def test_lab_made_coefficients_become_features(made_up, tmp_path):
    """Whatever is odd about them is told: rows that are no numbers, videos of other lengths."""
    entries = read_layout(made_up).entries
    for entry in entries:
        for video in (entry.speaker_video, entry.listener_video):
            coefficients(tmp_path / f'{video.stem}.mat')
    odd = np.zeros((18, 257), np.float64)
    odd[4, 0] = np.nan  # of the identity, which nobody reads
    odd[5, 230] = odd[6, 90] = np.nan
    crops = np.ones((18, 5))
    path = tmp_path / f'{entries[0].listener_video.stem}.mat'
    coefficients(path, coeff=odd, transform_params=crops)
    (tmp_path / f'{entries[1].speaker_video.stem}.mat').unlink()
    out = tmp_path / 'features'
    arguments = ['dataset', 'extract', str(made_up), '--from-mat', str(tmp_path), '--out', str(out)]
    assert main([*arguments, '--workers', '1']) == 1
    told = {row['clip']: row for row in json.loads((out / 'extraction.json').read_text())}
    assert told[entries[0].clip]['notes'] == [
        'rows of speaker, listener and audio: 20, 18, 18',
        '1 rows of the listener are not finite',
    ]
    assert told[entries[1].clip]['problem'] == (
        f'no {entries[1].speaker_video.stem}.mat below {tmp_path}'
    )
    clips = {clip.clip: clip for clip in load_features(out)}
    assert len(clips) == len(entries) - 1
    first = clips[entries[0].clip]
    assert first.listener.basis.name == 'bfm64' and len(first) == 18
    assert np.flatnonzero(~first.listener.valid).tolist() == [6]
    assert first.acoustics == 'vico_listener/1' and first.heard[1:].all()


def test_deep3d_files_with_the_acoustic_features_of_the_authors(made_up, tmp_path, capsys):
    (entry,) = part_of(made_up, tmp_path / 'part', slice(0, 1))
    for video in (entry.speaker_video, entry.listener_video):
        coefficients(tmp_path / f'{video.stem}.mat')
    arguments = ['dataset', 'extract', str(tmp_path / 'part'), '--from-mat', str(tmp_path)]
    asked = [*arguments, '--workers', '1', '--acoustics', 'vico_release']
    assert main(asked) == 0
    (clip,) = load_features(tmp_path / 'part' / 'features')
    assert clip.acoustics == 'vico_release'
    told = (tmp_path / 'part' / 'features' / 'extraction.json').read_text()
    assert ('use 44.1 kHz' in told) == (read_audio(entry.audio)[1] < 44100)
    ticks = [tick_stamp(tick) for tick in range(len(clip))]
    wanted = acoustic_features(*read_audio(entry.audio), ticks, 'vico_release').features
    np.testing.assert_array_equal(clip.acoustic, wanted)
    other = tmp_path / 'ahead'
    assert main([*asked, '--lookahead', '1', '--out', str(other)]) == 0
    (ahead,) = load_features(other)
    np.testing.assert_array_equal(ahead.acoustic[:-1], clip.acoustic[1:])
    assert main([*arguments, '--workers', '1']) == 1
    assert "made with other settings (acoustics was 'vico_release')" in capsys.readouterr().err


def test_audio_that_ends_with_the_last_frame_is_heard_to_its_end(tmp_path):
    """86 frames are 126,420 samples of 44.1 kHz; the stamp of their end is rounded up by 0.3 ns."""
    for name in ('a.0', 'a.1'):
        coefficients(
            tmp_path / f'{name}.mat', coeff=np.zeros((86, 257)), transform_params=np.ones((86, 5))
        )
    sound = tmp_path / 'a.wav'
    wavfile.write(sound, 44100, np.full(86 * 1470, 999, np.int16))
    videos = (tmp_path / f'a.{number}.mp4' for number in (1, 0))
    entry = ClipEntry('a', 'v', None, 'train', '1', '2', *videos, sound)
    clip, _ = features_from_mat(entry, tmp_path, Attitude.NEUTRAL, 'vico_release', lookahead=1)
    assert clip.heard.all() and len(clip) == 86


def test_deep3d_writes_the_authors_files(made_up, tmp_path, monkeypatch):
    """A row a tick, kept when the features are made anew; the network is tested elsewhere."""
    fitted = []

    def stand_in(faces):
        fitted.extend(faces)
        brightness = np.array([face.image.mean() / 255 for face in faces], np.float32)
        return np.repeat(brightness[:, None], 257, axis=1)

    monkeypatch.setattr(deep3d_files, '_reconstruction', lambda _: stand_in)
    (entry,) = part_of(made_up, tmp_path / 'part', slice(0, 1))
    arguments = ['dataset', 'extract', str(tmp_path / 'part'), '--face', 'deep3d']
    assert main([*arguments, '--face-model', 'epoch_20.pth', '--workers', '1']) == 0
    folder = tmp_path / 'part' / 'features'
    (clip,) = load_features(folder)
    assert clip.listener.basis is clip.speaker.basis is BFM64
    images = len(list(camera_frames(entry.listener_video)))
    content = scipy.io.loadmat(folder / 'recons' / f'{entry.listener_video.stem}.mat')
    assert content['coeff'].shape == (images, 257)
    assert content['transform_params'].shape == (images, 5)
    np.testing.assert_allclose(clip.listener.expression, content['coeff'][: len(clip), 80:144])
    done = len(fitted)
    (folder / f'{clip.clip}.npz').unlink()
    assert main([*arguments, '--face-model', 'epoch_20.pth', '--workers', '1']) == 0
    assert len(fitted) == done and len(load_features(folder)) == 1


def test_deep3d_without_its_weights_is_refused(made_up, tmp_path, capsys):
    arguments = ['dataset', 'extract', str(made_up), '--face', 'deep3d', '--out', str(tmp_path)]
    assert main([*arguments, '--workers', '1']) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[-1].endswith(
        'its weights are not given: give epoch_20.pth of sicxu/Deep3DFaceRecon_pytorch, see '
        'docs/checkpoints.md'
    )
    assert sum('no features of' in line for line in told) == 1


def test_feature_trees_of_the_authors_become_features(tmp_path, capsys):
    torch = pytest.importorskip('torch')
    rng = np.random.default_rng(0)
    for folder in ('audio_feats', 'video_feats'):
        (tmp_path / folder).mkdir()
    (tmp_path / 'train.csv').write_text('video_id,uuid,speaker_id,listener_id\nv,abc,1,2\n')
    np.save(tmp_path / 'audio_feats' / 'abc.npy', rng.normal(size=(30, 45)))
    rows = {who: rng.normal(0, 0.1, (30, 73)).astype('f4') for who in ('speaker', 'listener')}
    for who, row in rows.items():
        content = {'angle.exp.trans': row, 'id.gamma.tex': np.zeros((30, 187), np.float32)}
        torch.save(content, tmp_path / 'video_feats' / f'abc.{who}.bin')
    arguments = ['dataset', 'extract', str(tmp_path), '--from-features', str(tmp_path)]
    assert main([*arguments, '--workers', '1']) == 1  # the challenge tells no attitude
    assert (
        main([*arguments, '--workers', '1', '--attitude', 'neutral', '--out', str(tmp_path / 'f')])
        == 0
    )
    (clip,) = load_features(tmp_path / 'f')
    assert clip.acoustics == 'vico_release' and clip.listener.basis.name == 'bfm64'
    np.testing.assert_allclose(to_native(clip.listener.motion(9)), rows['listener'][9], atol=1e-5)
    (tmp_path / 'train.csv').rename(tmp_path / 'test.csv')
    asked = [*arguments, '--workers', '1', '--attitude', 'neutral']
    assert main([*asked, '--out', str(tmp_path / 'no_train')]) == 0
    assert 'there is no split train' in capsys.readouterr().out
    assert not (tmp_path / 'no_train' / 'statistics.npz').exists()
    (tmp_path / 'test.csv').rename(tmp_path / 'train.csv')
    asked = [*arguments, '--workers', '1', '--attitude', 'neutral', '--video-size', '384']
    assert main([*asked, '--out', str(tmp_path / 'g')]) == 0
    (larger,) = load_features(tmp_path / 'g')
    scale, x, y = rows['listener'][9][-3:]
    wanted = [scale * 1.5, (x + 0.5) / 1.5 - 0.5, (y + 0.5) / 1.5 - 0.5]
    np.testing.assert_allclose(larger.listener.crop[9], wanted, atol=1e-5)


def test_frames_keep_their_stamps(made_up):
    stamps = [f.stamp for f in camera_frames(read_layout(made_up).entries[0].speaker_video)]
    assert stamps[0] == 0
    np.testing.assert_allclose(np.diff(stamps), NANOSECONDS / 30, atol=1)
