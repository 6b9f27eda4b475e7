"""Glasses in a portrait: found by their frame, and not bent by the face below them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vico_listener.render import load_portrait
from vico_listener.render.glasses import STIFFNESS
from vico_listener.render.glasses import wears_glasses
from vico_listener.render.glasses import worn_glasses
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
