"""The markers of a stack, for rviz and Foxglove."""

import signal
import subprocess
import sys
import time

import pytest
import vico_listener.msg as msg
from graph import Graph
from graph import wait_until

from vico_listener.errors import NotInstalledError
from vico_listener.nodes.isolation import isolate
from vico_listener.nodes.marker_node import MARKERS
from vico_listener.nodes.marker_node import MarkerNode


def test_face_and_gaze_are_published_while_somebody_looks(graph: Graph) -> None:
    markers = pytest.importorskip('visualization_msgs.msg')
    node = graph.add(MarkerNode(context=graph.context))
    tester = graph.tester()
    speaker = tester.create_publisher(msg.SpeakerFrame, 'speaker', 10)
    motion = tester.create_publisher(msg.ListenerMotion, 'motion', 10)
    found = graph.record(tester, markers.MarkerArray, MARKERS.name)
    wait_until(lambda: node.count_subscribers(MARKERS.name) == 1)
    face = msg.FaceMotion(basis='arkit52', expression=[0.0] * 52, translation=[-1.0, 0.0, 0.0])
    frame = msg.SpeakerFrame(face=face, face_valid=True, speaking=True)
    frame.acoustics = 'vico_listener/1'
    frame.header.frame_id = 'camera_optical'
    answer = msg.ListenerMotion(face=face, attitude='neutral', model='made')

    def seen() -> set[str]:
        speaker.publish(frame)
        motion.publish(answer)
        return {marker.ns for array in list(found) for marker in array.markers}

    wait_until(lambda: seen() == {'speaker', 'speaking', 'head', 'gaze'})
    shown = {m.ns: m for array in found for m in array.markers}
    assert shown['speaker'].header.frame_id == 'camera_optical'
    assert shown['speaker'].points[0].z == pytest.approx(1.0)
    assert shown['speaking'].text == 'speaks' and shown['gaze'].header.frame_id == 'head'


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_although_no_stack_says_anything(number: signal.Signals) -> None:
    pytest.importorskip('visualization_msgs.msg')
    isolate()
    command = [sys.executable, '-m', 'vico_listener.cli', 'markers']
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and b'are published' in process.stdout.readline()
        time.sleep(1.0)  # it waits for messages by then; earlier it ends as well
        process.send_signal(number)
        try:
            assert process.communicate(timeout=30.0)[1].endswith(b'interrupted\n')
        finally:
            process.kill()
    assert process.returncode == 128 + number


def test_without_their_messages_they_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'visualization_msgs.msg', None)
    with pytest.raises(NotInstalledError, match='visualization-msgs'):
        MarkerNode()
