"""Pictures say that they are generated, where that is asked for, and are whole otherwise."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from vico_listener.frames import Picture
from vico_listener.listening_head import ListeningHead
from vico_listener.media.film import Film
from vico_listener.motion import FaceMotion
from vico_listener.render.mark import COMMENT
from vico_listener.render.mark import MarkedRenderer
from vico_listener.render.mark import marked
from vico_listener.render.mark import with_comment
from vico_listener.render.renderers import Renderer


class Grey(Renderer):
    """Draws nothing but grey, and counts what is asked of it."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.reference = FaceMotion.neutral()
        self.remarks = ('grey',)
        self.shape = shape
        self.asked: list[str] = []

    def render(self, motion: FaceMotion) -> Picture:
        return np.full((*self.shape, 3), 128, np.uint8)

    def reset(self) -> None:
        self.asked.append('reset')

    def close(self) -> None:
        self.asked.append('close')


@pytest.mark.parametrize('shape', [(64, 64), (256, 256), (480, 800), (1024, 1024)])
def test_the_mark_is_in_its_corner_and_readable(shape):
    renderer = MarkedRenderer(Grey(shape))
    picture = renderer.render(renderer.reference)
    rows, columns = np.nonzero((picture != 128).any(axis=2))
    height, width = shape
    assert rows.min() > 0.78 * height and columns.max() < 0.7 * width
    assert np.ptp(rows) >= 7 and columns.min() > 0
    assert picture.max() > 230 and picture.min() < 60  # seen on light and on dark pictures
    (again,) = renderer.render_clip([renderer.reference])
    np.testing.assert_array_equal(again, picture)


def test_the_rest_is_that_of_the_renderer():
    grey = Grey((64, 64))
    renderer = MarkedRenderer(grey)
    assert renderer.reference is grey.reference and renderer.remarks == ('grey',)
    renderer.reset()
    renderer.close()
    assert grey.asked == ['reset', 'close']


def test_a_jpeg_says_it_and_shows_the_same():
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    jpeg = cv2.imencode('.jpg', picture)[1].tobytes()
    said = with_comment(jpeg)
    assert COMMENT.encode() in said
    shown = [cv2.imdecode(np.frombuffer(j, np.uint8), cv2.IMREAD_COLOR) for j in (jpeg, said)]
    np.testing.assert_array_equal(*shown)


def test_a_film_says_it(tmp_path: Path):
    for name, comment in (('said.mp4', COMMENT), ('silent.mp4', '')):
        film = Film(tmp_path / name, 64, None, comment)
        picture = np.zeros((64, 64, 3), np.uint8)
        for tick in range(3):
            film.add_picture(tick * 33_333_334, picture, marked(picture.copy()))
        film.close()
        with av.open(str(tmp_path / name)) as container:
            assert container.metadata.get('comment', '') == comment


def test_a_head_marks_what_it_draws():
    pictures = []
    for mark in (False, True):
        head = ListeningHead(renderer='cartoon', size=64, audio=None, mark=mark, seed=1)
        answers = head.see(np.zeros((64, 64, 3), np.uint8), 0)
        pictures.append(answers[0].picture)
        head.close()
    plain, said = pictures
    changed = (plain != said).any(axis=2)
    assert changed.any() and not changed[:50].any()
