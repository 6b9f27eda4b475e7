"""Makes small folders in the layouts in which public corpora are published."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from clip_files import write_media
from made_faces import face_with
from scipy.io import wavfile

from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.warp import PortraitRenderer

MEETING = 'ES2002a'
AGENTS = {'A': ('MEE006', 2, 1), 'B': ('FEE005', 3, 0), 'C': ('MEE007', 1, 2)}
"""Who a person of the meeting is, with the numbers of the camera and of the headset."""
SECONDS = 3.0

ROOT = '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<nite:root nite:id="{}" {}>\n'
SPACE = 'xmlns:nite="http://nite.sourceforge.net/"'

Word = tuple[float, float, str]


def nxt(path: Path, lines: Sequence[str]) -> None:
    """A file of the NITE XML Toolkit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = ROOT.format(path.stem, SPACE) + '\n'.join(lines) + '\n</nite:root>\n'
    path.write_text(text, encoding='latin-1')


def words(path: Path, told: Sequence[Word]) -> None:
    """The words of a person; 'uh-huh' is what is annotated as a backchannel in `acts`."""
    stem = path.name.removesuffix('.xml')
    lines = [
        f'<w nite:id="{stem}{n}" starttime="{a}" endtime="{b}">{text}</w>'
        for n, (a, b, text) in enumerate(told)
    ]
    lines.append(f'<w nite:id="{stem}{len(told)}" starttime="9" endtime="9" punc="true">.</w>')
    lines.append(f'<vocalsound nite:id="{stem}{len(told) + 1}" type="laugh"/>')
    nxt(path, lines)


def acts(path: Path, words_file: str, kinds: Sequence[tuple[int, int, str]]) -> None:
    """Dialogue acts over ranges of words: first, last, id of the type."""
    stem = words_file.removesuffix('.xml')
    lines = []
    for number, (first, last, kind) in enumerate(kinds):
        ids = f'id({stem}{first})' + (f'..id({stem}{last})' if last > first else '')
        lines += [
            f'<dact nite:id="{path.stem}.{number}">',
            f'<nite:pointer role="da-aspect" href="da-types.xml#id({kind})"/>',
            f'<nite:child href="{words_file}#{ids}"/>',
            '</dact>',
        ]
    nxt(path, lines)


def ami_annotations(folder: Path, meeting: str = MEETING) -> Path:
    """The annotations of a meeting in which A speaks, B says 'uh-huh' and nods, and C is silent."""
    home = folder / 'ami_public_manual_1.6.2'
    people = [
        f'<speaker nite:id="{meeting}_{agent}" channel="{channel}" nxt_agent="{agent}" '
        f'camera="Closeup{camera}" global_name="{who}" role="PM"/>'
        for agent, (who, camera, channel) in AGENTS.items()
    ]
    nxt(
        home / 'corpusResources' / 'meetings.xml',
        [f'<meeting nite:id="m1" observation="{meeting}" type="scenario">', *people, '</meeting>'],
    )
    nxt(
        home / 'ontologies' / 'da-types.xml',
        [
            '<da-type nite:id="ami_da_1" name="bck" gloss="Backchannel"/>',
            '<da-type nite:id="ami_da_4" name="inf" gloss="Inform"/>',
        ],
    )
    nxt(
        home / 'ontologies' / 'head-types.xml',
        [
            '<head-type nite:id="h1" name="concord signal"/>',
            '<head-type nite:id="h2" name="discord signal"/>',
            '<head-type nite:id="h3" name="deixis"/>',
        ],
    )
    told: dict[str, list[Word]] = {
        'A': [(0.1, 0.9, 'Well'), (1.0, 1.6, 'so'), (1.7, 2.8, 'yes')],
        'B': [(1.2, 1.5, 'uh-huh')],
        'C': [],
    }
    for agent, said in told.items():
        file = f'{meeting}.{agent}.words.xml'
        words(home / 'words' / file, said)
        kinds = {'A': [(0, 2, 'ami_da_4')], 'B': [(0, 0, 'ami_da_1')], 'C': []}[agent]
        acts(home / 'dialogueActs' / f'{meeting}.{agent}.dialog-act.xml', file, kinds)
    gestures = [(1.1, 1.9, 'h1'), (2.0, 2.4, 'h2'), (0.5, 0.8, 'h3')]
    lines = []
    for number, (start, end, kind) in enumerate(gestures):
        lines += [
            f'<hg nite:id="g{number}" starttime="{start}" endtime="{end}">',
            f'<nite:pointer role="type" href="head-types.xml#id({kind})"/>',
            '</hg>',
        ]
    nxt(home / 'headGesture' / f'{meeting}.B.head.xml', lines)
    return home


