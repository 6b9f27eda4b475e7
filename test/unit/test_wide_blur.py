"""A wide blur at a lower resolution is that of the full one."""

import cv2
import numpy as np
import pytest

from vico_listener.render.wide_blur import wide_blur


@pytest.mark.parametrize('sigma', [2.0, 9.0, 21.3, 40.0])
@pytest.mark.parametrize('shape', [(301, 257), (256, 300, 3)])
def test_it_equals_the_gaussian(sigma: float, shape: tuple[int, ...]) -> None:
    image = np.zeros(shape, np.float32)
    image[60:150, 90:200] = 1.0
    exact = cv2.GaussianBlur(image, (0, 0), sigma)
    assert np.abs(wide_blur(image, sigma) - exact).max() < 0.03
