"""The furrows of a portrait's forehead: on skin, and only with brows that move."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_faces import face_with

from vico_listener.render import load_portrait
from vico_listener.render.forehead import DEPTH
from vico_listener.render.forehead import RISING
from vico_listener.render.forehead import Forehead
from vico_listener.render.portrait import Portrait
from vico_listener.render.portrait import prepare_portrait

SKIN, HAIR = (120, 150, 200), (30, 40, 60)


@pytest.fixture(scope='module')
def portrait(portrait_photo: Path) -> Portrait:
    """The landmarks of the default portrait, with even skin and no hair."""
    made = prepare_portrait(load_portrait(portrait_photo), 384)
    return replace(made, image=np.full_like(made.image, SKIN))


def darkening(portrait: Portrait, **coefficients: float) -> np.ndarray | None:
    """How much darker (H, W) the portrait becomes, as a share; None if nothing is drawn."""
    source = cv2.cvtColor(portrait.image, cv2.COLOR_BGR2BGRA)
    target = source.copy()
    expression = face_with(portrait.reference, **coefficients).expression
    if not Forehead(portrait).draw(source, target, expression):
        assert np.array_equal(source, target)
        return None
    np.testing.assert_array_equal(source[..., 3], target[..., 3])
    return 1.0 - target[..., :3].sum(axis=2) / np.maximum(source[..., :3].sum(axis=2), 1)


def test_no_furrows_without_brows_that_move(portrait: Portrait) -> None:
    assert darkening(portrait) is None
    assert darkening(portrait, browInnerUp=RISING, mouthSmile=0.0, jawOpen=1.0) is None


def test_furrows_deepen_with_the_brows(portrait: Portrait) -> None:
    depths = [darkening(portrait, browInnerUp=told).max() for told in (0.5, 0.75, 1.0)]
    assert 0.0 < depths[0] < depths[1] < depths[2] < 1.2 * DEPTH


def test_level_furrows_lie_above_the_brows_and_upright_ones_between(portrait: Portrait) -> None:
    raised, knit = darkening(portrait, browOuterUp=1.0), darkening(portrait, browDown=1.0)
    brows = portrait.landmarks[[55, 107, 285, 336], :2]
    rows, columns = np.nonzero(raised > 0.04)
    assert len(rows) > 50 and rows.max() < brows[:, 1].max()
    # Across a level furrow the skin changes faster than along it, and the other way round.
    assert np.abs(np.diff(raised, axis=0)).sum() > 1.5 * np.abs(np.diff(raised, axis=1)).sum()
    assert np.abs(np.diff(knit, axis=1)).sum() > 1.5 * np.abs(np.diff(knit, axis=0)).sum()
    places = np.nonzero(knit > 0.04)[1]
    assert brows[:, 0].min() <= places.min() and places.max() <= brows[:, 0].max()


def test_hair_has_no_furrows(portrait: Portrait) -> None:
    fringe = portrait.image.copy()
    brows, hairline = portrait.landmarks[[66, 296], 1].mean(), portrait.landmarks[10, 1]
    level = round(0.5 * float(brows + hairline))
    fringe[:level] = HAIR
    plain, below = (
        darkening(seen, browOuterUp=1.0) for seen in (portrait, replace(portrait, image=fringe))
    )
    assert plain[:level].max() > 0.05 and below[level:].max() > 0.05
    assert np.abs(below[: level + 2]).max() < 0.02
