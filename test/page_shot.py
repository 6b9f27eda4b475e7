"""Takes pictures of the face's page in a browser."""

from typing import Any

import cv2
import numpy as np

from vico_listener.frames import Picture
from vico_listener.motion import FaceMotion

SECOND = 1_000_000_000


def shots_of(
    browser: Any, page: Any, url: str, motions: list[FaceMotion], width: int, height: int
) -> list[Picture]:
    """Return what a new tab of the browser shows for each motion that the page is given.

    The page has shown nothing yet: a new tab would get the last motion as its first.
    """
    tab = browser.new_page(viewport={'width': width, 'height': height})
    tab.goto(url)
    shots = []
    for number, motion in enumerate(motions, start=1):
        page.show(motion, 2 * number * SECOND)
        tab.wait_for_selector(f'body[data-motions="{number}"]')
        tab.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'
        )
        shot = np.frombuffer(tab.locator('#face').screenshot(), np.uint8)
        shots.append(np.asarray(cv2.imdecode(shot, cv2.IMREAD_COLOR), np.uint8))
    tab.close()
    return shots
