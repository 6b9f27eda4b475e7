"""What is recorded survives a film that fails, and tells when commands were sent."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import rclpy
from graph import wait_until
from made_faces import face_with
from sensor_msgs.msg import Image
from trajectory_msgs.msg import JointTrajectory
from trajectory_msgs.msg import JointTrajectoryPoint
from vico_listener.msg import ListenerMotion as ListenerMotionMessage

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import CameraFrame
from vico_listener.frames import ListenerMotion
from vico_listener.lab.nodes.recorder_node import RecorderNode
from vico_listener.media.film import Film
from vico_listener.media.tracks import COMMANDS_FILE
from vico_listener.media.tracks import MOTION_FILE
from vico_listener.media.tracks import read_motion
from vico_listener.motion import Attitude
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.image_codec import fill_image
from vico_listener.nodes.isolation import isolate

PICTURE = np.full((48, 64, 3), 90, np.uint8)


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[RecorderNode]:
    isolate()
    rclpy.init()
    node = RecorderNode(tmp_path, 'commands', 0)
    yield node
    node.destroy_node()
    rclpy.try_shutdown()


class TornFilm(Film):
    """Fails at the third picture, or when it is closed."""

    def __init__(self, path: Path, at_the_end: bool) -> None:
        super().__init__(path, 48, None)
        self._at_the_end = at_the_end

    def add_picture(self, stamp: int, speaker: np.ndarray, listener: np.ndarray) -> None:
        if self.pictures == 2 and not self._at_the_end:
            raise av.error.PatchWelcomeError(1, 'Not yet implemented', 'listener.mp4')
        super().add_picture(stamp, speaker, listener)

    def close(self) -> None:
        super().close()
        if self._at_the_end:
            raise OSError(28, 'No space left on device', 'listener.mp4')


@pytest.mark.parametrize('at_the_end', [False, True])
@pytest.mark.trouble(
    'clips',
    'The film cannot be written, e.g. because the disk is full',
    sees='Among the problems: `the film ends early: ...` Tables and report are complete.',
    remedy='Make room.',
)
def test_a_film_that_fails_costs_no_motion(
    recorder: RecorderNode, tmp_path: Path, at_the_end: bool
) -> None:
    recorder.film = TornFilm(tmp_path / 'listener.mp4', at_the_end)
    for tick in range(30, 40):
        stamp = tick_stamp(tick)
        recorder.on_played(CameraFrame(stamp, PICTURE))
        face = Image()
        face.header.stamp = time_message(stamp)
        fill_image(face, PICTURE[:, :48])
        recorder._on_face(face)
        motion = ListenerMotion(
            stamp=stamp,
            source_stamp=stamp,
            face=face_with(),
            attitude=Attitude.NEUTRAL,
            intensity=1.0,
            active=True,
            model='rules',
        )
        recorder._on_motion(motion_message(motion, 'head'))
    recorder.close()
    ticks, _ = read_motion(tmp_path)
    assert len(ticks) == 10 and (tmp_path / MOTION_FILE).is_file()
    (problem,) = recorder.problems
    reason = 'No space left' if at_the_end else 'Not yet implemented'
    assert problem.startswith('the film ends early: ') and reason in problem
    assert recorder.strip is not None and recorder.counts['faces'] == 10


@pytest.mark.trouble(
    'clips',
    'Another program publishes on a topic of a demo',
    sees='The demo ends and names the program, because a mixture would be recorded.',
)
def test_a_foreign_publisher_is_refused(recorder: RecorderNode) -> None:
    for count in (1, 2):
        recorder.create_publisher(ListenerMotionMessage, 'motion', 10)
        wait_until(lambda count=count: recorder.count_publishers('/motion') == count)
        recorder._look_for_others()
        assert bool(recorder.failure) == (count == 2)
    assert recorder.failure.startswith('/motion is published by 2 programs (/recorder, /recorder)')


def test_a_command_for_at_once_counts_from_when_it_was_sent(
    recorder: RecorderNode, tmp_path: Path
) -> None:
    publisher = recorder.create_publisher(JointTrajectory, 'commands', 10)
    wait_until(lambda: publisher.get_subscription_count() == 1)
    ahead = JointTrajectoryPoint(positions=[0.1], time_from_start=time_message(NANOSECONDS // 50))
    sent = []
    for _ in range(3):
        before = time.time_ns()
        publisher.publish(JointTrajectory(joint_names=['neck'], points=[ahead]))
        sent.append((before, time.time_ns()))
        time.sleep(0.05)
    while recorder.counts['head_commands'] < 3:
        rclpy.spin_once(recorder, timeout_sec=1.0)
    recorder.close()
    with (tmp_path / COMMANDS_FILE).open(encoding='utf-8') as table:
        stamps = [row['stamp'].replace('.', '') for row in csv.DictReader(table)]
    for (before, after), stamp in zip(sent, stamps, strict=True):
        assert before <= int(stamp) - NANOSECONDS // 50 <= after