def tone(path: Path, seconds: float = SECONDS, rate: int = 16_000) -> Path:
    """A sound that is there all the time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(round(seconds * rate)) / rate
    wavfile.write(path, rate, (8000 * np.sin(2 * np.pi * 220 * times)).astype(np.int16))
    return path


def faces(seconds: float = SECONDS, fps: int = 25) -> list[np.ndarray]:
    """Somebody who nods, in the size of AMI's close-ups."""
    renderer = PortraitRenderer(load_portrait(default_portrait_path()), 288)
    images = []
    for n in range(round(seconds * fps)):
        pitch = 0.1 * np.sin(2 * np.pi * 1.5 * n / fps)
        image = np.full((288, 352, 3), 90, np.uint8)
        image[:, 32:320] = renderer.render(face_with(rotation=(0, pitch, 0)))
        images.append(image)
    return images


def ami_media(folder: Path, images: Sequence[np.ndarray], meeting: str = MEETING) -> None:
    """The close-ups and headsets of a meeting, in the codecs of the corpus."""
    home = folder / 'amicorpus' / meeting
    (home / 'video').mkdir(parents=True)
    for _, camera, channel in AGENTS.values():
        write_media(home / 'video' / f'{meeting}.Closeup{camera}.avi', images, codec='mpeg4')
        tone(home / 'audio' / f'{meeting}.Headset-{channel}.wav')


def seamless(
    folder: Path,
    name: str,
    voices: dict[str, list[tuple[float, float]]],
    images: Sequence[np.ndarray] = (),
    split: str = 'dev',
) -> None:
    """An interaction as the download scripts leave it; without images, only the annotations."""
    home = folder / 'improvised' / split / '0000' / '0005'
    home.mkdir(parents=True, exist_ok=True)
    for who, intervals in voices.items():
        told = {
            'id': f'{name}_{who}',
            'metadata:transcript': [],
            'metadata:vad': [{'start': a, 'end': b} for a, b in intervals],
        }
        (home / f'{name}_{who}.json').write_text(json.dumps(told))
        if images:
            write_media(home / f'{name}_{who}.mp4', images, fps=30)
            tone(home / f'{name}_{who}.wav', len(images) / 30, 48_000)


LLF = [
    'EyeBlinkLeft', 'EyeLookDownLeft', 'EyeLookInLeft', 'EyeLookOutLeft', 'EyeLookUpLeft',
    'EyeSquintLeft', 'EyeWideLeft', 'EyeBlinkRight', 'EyeLookDownRight', 'EyeLookInRight',
    'EyeLookOutRight', 'EyeLookUpRight', 'EyeSquintRight', 'EyeWideRight', 'JawForward',
    'JawRight', 'JawLeft', 'JawOpen', 'MouthClose', 'MouthFunnel', 'MouthPucker', 'MouthRight',
    'MouthLeft', 'MouthSmileLeft', 'MouthSmileRight', 'MouthFrownLeft', 'MouthFrownRight',
    'MouthDimpleLeft', 'MouthDimpleRight', 'MouthStretchLeft', 'MouthStretchRight',
    'MouthRollLower', 'MouthRollUpper', 'MouthShrugLower', 'MouthShrugUpper', 'MouthPressLeft',
    'MouthPressRight', 'MouthLowerDownLeft', 'MouthLowerDownRight', 'MouthUpperUpLeft',
    'MouthUpperUpRight', 'BrowDownLeft', 'BrowDownRight', 'BrowInnerUp', 'BrowOuterUpLeft',
    'BrowOuterUpRight', 'CheekPuff', 'CheekSquintLeft', 'CheekSquintRight', 'NoseSneerLeft',
    'NoseSneerRight', 'TongueOut', 'HeadYaw', 'HeadPitch', 'HeadRoll', 'LeftEyeYaw',
    'LeftEyePitch', 'LeftEyeRoll', 'RightEyeYaw', 'RightEyePitch', 'RightEyeRoll',
]  # fmt: skip
"""The columns of Live Link Face after the timecode and the count, in its order."""


def live_link(path: Path, values: dict[str, np.ndarray], fps: float = 60.0) -> Path:
    """A take of Live Link Face that begins at 14:03:59; columns that are not told are 0."""
    count = len(next(iter(values.values())))
    lines = [','.join(['Timecode', 'BlendShapeCount', *LLF])]
    for n in range(count):
        seconds, image = divmod(n * 60 / fps, 60)
        whole = 14 * 3600 + 3 * 60 + 59 + int(seconds)
        code = f'{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}:{image:06.3f}'
        row = [f'{values[name][n]:.6f}' if name in values else '0.0' for name in LLF]
        lines.append(','.join([code, '61', *row]))
    path.write_text('\n'.join(lines) + '\n')
    return path
