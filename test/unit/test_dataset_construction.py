"""Two-person videos become a data set as in the paper; what breaks a rule is named."""

import contextlib
import csv
import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from made_faces import face_with
from scipy.io import wavfile

from vico_listener.cli.main import main
from vico_listener.clock import NANOSECONDS
from vico_listener.frames import CameraFrame
from vico_listener.lab.dataset.vico.annotations import parse_time
from vico_listener.lab.dataset.vico.annotations import read_annotations
from vico_listener.lab.dataset.vico.cutting import at_model_rate
from vico_listener.lab.dataset.vico.cutting import crop_window
from vico_listener.lab.dataset.vico.extraction import perceive
from vico_listener.lab.dataset.vico.inspection import identity_problems
from vico_listener.lab.dataset.vico.inspection import inspect_data_set
from vico_listener.lab.dataset.vico.layouts import read_layout
from vico_listener.lab.dataset.vico.splits import assign_splits
from vico_listener.lab.dataset.vico.stretch import landmarker
from vico_listener.lab.dataset.vico.two_people import Followed
from vico_listener.lab.dataset.vico.two_people import RejectedClipError
from vico_listener.lab.dataset.vico.two_people import check_person
from vico_listener.lab.dataset.vico.two_people import follow_two
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import probe_clip
from vico_listener.render import PortraitError
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.warp import PortraitRenderer

HEADER = 'video,start,end,speaker_side,attitude,speaker_id,listener_id,annotator'
FPS, SECONDS, RATE = 25, 3, 16_000


