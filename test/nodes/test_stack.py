"""The whole stack over DDS: a clip played by the replay node, answered by face and head."""

from pathlib import Path
from traceback import extract_stack
from typing import Any

import numpy as np
import pytest
from clip_files import write_clip
from graph import Graph
from graph import wait_until
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from stack_playing import build
from stack_playing import motion_table
from stack_playing import play
from std_msgs.msg import Bool

import vico_listener
from vico_listener.nodes.replay_node import ReplayNode
from vico_listener.nodes.robot_output import RobotOutput
from vico_listener.nodes.stack import bring_up
from vico_listener.robot import HeadCommand


def test_clip_is_answered_the_same_composed_and_apart(graph: Graph, short_clip: Path) -> None:
    composed = play(graph, short_clip, composed=True)
    apart = play(graph, short_clip, composed=False, rate=4.0)
    assert len(composed['motion']) >= 55
    np.testing.assert_array_equal(motion_table(composed['motion']), motion_table(apart['motion']))
    paths = [[tuple(c.points[0].positions) for c in run['head']] for run in (composed, apart)]
    count = min(map(len, paths))
    assert count >= 95 and paths[0][:count] == paths[1][:count]
    assert composed['face'][0].encoding == 'bgr8'
    assert (composed['face'][0].height, composed['face'][0].width) == (256, 256)
    assert [f.header.stamp for f in composed['face']] == [
        m.header.stamp for m in composed['motion']
    ]


def test_clip_without_audio_or_face(graph: Graph, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'grey.mp4', list(range(0, 1000, 40)))
    heard = play(graph, clip, composed=True)
    assert len(heard['motion']) >= 28
    assert np.isfinite(motion_table(heard['motion'])).all()


def test_from_image_to_command_in_three_files(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/architecture.md says; the feed only runs what the callback has queued."""
    ways = set()
    send = RobotOutput.send

    def traced(output: RobotOutput, command: HeadCommand, now: int) -> bool:
        package = Path(vico_listener.__file__).parent
        frames = [
            frame for frame in extract_stack() if Path(frame.filename).is_relative_to(package)
        ]
        ways.add(tuple(str(Path(f.filename).relative_to(package)) for f in frames))
        return send(output, command, now)

    monkeypatch.setattr(RobotOutput, 'send', traced)
    clip = write_clip(tmp_path / 'grey.mp4', list(range(0, 1000, 40)))
    play(graph, clip, composed=True)
    of_images = [way for way in ways if 'nodes/perception_node.py' in way]
    assert of_images
    for way in of_images:
        files = list(dict.fromkeys(way))
        assert files[-3:] == [
            'nodes/perception_node.py', 'chain.py', 'nodes/head_mover.py'
        ]  # fmt: skip
        assert set(files[:-3]) <= {'perception/feed.py'}


@pytest.mark.parametrize(
    ('changes', 'check'),
    [
        ({}, 'no face in 100% of the time, no audio in 7'),
        ({'PerceptionNode': {'use_audio': False}}, 'no face in 100% of the time'),
        ({'ReplayNode': {'audio_topic': 'none'}}, 'no face in 100% of the time'),
    ],
    ids=['wanted', 'no microphone', 'not played'],
)
def test_replay_says_which_sense_was_missing(
    graph: Graph,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    changes: dict[str, dict[str, Any]],
    check: str,
) -> None:
    clip = write_clip(tmp_path / 'grey.mp4', list(range(0, 2000, 40)), audio_ms=500)
    play(graph, clip, **changes)
    (line,) = [line for line in capfd.readouterr().err.splitlines() if 'check: ' in line]
    assert line.startswith('[WARN]')
    said = line.partition('grey.mp4: check: ')[2]
    assert said.startswith(check) and ('audio' in said) == ('audio' in check)


def test_replay_of_a_speaker_is_worth_it(
    graph: Graph, short_clip: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    play(graph, short_clip)
    told = [line for line in capfd.readouterr().err.splitlines() if 'short.mp4: ' in line]
    assert all(line.startswith('[INFO]') for line in told)
    assert told[-1].endswith('check: ok')
    assert 'senses: face 100%, audio ' in told[-2]


def test_audio_much_shorter_than_the_video(graph: Graph, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / 'short_sound.mp4', list(range(0, 2000, 40)), audio_ms=400)
    heard = play(graph, clip, composed=True)
    assert len(heard['motion']) >= 57
    assert np.isfinite(motion_table(heard['motion'])).all()


def test_missing_clip_is_refused(graph: Graph, capfd: pytest.CaptureFixture) -> None:
    for clip, text in (('', 'no clip given'), ('/no/clip.mp4', 'no such clip')):
        replay = graph.make(ReplayNode, clip=clip)
        assert graph.run(replay.trigger_configure) == TransitionCallbackReturn.FAILURE
        assert text in capfd.readouterr().err


def test_bring_up_says_which_node_refuses(
    graph: Graph, portrait_photo: Path, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    import cv2

    faceless = tmp_path / 'wall.png'
    cv2.imwrite(str(faceless), np.full((200, 200, 3), 128, np.uint8))
    nodes = build(graph, True, RendererNode={'portrait': str(faceless)})
    assert not graph.run(lambda: bring_up(nodes))
    assert 'face' in capfd.readouterr().err


@pytest.mark.parametrize('composed', [True, False])
@pytest.mark.parametrize('way', ['parameter', 'robot_speaking'])
def test_whoever_says_that_the_robot_speaks_mutes_it(
    graph: Graph, composed: bool, way: str
) -> None:
    nodes = build(graph, composed)
    assert graph.run(lambda: bring_up(nodes))
    *_, listener, perception = nodes
    topic = graph.tester().create_publisher(Bool, 'robot_speaking', 1)

    def say(speaks: bool) -> None:
        state = 'speaking' if speaks else 'listening'
        if way == 'parameter':
            listener.set_parameters([Parameter('conversation_state', value=state)])
        else:
            topic.publish(Bool(data=speaks))

    def muted() -> bool:
        return perception._head.senses.mute.robot_speaks

    wait_until(lambda: topic.get_subscription_count() >= 1)
    say(True)
    wait_until(muted)
    say(False)
    wait_until(lambda: not muted())
    say(True)
    wait_until(muted)
    if way == 'robot_speaking':  # of which a listener at rest knows nothing
        assert graph.run(listener.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
        wait_until(lambda: not muted())


def test_lifecycle_in_every_order_keeps_working(graph: Graph) -> None:
    nodes = build(graph, composed=True)
    for _ in range(3):
        assert graph.run(lambda: bring_up(nodes))
        for node in nodes:
            assert graph.run(node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
        for node in nodes:
            assert graph.run(node.trigger_activate) == TransitionCallbackReturn.SUCCESS
        for node in reversed(nodes):
            assert graph.run(node.trigger_deactivate) == TransitionCallbackReturn.SUCCESS
            assert graph.run(node.trigger_cleanup) == TransitionCallbackReturn.SUCCESS
    head = nodes[0]
    client = graph.tester().create_client(ChangeState, 'head/change_state')
    wait_until(client.service_is_ready)
    illegal = ChangeState.Request()
    illegal.transition.id = Transition.TRANSITION_ACTIVATE
    future = client.call_async(illegal)
    wait_until(future.done)
    assert not future.result().success  # not configured: refused, and the node lives on
    assert head.set_parameters([Parameter('robot', value='generic_3dof')])[0].successful
    assert graph.run(lambda: bring_up(nodes))
