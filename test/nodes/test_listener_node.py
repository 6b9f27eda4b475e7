"""The listener node over DDS: one motion a frame, live attitude, easing out, bad numbers."""

import math
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from made_faces import face_with
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_msgs.msg import Bool
from std_msgs.msg import String
from std_srvs.srv import SetBool
from vico_listener.srv import SetConversationState

from vico_listener import msg
from vico_listener.choices import ConversationState
from vico_listener.clock import tick_stamp
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.learned import DEFAULT_CHECKPOINT
from vico_listener.listener.model.runtimes.numba_runtime import NumbaRuntime
from vico_listener.listener.rules import RulesListener
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import FaceMotion
from vico_listener.nodes.convert import speaker_message
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.topics import STATE_QOS
from vico_listener.resources import resource_path


class Bench:
    """An active listener node that is fed speaker frames."""

    def __init__(self, graph: Graph, **parameters: Any) -> None:
        self.node = graph.make(ListenerNode, **parameters)
        self.tester = graph.tester()
        self.motions = graph.record(self.tester, msg.ListenerMotion, 'motion')
        self.publisher = self.tester.create_publisher(msg.SpeakerFrame, 'speaker', 100)
        self.index = 0
        assert graph.run(self.node.trigger_configure) == TransitionCallbackReturn.SUCCESS
        assert graph.run(self.node.trigger_activate) == TransitionCallbackReturn.SUCCESS
        wait_until(lambda: self.publisher.get_subscription_count() == 1)

    def frame(self, **fields: Any) -> SpeakerFrame:
        stamp = tick_stamp(300 + self.index)
        acoustic = np.zeros(ACOUSTIC_SIZE, np.float32)
        values = {
            'stamp': stamp,
            'source_stamp': stamp,
            'index': self.index,
            'face': FaceMotion.neutral(),
            'acoustic': acoustic,
        }
        self.index += 1
        return SpeakerFrame(**(values | fields))

    def feed(self, count: int, answered: bool = True, **fields: Any) -> list[msg.ListenerMotion]:
        before = len(self.motions)
        for n in range(count):
            self.publisher.publish(speaker_message(self.frame(**fields), 'camera'))
            if answered and n % 30 == 29:  # the node keeps 60 while it is busy
                wait_until(lambda: len(self.motions) > before + n)  # noqa: B023
        if answered:
            wait_until(lambda: len(self.motions) >= before + count)
        return self.motions[before:]


def smile(motion: msg.ListenerMotion) -> float:
    return float(motion.face.expression[ARKIT_INDEX['mouthSmileLeft']])


def test_every_frame_is_answered_in_its_stamp(graph: Graph) -> None:
    bench = Bench(graph)
    motions = bench.feed(60)
    assert [m.header.stamp for m in motions] == [m.source_stamp for m in motions]
    assert {(m.attitude, m.model, m.active) for m in motions} == {('neutral', 'lstm', True)}
    assert {m.face.basis for m in motions} == {'arkit52'}
    assert all(np.isfinite(m.face.rotation).all() for m in motions)


class Quiet(RulesListener):
    """A listener of another package."""

    name = 'quiet'


class Sluggish(NumbaRuntime):
    """A runtime of another package."""


def test_the_listener_may_be_a_class_of_another_package(graph: Graph) -> None:
    motions = Bench(graph, listener=f'{__name__}:Quiet').feed(2)
    assert {m.model for m in motions} == {'quiet'}


def test_the_runtime_may_be_a_class_of_another_package(graph: Graph) -> None:
    bench = Bench(graph, runtime=f'{__name__}:Sluggish')
    assert type(bench.node.agent.listener.runtime) is Sluggish
    assert {m.model for m in bench.feed(2)} == {'lstm'}


@pytest.mark.parametrize('way', ['parameter', 'topic'])
def test_attitude_changes_live_and_fades(graph: Graph, way: str) -> None:
    bench = Bench(graph, idle=False)
    calm = bench.feed(60)
    if way == 'parameter':
        done = bench.node.set_parameters([Parameter('attitude', value='positive')])
        assert done[0].successful
    else:
        topic = bench.tester.create_publisher(String, 'attitude', 1)
        wait_until(lambda: topic.get_subscription_count() == 1)
        topic.publish(String(data='positive'))
        wait_until(lambda: bench.node.get_parameter('attitude').value == 'positive')
    happy = bench.feed(90)
    assert happy[0].attitude == 'positive'
    # Nobody speaks, so that the smile ends again.
    assert max(map(smile, happy)) > smile(calm[-1]) + 0.1
    steps = np.abs(np.diff([smile(m) for m in [calm[-1], *happy]]))
    assert steps.max() < 6.0 / 30  # smiles rise at 6/s at most


def test_nonsense_is_refused_and_changes_nothing(graph: Graph) -> None:
    bench = Bench(graph)
    refused = bench.node.set_parameters(
        [Parameter('attitude', value='angry'), Parameter('intensity', value=1.5)]
    )
    assert "attitude: 'angry' is not one of positive, neutral, negative" in refused[0].reason
    assert not refused[1].successful
    motions = bench.feed(2)
    assert (motions[-1].attitude, motions[-1].intensity) == ('neutral', 1.0)