def heads(renderer: PortraitRenderer, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Two people at a time: the left one nods, the right one turns about."""
    left = face_with(rotation=(0, 0.15 * np.sin(2 * np.pi * seconds), 0))
    right = face_with(rotation=(0, 0, 0.2 * np.sin(np.pi * seconds)))
    return renderer.render(left), renderer.render(right)[:, ::-1]


@pytest.fixture(scope='module')
def talk(tmp_path_factory) -> Path:
    """A video of two people at 25 fps with a tone that begins after one second."""
    try:
        renderer = PortraitRenderer(load_portrait(default_portrait_path()), 256)
    except PortraitError as error:
        pytest.skip(str(error))
    path = tmp_path_factory.mktemp('talk') / 'talk.mkv'
    times = np.arange(SECONDS * RATE) / RATE
    tone = np.where(times < 1, 0, 0.5 * np.sin(2 * np.pi * 440 * times))
    with av.open(str(path), 'w') as container:
        video = container.add_stream('libx264', rate=FPS)
        video.width, video.height, video.pix_fmt = 640, 288, 'yuv420p'
        video.options = {'crf': '12'}
        audio = container.add_stream('pcm_s16le', rate=RATE, layout='mono')
        for n in range(SECONDS * FPS):
            image = np.full((288, 640, 3), 90, np.uint8)
            for x, head in zip((20, 364), heads(renderer, n / FPS), strict=True):
                image[16:272, x : x + 256] = head
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(
            (tone * 32767).astype(np.int16)[None], format='s16', layout='mono'
        )
        sound.sample_rate, sound.pts, sound.time_base = RATE, 0, Fraction(1, RATE)
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


def annotate(folder: Path, lines: list[str], header: str = HEADER) -> Path:
    path = folder / 'annotations.csv'
    path.write_text('\n'.join([header, *lines]) + '\n', encoding='utf-8')
    return path


@pytest.fixture(scope='module')
def built(talk, tmp_path_factory) -> tuple[Path, str]:
    """A data set made of the talk, and what the command said."""
    folder = tmp_path_factory.mktemp('built')
    lines = [
        f'{talk.name},0.6,2.6,right,positive,7,9,anna',
        f'{talk.name},0:00.7,0:02.5,right,positive,7,9,ben',
        f'{talk.name},0,1,left,neutral,9,7,anna',
        f'{talk.name},0,1,left,negative,9,7,ben',
        f'{talk.name},1,9,left,negative,9,7,anna',
        'nothing.mp4,0,1,left,negative,9,7,anna',
    ]
    said = io.StringIO()
    arguments = [str(annotate(folder, lines)), str(folder / 'made'), '--videos', str(talk.parent)]
    with contextlib.redirect_stdout(said):
        assert main(['dataset', 'build', *arguments, '--workers', '1']) == 0
    return folder / 'made', said.getvalue()


def test_a_talk_becomes_a_data_set(built):
    made, _ = built
    layout = read_layout(made)
    (entry,) = layout.entries
    assert (entry.clip, entry.video) == ('talk_600_2600.0', 'talk')
    assert (entry.speaker_id, entry.listener_id) == ('7', '9')
    found = inspect_data_set(layout, progress=False)
    assert [p for p in found.problems if 'split' not in p] == []
    info = probe_clip(entry.listener_video)
    assert (info.width, info.height, info.fps) == (384, 384, 30)
    pair = probe_clip(made / 'side_by_side' / 'talk_600_2600.mp4')
    assert (pair.width, pair.height, pair.has_audio) == (768, 384, True)
    rate, sound = wavfile.read(entry.audio)
    assert (rate, sound.dtype, len(sound)) == (44_100, np.int16, 2 * 44_100)
    # The tone begins at 1.0 s of the talk, 0.4 s of the clip.
    assert np.flatnonzero(np.abs(sound) > 3000)[0] / rate == pytest.approx(0.4, abs=0.002)


def test_what_is_left_out_is_listed(built):
    made, said = built
    assert 'annotators agree on 1 of 2 clips' in said
    assert 'clips by how many people annotated them: ' in said
    with (made / 'left_out.csv').open() as file:
        reasons = {row['clip']: row['reason'] for row in csv.DictReader(file)}
    assert reasons['talk_0_1000'] == (
        'annotators disagree on attitude (anna: neutral, ben: negative)'
    )
    assert reasons['talk_1000_9000'] == 'it ends at 9.0 s, the video at 3.0 s'
    assert 'no such clip' in reasons['nothing_0_1000'] and len(reasons) == 3
    assert all(reason in said for reason in reasons.values())
    assert 'note: the split test is empty' in said


def test_people_move_in_the_clip_as_in_the_talk(built):
    """The speaker, on the right, turns as then, on the same time line; the listener nods."""
    (entry,) = read_layout(built[0]).entries
    times = 0.6 + np.arange(60) / 30
    yaw = [frame.face.rotation[2] for frame in perceive(entry.speaker_video, None)]
    pitch = [frame.face.rotation[1] for frame in perceive(entry.listener_video, None)]
    assert len(yaw) == len(pitch) == 60
    assert np.corrcoef(yaw, -np.sin(np.pi * times))[0, 1] > 0.95  # the right one is mirrored
    assert np.corrcoef(pitch, np.sin(2 * np.pi * times))[0, 1] > 0.95


def test_images_are_taken_by_their_stamps():
    stamps = [0.0, 0.04, 0.08, 0.3, 0.34]
    frames = [CameraFrame(round(s * NANOSECONDS), np.full(1, n)) for n, s in enumerate(stamps)]
    shown = [int(image[0]) for image in at_model_rate(frames, 0.0, 12)]
    nearest = [int(np.argmin(np.abs(np.array(stamps) - n / 30))) for n in range(12)]
    assert shown == nearest
    late = [int(image[0]) for image in at_model_rate(frames[2:], 0.0, 4)]
    assert late == [2, 2, 2, 2]


@pytest.fixture(scope='module')
def frames(talk) -> list[CameraFrame]:
    return list(camera_frames(talk))[:30]  # 1.2 s


def test_both_are_followed(frames):
    left, right = follow_two(frames, landmarker())
    for person, side in ((left, 'left'), (right, 'right')):
        check_person(person, side)
        assert len(person.boxes) == 30 and np.isfinite(person.boxes).all()
    assert np.max(left.boxes, axis=0)[2] < np.min(right.boxes, axis=0)[0]
    x, y, side = crop_window(left, right, (288, 640))
    assert min(x, y) >= 0 and x + side <= 320 and y + side <= 288 and side > 200


def changed(frames: list[CameraFrame], which: slice, change) -> list[CameraFrame]:
    copies = [CameraFrame(p.stamp, p.image.copy()) for p in frames]
    for frame in copies[which]:
        change(frame.image)
    return copies


def blacken(image: np.ndarray) -> None:
    image[:, 320:] = 0


def swap(image: np.ndarray) -> None:
    image[:, :276] = np.roll(image[:, :276], 110, axis=1)


def check(frames: list[CameraFrame]) -> None:
    left, right = follow_two(frames, landmarker())
    check_person(left, 'the speaker (left)')
    check_person(right, 'the listener (right)')
    crop_window(left, right, frames[0].image.shape[:2])


@pytest.mark.parametrize(
    ('which', 'change', 'reason'),
    [
        (slice(0, None), blacken, 'one person at 0.00 s, not two'),
        (slice(10, 20), blacken, r'the listener \(right\) not seen from 0.40 s on'),
        (slice(10, None), swap, r'the speaker \(left\) (jumps at 0.40 s|not seen from 0.40 s)'),
    ],
)
def test_broken_rules_are_named(frames, which, change, reason):
    with pytest.raises(RejectedClipError, match=reason):
        check(changed(frames, which, change))


def test_a_short_loss_is_no_harm(frames):
    check(changed(frames, slice(10, 13), blacken))


def test_a_third_person_is_named(frames):
    wide = [CameraFrame(p.stamp, np.hstack([p.image, p.image[:, 40:256]])) for p in frames[:1]]
    with pytest.raises(RejectedClipError, match=r'3 people at 0.00 s, not two'):
        follow_two(wide, landmarker())
    later = [CameraFrame(3 * p.stamp, p.image) for p in frames]
    late = [CameraFrame(p.stamp, np.hstack([p.image, 0 * p.image[:, :216]])) for p in later]
    for frame, source in zip(late[5:], later[5:], strict=True):
        frame.image[:, 640:] = source.image[:, 40:256]
    with pytest.raises(RejectedClipError, match='3 people at'):
        follow_two(late, landmarker())


def person(box: tuple[float, ...], yaw: float = 0.0, count: int = 10) -> Followed:
    boxes = [np.array(box, np.float32)] * count
    rotations = [np.array([0, 0, yaw], np.float32)] * count
    return Followed([n / 25 for n in range(count)], boxes, rotations)


def test_rules_by_numbers():
    with pytest.raises(RejectedClipError, match='the face is 40 px high, less than 48'):
        check_person(person((0, 0, 30, 40)), 'x')
    with pytest.raises(RejectedClipError, match='turned away in 100% of the images'):
        check_person(person((0, 0, 80, 100), yaw=1.2), 'x')
    check_person(person((0, 0, 80, 100), yaw=0.5), 'x')
    a, b = person((100, 100, 180, 200)), person((190, 100, 270, 200))
    with pytest.raises(RejectedClipError, match='the two faces are not apart from each other'):
        crop_window(a, person((120, 100, 150, 200)), (480, 640))
    with pytest.raises(RejectedClipError, match='whole face is 110 px wide, there is room for 104'):
        crop_window(a, b, (104, 640))
    assert crop_window(a, b, (480, 640)) == (0, 63, 185)
    assert crop_window(b, a, (480, 640)) == (185, 56, 200)


@dataclass
class Met:
    speaker_id: str
    listener_id: str
    split: str = ''
    clip: str = 'x'


def test_splits_go_by_identity():
    rng = np.random.default_rng(0)
    clips = [Met(f'a{i}', f'a{j}') for i, j in rng.choice(6, (30, 2)) if i != j]
    clips += [Met('b1', 'b2'), Met('b2', 'b1'), Met('c1', 'c2')]
    for seed in range(5):
        splits = assign_splits(clips, seed)
        for clip, split in zip(clips, splits, strict=True):
            clip.split = split
        assert identity_problems(clips) == []
        for clip in clips:
            clip.split = ''
    assert splits == assign_splits(clips, 4)
    assert splits != assign_splits(clips, 0)


def test_splits_by_hand_are_kept_and_a_broken_rule_is_named():
    clips = [Met('1', '2'), Met('1', '2', 'ood'), Met('2', '1'), Met('1', '3', 'test')]
    splits = assign_splits(clips)
    assert splits == ['train', 'ood', 'train', 'test']
    for clip, split in zip(clips, splits, strict=True):
        clip.split = split
    assert identity_problems(clips) == [
        'identities of test that never occur in train: 3',
        'identities of ood that occur in train: 1, 2',
    ]


def test_wrong_annotations_are_named(tmp_path):
    lines = [
        'a.mp4,0,1,middle,positive,1,2,x',
        'a.mp4,5,4,left,positive,1,2,x',
        'a.mp4,soon,4,left,positive,1,2,x',
        'a.mp4,0,4,left,bored,1,2,x',
        'a.mp4,0,4,left,positive,1,1,x',
        'a.mp4,0,4,left,positive,1,2,x',
        'a.mp4,0.1,4,left,positive,1,2,x',
    ]
    found = read_annotations(annotate(tmp_path, lines))
    assert [clip.name for clip in found.clips] == ['a_0_4000']
    assert found.problems == [
        "annotations.csv:2: speaker_side is 'left' or 'right' in the image, not 'middle'",
        'annotations.csv:3: it ends at 4 s, not after its start at 5 s',
        "annotations.csv:4: start: 'soon' is no time: give seconds, m:s or h:m:s",
        "annotations.csv:5: unknown attitude 'bored': choose one of positive, neutral, negative",
        'annotations.csv:6: 1 is speaker and listener at once',
        'a_100_4000: annotated twice by x: the first line counts',
    ]


def test_a_clip_may_need_several_annotators(tmp_path):
    lines = [f'a.mp4,0,4,left,positive,1,2,{who}' for who in ('anna', 'ben', 'cleo')]
    lines += [f'a.mp4,10,14,left,neutral,1,2,{who}' for who in ('anna', 'ben')]
    lines += [f'a.mp4,20,24,left,{what},1,2,{what}' for what in ('positive', 'neutral')]
    table = annotate(tmp_path, lines)
    everybody = read_annotations(table)
    assert [clip.name for clip in everybody.clips] == ['a_0_4000', 'a_10000_14000']
    assert everybody.annotators == {'a_0_4000': 3, 'a_10000_14000': 2, 'a_20000_24000': 2}
    found = read_annotations(table, least=3)
    assert [clip.name for clip in found.clips] == ['a_0_4000']
    assert found.unsure == {'a_10000_14000': 'annotated by 2, not by 3 or more'}
    assert list(found.disputed) == ['a_20000_24000']


def test_times():
    assert parse_time('12.5') == 12.5
    assert parse_time('1:02.5') == 62.5
    assert parse_time('1:00:02') == 3602


def test_nothing_left_is_an_error(talk, tmp_path, capsys):
    table = annotate(tmp_path, [f'{talk.name},5,6,left,positive,1,2,x'])
    arguments = ['dataset', 'build', str(table), str(tmp_path / 'made'), '--workers', '1']
    assert main([*arguments, '--videos', str(talk.parent)]) == 1
    assert 'no clip could be used' in capsys.readouterr().err
