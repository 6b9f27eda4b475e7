"""A small computer looks at half of the images, and moves as evenly as ever."""

from dataclasses import dataclass
from dataclasses import field

import numpy as np
import pytest
import yaml
from made_faces import face_with

from vico_listener.chain import Chain
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.listener.agent import ListeningAgent
from vico_listener.motion import ARKIT52
from vico_listener.motion import FaceMotion
from vico_listener.perception import Perception
from vico_listener.perception.image_rate import ImageRate
from vico_listener.resources import resource_path
from vico_listener.ros_api import STACK

PICTURE = np.zeros((4, 4, 3), np.uint8)
PARAMETERS = yaml.safe_load((resource_path('config') / 'small.yaml').read_text('utf-8'))
SMALL = PARAMETERS['/**']['ros__parameters']


@dataclass
class Watched:
    """A tracker that keeps the stamps of what it looked at; the face turns with time."""

    basis = ARKIT52
    stamps: list[int] = field(default_factory=list)

    def update(self, image, stamp, speaking=False, level=None) -> FaceMotion:
        self.stamps.append(stamp)
        return face_with(rotation=(0, stamp / NANOSECONDS, 0))

    def find_others(self) -> None:
        pass

    def reset(self) -> None:
        self.stamps.append(-1)


def test_every_parameter_of_small_yaml_is_allowed() -> None:
    rows = {row.name: row for api in STACK for row in api.parameters}
    for name, value in SMALL.items():
        row = rows[name]
        assert row.wrong_type(value) == '' and row.objection(value) == ''
        if row.low is not None and row.high is not None:
            assert row.low <= value <= row.high
    assert SMALL['face_rate'] == 15.0 and SMALL['face_threads'] == 1 and SMALL['size'] == 256


def test_thirty_motions_a_second_come_from_fifteen_faces() -> None:
    tracker = Watched()
    agent = ListeningAgent.create('rules', FaceMotion.neutral(), seed=1)
    chain = Chain(Perception(tracker, None, face_rate=SMALL['face_rate']), agent.step)
    came = []
    for number in range(91):
        answers = chain.see(PICTURE, 10 * NANOSECONDS + round(number * NANOSECONDS / 30))
        came.append(len(answers))
        assert all(answer.motion is not None and answer.speaker.face_valid for answer in answers)
    assert len(tracker.stamps) == 46
    assert sum(came) == 91 and max(came) == 1  # evenly: one with every image
    assert chain.senses.counters.held_images == 45


@pytest.mark.parametrize('fps', [10, 15, 20, 25, 30, 60])
def test_the_rate_is_kept_on_average_whatever_the_camera(fps: float) -> None:
    random = np.random.default_rng(1)
    times = np.arange(10 * fps) / fps + random.uniform(-0.004, 0.004, 10 * fps)
    rate = ImageRate(15.0)
    looked = [t for t in times if rate.wants(round(t * NANOSECONDS))]
    assert len(looked) / 10 == pytest.approx(min(fps, 15), rel=0.05)
    # None is held for longer than it must be.
    assert max(np.diff(looked)) < 1 / 15 + 1 / fps + 0.01


def test_all_images_are_looked_at_unless_asked_otherwise() -> None:
    rate = ImageRate(0.0)
    assert all(rate.wants(stamp) for stamp in (0, 1, 1, 5, 0))
    tracker = Watched()
    perception = Perception(tracker, None)
    for number in range(30):
        perception.add_image(PICTURE, number * TICK_NS + NANOSECONDS)
    assert len(tracker.stamps) == 30 and perception.counters.held_images == 0


def test_a_jump_of_the_clock_begins_anew() -> None:
    rate = ImageRate(15.0)
    assert rate.wants(0) and not rate.wants(33_000_000)
    assert rate.wants(3600 * NANOSECONDS) and rate.wants(5 * NANOSECONDS)
    assert not rate.wants(5 * NANOSECONDS + 33_000_000)
    tracker = Watched()
    perception = Perception(tracker, None, face_rate=15.0)
    perception.add_image(PICTURE, 100 * NANOSECONDS)
    perception.add_image(PICTURE, 100 * NANOSECONDS + 33_000_000)
    perception.add_image(PICTURE, 90 * NANOSECONDS)  # a bag begins again: reset, and looked at
    assert tracker.stamps == [100 * NANOSECONDS, -1, 90 * NANOSECONDS]


def test_a_face_that_is_gone_is_not_held_for_ever() -> None:
    tracker = Watched()
    perception = Perception(tracker, None, face_rate=15.0)
    frames = []
    for number in range(30):
        if number == 10:
            tracker.update = lambda *args, **kwargs: FaceMotion.missing()
        frames += perception.add_image(PICTURE, NANOSECONDS + number * TICK_NS)
    valid = [frame.face_valid for frame in frames]
    # As without: the last face counts for 0.2 s.
    assert valid[:14] == [True] * 14 and not any(valid[18:])