@pytest.mark.parametrize('way', ['parameter', 'topic', 'service'])
def test_inactive_eases_out_and_stops_publishing(graph: Graph, way: str) -> None:
    bench = Bench(graph, attitude='positive')
    bench.feed(60)
    if way == 'parameter':
        bench.node.set_parameters([Parameter('active', value=False)])
    elif way == 'topic':
        topic = bench.tester.create_publisher(Bool, 'active', 1)
        wait_until(lambda: topic.get_subscription_count() == 1)
        topic.publish(Bool(data=False))
    else:
        client = bench.tester.create_client(SetBool, 'listener/set_active')
        wait_until(client.service_is_ready)
        future = client.call_async(SetBool.Request(data=False))
        wait_until(future.done)
        assert future.result().success
    wait_until(lambda: not bench.node.get_parameter('active').value)
    bench.feed(60, answered=False)
    wait_until(lambda: bench.node.agent.intake.counters.steps == 120)
    eased = [m for m in bench.motions if not m.active]
    assert 28 <= len(eased) <= 33
    assert np.abs(eased[-1].face.rotation).max() < 1e-6
    assert np.abs(eased[-1].face.expression).max() < 1e-6


def test_numbers_that_are_not_finite_are_survived_and_reported(graph: Graph) -> None:
    bench = Bench(graph)
    acoustic = np.full(ACOUSTIC_SIZE, np.nan, np.float32)
    face = face_with(rotation=(0, 0, math.inf))
    bad = bench.frame(acoustic=acoustic, speaking=True, face=face)
    bench.publisher.publish(speaker_message(bad, 'camera'))
    motions = bench.feed(5)
    wait_until(lambda: len(bench.motions) == 6)
    assert all(np.isfinite(m.face.rotation).all() for m in motions)
    assert all(np.isfinite(m.face.expression).all() for m in motions)
    assert '2 frames held numbers that are not finite' in bench.node.diagnose()[1]


def test_same_frames_give_the_same_motion_after_a_reset(graph: Graph) -> None:
    bench = Bench(graph, attitude='positive')
    runs = []
    for _ in range(2):
        bench.index = 0
        first = bench.frame(reset=True)
        bench.publisher.publish(speaker_message(first, 'camera'))
        bench.feed(40, speaking=True)
        wait_until(lambda: len(bench.motions) % 41 == 0)
        runs.append([tuple(m.face.rotation) for m in bench.motions[-41:]])
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ('parameters', 'text'),
    [
        ({'listener': 'oracle'}, "unknown listener 'oracle': choose one of lstm, rules"),
        ({'listener': f'{__name__}:Bench'}, "Bench' is not a listener: it lacks"),
        ({'runtime': 'abacus'}, "unknown runtime 'abacus': choose one of numba, onnx, torch"),
        ({'runtime': 'nowhere.abacus:Abacus'}, "there is no module 'nowhere' in this Python"),
        ({'portrait': '/no/portrait.png'}, 'portrait.png'),
    ],
)
def test_wrong_parameter_fails_configure_with_the_reason(
    graph: Graph, capfd: pytest.CaptureFixture, parameters: dict, text: str
) -> None:
    node = graph.make(ListenerNode, **parameters)
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert text in capfd.readouterr().err


