"""Glasses in a portrait: found by their frame, and not bent by the face below them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.render import load_portrait
from vico_listener.render.field import HeadField
from vico_listener.render.glasses import STIFFNESS
from vico_listener.render.glasses import wears_glasses
from vico_listener.render.glasses import worn_glasses
from vico_listener.render.layers import split_layers
from vico_listener.render.portrait import Portrait
from vico_listener.render.portrait import prepare_portrait


@pytest.fixture(scope='module')
def bare(portrait_photo: Path) -> Portrait:
    return prepare_portrait(load_portrait(portrait_photo), 384)


@pytest.fixture(scope='module')
def bespectacled(bare: Portrait) -> Portrait:
    """The portrait with a dark frame drawn on it."""
    image = bare.image.copy()
    eyes, width = bare.eyes, round(0.04 * bare.eyes)
    irises = bare.landmarks[[468, 473], :2]
    for centre in irises:
        axes = round(0.26 * eyes), round(0.2 * eyes)
        cv2.ellipse(image, np.round(centre).astype(int).tolist(), axes, 0, 0, 360, (20,) * 3, width)
    inner = irises + np.array([[0.26], [-0.26]]) * eyes * bare.across
    start, end = np.round(inner).astype(int).tolist()
    cv2.line(image, start, end, (20,) * 3, width)
    return Portrait(**{**vars(bare), 'image': image})


def test_frame_is_found(bare: Portrait, bespectacled: Portrait) -> None:
    assert not wears_glasses(bare)
    assert wears_glasses(bespectacled)


def test_face_is_stiff_at_the_lenses_only(bare: Portrait, bespectacled: Portrait) -> None:
    places = bespectacled.landmarks[[468, 473, 13, 152], :2].T.astype(np.float64)
    np.testing.assert_allclose(
        worn_glasses(bespectacled, *places), [STIFFNESS, STIFFNESS, 0.0, 0.0]
    )
    np.testing.assert_array_equal(worn_glasses(bare, *places), 0.0)


def test_brows_rise_above_a_frame_that_stays(bespectacled: Portrait) -> None:
    field = HeadField(bespectacled, split_layers(bespectacled))
    expression = bespectacled.reference.expression.copy()
    for name in ('browInnerUp', 'browOuterUpLeft', 'browOuterUpRight'):
        expression[ARKIT_INDEX[name]] += 0.8
    offsets = np.hypot(*np.moveaxis(field.source_offsets(FaceMotion(expression)), -1, 0))
    eyes, irises = bespectacled.eyes, bespectacled.landmarks[[468, 473], :2]

    def at(places: np.ndarray) -> float:
        columns, rows = np.round(places * len(offsets) / 384 - 0.5).astype(int).T
        return float(offsets[rows, columns].max())

    assert at(irises - 0.16 * eyes * bespectacled.down) < 0.05 * eyes
    outer = irises + np.array([[-0.3], [0.3]]) * eyes * bespectacled.across
    assert at(outer - 0.12 * eyes * bespectacled.down) < 0.03 * eyes  # a corner of a frame
    assert at(irises - 0.36 * eyes * bespectacled.down) > 0.04 * eyes
