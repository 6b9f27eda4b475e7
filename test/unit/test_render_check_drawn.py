"""What is measured of a cartoon: a way that is known, pictures that change, and what is missed."""

import json
from pathlib import Path

import numpy as np
import pytest

from vico_listener.cli.main import main
from vico_listener.lab.evaluation.render_check.drawn import DrawnRow
from vico_listener.lab.evaluation.render_check.drawn import drawn_rows
from vico_listener.lab.evaluation.render_check.drawn import format_drawn
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import FaceMotion
from vico_listener.render.cartoon.art import face_drawing
from vico_listener.render.cartoon.shapes import TURN_LIMIT
from vico_listener.render.cartoon.shapes import Shaper
from vico_listener.render.cartoon.theme import load_theme
from vico_listener.render.cartoon.theme import theme_names


@pytest.mark.parametrize('theme', theme_names())
def test_every_command_is_seen(theme: str) -> None:
    rows = drawn_rows(theme, 192)
    # 18 pairs of coefficients are one command each, 16 have no other side; six turns.
    assert len(rows) == (len(ARKIT_NAMES) - 18) + 6
    assert all(row.shown for row in rows), format_drawn(rows)


def test_a_roll_moves_points_by_the_chord_of_its_angle() -> None:
    drawing = face_drawing(load_theme('paper'))
    shaper, neck = Shaper(drawing), drawing.skull.neck
    rest = shaper.seen(FaceMotion.neutral())
    row = next(row for row in drawn_rows('paper', 128) if row.label == 'roll +30')
    angle = TURN_LIMIT * np.tanh(np.radians(30) / TURN_LIMIT)
    # The head leans about a joint in the neck; the body below stands still.
    leaning = shaper.seen(FaceMotion(FaceMotion.neutral().expression, np.float32([0.5, 0, 0])))
    arms = np.linalg.norm(rest[(leaning != rest).any(axis=1)] - [0, neck], axis=1)
    chord = 2 * np.sin(angle / 2) * arms.max()
    assert row.moved[-1] == pytest.approx(100 * chord / 2, rel=1e-3)


@pytest.mark.parametrize(
    ('moved', 'changed'), [((1, 2, 1, 3), (1, 1, 1, 1)), ((1, 2, 3, 4), (0, 0, 0, 0.05))]
)
def test_what_goes_back_or_is_not_seen_is_missed(moved, changed) -> None:
    assert DrawnRow('x', (1, 2, 3, 4), (1, 1, 1, 1)).shown
    row = DrawnRow('x', moved, changed)
    assert not row.shown
    text = format_drawn([row])
    assert 'MISS' in text and '0 of 1 are shown' in text


def test_the_command_prints_a_table_for_each_theme(tmp_path: Path, capsys) -> None:
    figures = tmp_path / 'figures.json'
    options = ['--renderer', 'cartoon', '--size', '96', '--json', str(figures), '--check']
    assert main(['render-check', 'paper', 'robot', *options]) == 0
    assert capsys.readouterr().out.count('are shown') == 2
    assert sorted(json.loads(figures.read_text())) == ['paper', 'robot']