def test_a_checkpoint_that_does_not_fit_is_refused_with_the_reason(
    graph: Graph, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    nowhere = graph.make(ListenerNode, checkpoint=str(tmp_path / 'nowhere'))
    assert graph.run(nowhere.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert 'no checkpoint folder' in capfd.readouterr().err
    broken = tmp_path / 'broken'
    shutil.copytree(resource_path(DEFAULT_CHECKPOINT), broken)
    (broken / 'model.safetensors').write_bytes(b'\0' * 100)
    node = graph.make(ListenerNode, checkpoint=str(broken))
    assert graph.run(node.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert 'model.safetensors is broken' in capfd.readouterr().err


@pytest.mark.parametrize('listener', ['lstm', 'rules'])
def test_either_listener_answers(graph: Graph, listener: str) -> None:
    bench = Bench(graph, listener=listener)
    motions = bench.feed(10)
    assert {m.model for m in motions} == {listener}


@pytest.mark.parametrize('way', ['parameter', 'service', 'robot_speaking'])
def test_the_conversation_state_is_set_and_told(graph: Graph, way: str) -> None:
    bench = Bench(graph)
    told: list[String] = []
    bench.tester.create_subscription(String, 'conversation_state', told.append, STATE_QOS)
    wait_until(lambda: [m.data for m in told] == ['listening'])
    bench.feed(10)
    if way == 'parameter':
        bench.node.set_parameters([Parameter('conversation_state', value='speaking')])
    elif way == 'service':
        client = bench.tester.create_client(SetConversationState, 'listener/set_conversation_state')
        wait_until(client.service_is_ready)
        answers = []
        for state in ('asleep', 'speaking'):
            future = client.call_async(SetConversationState.Request(state=state))
            wait_until(future.done)
            answers.append(future.result())
        assert [a.success for a in answers] == [False, True]
        assert "'asleep' is not one of listening, thinking, speaking, away" in answers[0].message
    else:
        topic = bench.tester.create_publisher(Bool, 'robot_speaking', 1)
        wait_until(lambda: topic.get_subscription_count() >= 1)
        topic.publish(Bool(data=True))
    wait_until(lambda: [m.data for m in told] == ['listening', 'speaking'])
    bench.feed(30)
    assert bench.node.diagnose()[1] == 'speaking'
    if way == 'robot_speaking':
        topic.publish(Bool(data=False))
        wait_until(lambda: told[-1].data == 'listening')


def test_a_robot_that_never_stops_speaking_is_listened_past(graph: Graph) -> None:
    bench = Bench(graph, speaking_timeout=1.0)
    topic = bench.tester.create_publisher(Bool, 'robot_speaking', STATE_QOS)
    wait_until(lambda: topic.get_subscription_count() >= 1)
    topic.publish(Bool(data=True))
    wait_until(lambda: bench.node.agent.state is ConversationState.SPEAKING)
    bench.feed(29)
    assert bench.node.agent.state is ConversationState.SPEAKING
    bench.feed(2)
    assert bench.node.agent.state is ConversationState.LISTENING
    level, message, _ = bench.node.diagnose()
    assert level == WARN and 'robot_speaking stayed true until speaking_timeout' in message


@pytest.mark.trouble(
    'robot',
    '`robot_speaking` changes many times a second, e.g. with each chunk of sound.',
    sees='WARN: `robot_speaking changes all the time`.',
    remedy='`publish true when the robot begins a sentence and false when it has ended it`.',
)
def test_a_robot_that_begins_and_ends_all_the_time_is_told(graph: Graph) -> None:
    bench = Bench(graph)
    topic = bench.tester.create_publisher(Bool, 'robot_speaking', 20)
    wait_until(lambda: topic.get_subscription_count() >= 1)
    for k in range(8):
        topic.publish(Bool(data=k % 2 == 0))
        topic.publish(Bool(data=k % 2 == 0))  # told again, which is no change
    time.sleep(0.3)
    assert 'changes all the time' not in bench.node.diagnose()[1]

    def flaps() -> bool:
        for value in (True, False):
            topic.publish(Bool(data=value))
        time.sleep(0.02)
        return 'robot_speaking changes all the time' in bench.node.diagnose()[1]

    wait_until(flaps)


def test_what_was_said_before_it_came_counts(graph: Graph) -> None:
    """The robot speaks already when the node is activated, and says so only once."""
    speaker = graph.tester()
    speaker.create_publisher(Bool, 'robot_speaking', STATE_QOS).publish(Bool(data=True))
    node = graph.make(ListenerNode)
    for transition in (node.trigger_configure, node.trigger_activate):
        assert graph.run(transition) == TransitionCallbackReturn.SUCCESS
    wait_until(lambda: node.agent.state is ConversationState.SPEAKING)


@pytest.mark.trouble(
    'audio',
    'With `vocal: play` nothing is played.',
    sees='WARN of `listener`: `vocal: sounds are announced on listener_event, but cannot be '
    'played`, and why: a folder without clips, no loudspeaker.',
    remedy='Name the files `mm-hm.wav`, `yeah.wav` ..., or what else the message says.',
)
def test_a_folder_without_clips_is_told_and_sounds_are_announced(
    graph: Graph, tmp_path: Path
) -> None:
    bench = Bench(graph, listener='rules', vocal='play', vocal_folder=str(tmp_path))
    bench.feed(2)
    level, message, _ = bench.node.diagnose()
    assert level == WARN
    assert 'cannot be played' in message and 'name them mm-hm.wav, yeah.wav' in message
    events = graph.record(bench.tester, msg.ListenerEvent, 'listener_event')
    wait_until(lambda: bench.node.count_subscribers('listener_event') == 1)
    for _ in range(14):
        bench.feed(60, speaking=True, mouthed=True, audio_valid=False)
        bench.feed(15)
    wait_until(lambda: any(event.vocal for event in events))


def test_what_a_network_has_heard_comes_to_the_topic_of_the_turn(graph: Graph) -> None:
    bench = Bench(graph, listener='rules')
    turns = graph.record(bench.tester, msg.Turn, 'turn')
    wait_until(lambda: bench.node.count_subscribers('turn') == 1)
    bench.feed(40, speaking=True, mouthed=True, audio_valid=False)
    bench.feed(30, turn_over=0.98)
    wait_until(lambda: bool(turns) and turns[-1].state == 'yielding')
    assert turns[-1].source == 'model'
    bench.feed(40, speaking=True, mouthed=True, audio_valid=False)
    bench.feed(60)  # where nothing is said of it, the rule tells
    wait_until(lambda: turns[-1].state == 'yielding' and turns[-1].source == 'rule')
    values = bench.node.diagnose()[2]
    assert (values['turns_ended_by_model'], values['turns_ended_by_rule']) == (1, 1)
