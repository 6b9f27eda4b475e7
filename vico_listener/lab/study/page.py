"""Writes the page of a study: one folder that works from a disk, with no key in it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from tqdm import tqdm

from vico_listener.lab.study.manifest import StudyError
from vico_listener.lab.study.questions import Key
from vico_listener.lab.study.questions import Question
from vico_listener.lab.study.questions import StudyTest
from vico_listener.lab.study.questions import Video
from vico_listener.lab.study.video import encode
from vico_listener.media.clip import probe_clip
from vico_listener.resources import resource_path

SIZE = 360


def write_page(folder: Path, key: Key, videos: Mapping[str, Video], size: int = SIZE) -> None:
    """Write `index.html`, its style and code, `study.js` with the questions, and `videos/`.

    Args:
        folder: where to; must be empty or missing.
        key: what is asked; only what a participant may know of it is written.
        videos: by opaque name.
        size: height of the videos, px (even).

    Raises:
        StudyError: the folder holds something already.
        ClipError: a video cannot be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StudyError(f'{folder} is not empty: give --out a new folder')
    for video in videos.values():
        probe_clip(video.source)  # all of them before the first is written
    (folder / 'videos').mkdir(parents=True, exist_ok=True)
    # By name: the order and time of writing say nothing either.
    for name in tqdm(sorted(videos), desc='encoding', unit='video'):
        video = videos[name]
        encode(video.source, folder / 'videos' / f'{name}.mp4', size, video.sound)
    for file in resource_path('resource/pages/study').iterdir():
        shutil.copyfile(file, folder / file.name)
    content = {'study': key.study, 'questions': [public(q) for q in key.questions]}
    script = f'const STUDY = {json.dumps(content, indent=1)};\n'
    (folder / 'study.js').write_text(script, encoding='utf-8')


def public(question: Question) -> dict[str, object]:
    """What a participant may know of a question."""
    shown: dict[str, object] = {
        'id': question.id,
        'test': question.test.value,
        'speaker': question.speaker,
        'options': list(question.options),
    }
    return shown | (
        {'attitude': question.attitude.value} if question.test is StudyTest.ATTITUDE else {}
    )
