"""The correction of commands by what a portrait makes of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vico_listener.motion import ARKIT52
from vico_listener.motion import ARKIT_INDEX
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render.response import GONE
from vico_listener.render.response import GRAIN
from vico_listener.render.response import KNOTS
from vico_listener.render.response import PUCKER_TAKEN
from vico_listener.render.response import SATURATED
from vico_listener.render.response import Response
from vico_listener.render.response import cached_path
from vico_listener.render.response import fitted
from vico_listener.render.response import load_response
from vico_listener.render.response import save_response
from vico_listener.render.response import with_channels

OWN = np.full(ARKIT52.size, 0.25, np.float32)
UP = np.linspace(0.0, 1.0, KNOTS)


def test_plain_response_draws_what_it_is_told() -> None:
    told = np.random.default_rng(0).random(ARKIT52.size).astype(np.float32)
    little = told.copy()
    little[ARKIT_INDEX['mouthPucker']] = PUCKER_TAKEN
    for own in (OWN, 0 * OWN, little):
        np.testing.assert_allclose(Response.plain(own).drive(told), told, atol=1e-6)
        edges = np.array([0.0, 1.0] * 26, np.float32)
        np.testing.assert_allclose(Response.plain(own).drive(edges), edges, atol=1e-6)


def test_lips_that_are_read_as_puckered_are_not_widened_to_folds() -> None:
    pucker = ARKIT_INDEX['mouthPucker']
    for own, narrowest in ((0.98, 0.68), (0.5, 0.2), (0.2, 0.0)):
        response = Response.plain(np.full(ARKIT52.size, own, np.float32))
        drives = [
            response.drive(np.full(ARKIT52.size, told, np.float32))[pucker]
            for told in (0.0, 0.5 * own, own, 1.0)
        ]
        middle = (own + narrowest) / 2
        np.testing.assert_allclose(drives, [narrowest, middle, own, 1.0], atol=1e-6)


def test_drive_is_the_linear_interpolation_of_its_rows() -> None:
    rows = np.stack([0.25 - 0.4 * UP**2, 0.25 + 0.9 * UP**2])
    response = with_channels(Response.plain(OWN), {'jawOpen': rows}, np.ones(3, np.float32), ())
    place = ARKIT_INDEX['jawOpen']
    for told, wanted in (
        (0.61, np.interp(0.61, 0.25 + 0.75 * UP, rows[1])),
        (0.1, np.interp(0.15, 0.25 * UP, rows[0])),
        (0.25, 0.25),
    ):
        drives = response.drive(np.full(ARKIT52.size, told, np.float32))
        assert drives[place] == pytest.approx(wanted, abs=1e-5)
        assert np.delete(drives, place) == pytest.approx(told, abs=1e-6)


def test_own_expression_is_drawn_as_it_is() -> None:
    own = np.random.default_rng(1).random(ARKIT52.size).astype(np.float32)
    rows = own[ARKIT_INDEX['jawOpen']] + np.stack([-UP, 2 * UP])
    response = with_channels(Response.plain(own), {'jawOpen': rows}, np.ones(3, np.float32), ())
    np.testing.assert_array_equal(response.drive(own), own)


def test_fitted_map_inverts_what_was_read() -> None:
    drives = np.linspace(0.0, 1.25, 6)
    readings = 0.9 * drives**1.5  # reaches more than 1, so that nothing is compressed below 0.7
    _, found = fitted(drives, readings, 0.0)
    seen = np.interp(found, drives, readings)
    np.testing.assert_allclose(seen[UP <= 0.7], UP[UP <= 0.7], atol=GRAIN)
    assert (np.diff(found) >= 0).all() and found[-1] <= 1.25


def test_portrait_that_shows_less_shares_its_range() -> None:
    drives = np.array([0.1, 0.5, 1.0])
    _, found = fitted(drives, np.array([0.1, 0.2, 0.4]), 0.1)
    seen = np.interp(found, drives, [0.1, 0.2, 0.4])
    assert seen[-1] == pytest.approx(0.4 - SATURATED, abs=2 * GRAIN)
    assert (np.diff(seen) > 0).all()


def test_smile_can_fade_and_is_not_undone_more_than_is_seen() -> None:
    drives = np.array([-0.2, 0.0, 0.4, 0.75, 0.9, 1.0])
    readings = np.array([0.0, 0.0, 0.6, 0.75, 0.9, 0.95])
    found, _ = fitted(drives, readings, 0.75)
    assert found[0] == 0.75
    seen, told = np.interp(found, drives, readings), np.linspace(0.75, 0.0, KNOTS)
    np.testing.assert_allclose(seen, np.maximum(told, GONE), atol=2 * GRAIN)


def test_channel_that_the_tracker_does_not_read_is_drawn_plainly() -> None:
    _, found = fitted(np.array([0.0, 0.5, 1.0]), np.array([0.05, 0.05, 0.05]), 0.0)
    assert found[0] == 0.0 and found[-1] == 1.0
    assert (found[1:-1] > UP[1:-1]).all() and (np.diff(found) > 0).all()


def test_gain_is_bounded() -> None:
    _, found = fitted(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.01, 0.5]), 0.0, gain=1.5)
    assert (found <= 1.5 * UP + GRAIN).all()


def test_response_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    photo = np.zeros((8, 8, 3), np.uint8)
    path = cached_path(photo, 256)
    assert load_response(path, OWN) is None
    response = replace(Response.plain(OWN), weak=('gaze up: at most 0.10',))
    save_response(path, response)
    again = load_response(path, OWN)
    assert again is not None and again.weak == response.weak
    np.testing.assert_array_equal(again.drives, response.drives)
    assert cached_path(photo, 384) != path and cached_path(photo + 1, 256) != path
    assert load_response(path, OWN + 0.1) is None
    path.write_bytes(path.read_bytes()[:100])
    assert load_response(path, OWN) is None


def test_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    save_response(tmp_path / 'file' / 'x.npz', Response.plain(OWN))
    assert load_response(tmp_path / 'file' / 'x.npz', OWN) is None


def test_process_without_a_home_draws_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        raise RuntimeError('Could not determine home directory.')

    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setattr(Path, 'home', no_home)
    assert cached_path(np.zeros((8, 8, 3), np.uint8), 256) is None
    renderer = create_renderer('portrait', portrait=load_portrait(default_portrait_path()), size=64)
    assert renderer.render(renderer.reference).shape == (64, 64, 3)
