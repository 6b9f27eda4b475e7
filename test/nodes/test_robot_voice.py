"""`robot_voice` over DDS: the microphone is freed from it, and what is wrong with it is said."""

import sys
import time
import wave
from pathlib import Path
from typing import Any

import audio_common_msgs.msg as audio_msgs
import numpy as np
import pytest
from graph import Graph
from graph import wait_until
from rclpy.lifecycle import TransitionCallbackReturn
from std_msgs.msg import String

from vico_listener import msg
from vico_listener.clock import NANOSECONDS
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.listener_event import Vocal
from vico_listener.live import vocal_player
from vico_listener.nodes.convert import time_message
from vico_listener.nodes.listener_node import ListenerNode
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.perception_node import PerceptionNode

pytest.importorskip('livekit')

RATE = 16000
SIZE = 512
STEP = SIZE * NANOSECONDS // RATE
SILENCE = np.zeros(SIZE, '<i2')


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3000, SIZE).astype('<i2')


class Bench:
    """An active perception node whose robot speaks, and which hears only."""

    def __init__(self, graph: Graph, **parameters: Any) -> None:
        self.node = graph.make(PerceptionNode, listen_to='sound', **parameters)
        self.tester = graph.tester()
        self.frames: list[msg.SpeakerFrame] = graph.record(self.tester, msg.SpeakerFrame, 'speaker')
        stamped = audio_msgs.AudioDataStamped
        self.audio = self.tester.create_publisher(stamped, 'audio', 100)
        self.voice = self.tester.create_publisher(stamped, 'robot_voice', 100)
        self.info = self.tester.create_publisher(audio_msgs.AudioInfo, 'robot_voice_info', 1)
        state = self.tester.create_publisher(String, 'conversation_state', 1)
        for step in (self.node.trigger_configure, self.node.trigger_activate):
            assert graph.run(step) == TransitionCallbackReturn.SUCCESS
        topics = (self.audio, self.voice, self.info, state)
        wait_until(lambda: all(topic.get_subscription_count() >= 1 for topic in topics))
        state.publish(String(data='speaking'))

    def talk(
        self,
        seconds: float,
        voice: bool = True,
        stamped: bool = True,
        late: int = 0,
        rate: int = RATE,
    ) -> tuple[bytes, str, dict[str, Any]]:
        """What microphone and robot bring for a while, in real time; return the diagnostics.

        Args:
            seconds: for how long.
            voice: whether the robot's voice comes.
            stamped: whether it is stamped.
            late: by how many chunks it comes too late.
            rate: at which it really is sampled, Hz.
        """
        begin = time.time_ns()
        for k in range(round(seconds * NANOSECONDS / STEP)):
            stamp = begin + k * STEP
            time.sleep(max(0.0, (stamp + STEP - time.time_ns()) / NANOSECONDS))
            if voice and k >= late:
                self._publish(self.voice, np.repeat(noise(k - late), rate // RATE),
                              stamp - late * STEP if stamped else 0)  # fmt: skip
            self._publish(self.audio, noise(k) // 2, stamp)
        return self.node.diagnose()

    def _publish(self, topic: Any, samples: np.ndarray, stamp: int) -> None:
        chunk = audio_msgs.AudioDataStamped()
        chunk.header.stamp = time_message(stamp)
        chunk.audio.data = samples.astype('<i2').tobytes()
        topic.publish(chunk)

    def muted(self) -> bool:
        return bool(self.frames) and bool(self.frames[-1].muted)


def test_with_its_voice_the_robot_hears_while_it_speaks(graph: Graph) -> None:
    bench = Bench(graph)
    bench.talk(0.5, voice=False)
    wait_until(bench.muted)
    wait_until(lambda: not (bench.talk(0.3) and bench.muted()))
    values = bench.node.diagnose()[2]
    assert values['echo_canceller']
    assert values['robot_voice_stamps'] == 'header'


@pytest.mark.trouble(
    'audio',
    'While the robot speaks, the head hears nothing although `robot_voice` is published.',
    sees='WARN: `the robot speaks, but robot_voice is silent, so all sound is ignored`.',
    remedy='`publish it all the time while robot_speaking is true`, or at least until a second '
    'before.',
)
def test_a_voice_that_stops_is_missed(graph: Graph) -> None:
    bench = Bench(graph)
    bench.talk(0.3)
    wait_until(lambda: 'robot_voice is silent' in bench.talk(0.3, voice=False)[1])
    assert bench.muted() and bench.node.diagnose()[0] == WARN


@pytest.mark.trouble(
    'audio',
    'While the robot speaks, the head hears little or nothing, and `robot_voice_late` grows.',
    sees='WARN: `chunks of robot_voice came later than the sound in which they are heard`.',
    remedy='`publish the voice before it is played, stamped with the time at which it is played`.',
)
def test_a_late_voice_is_told_and_mutes(graph: Graph) -> None:
    bench = Bench(graph)
    wait_until(lambda: 'came later than the sound' in bench.talk(1.0, late=10)[1])
    assert bench.muted() and bench.node.diagnose()[2]['robot_voice_late'] > 0


def test_a_voice_without_stamps_counts_as_played_when_it_comes(graph: Graph) -> None:
    bench = Bench(graph)
    bench.talk(0.3, voice=False)
    wait_until(lambda: not (bench.talk(0.3, stamped=False) and bench.muted()))
    assert bench.node.diagnose()[2]['robot_voice_stamps'] == 'arrival'


def test_a_voice_of_another_rate_than_said_is_told_and_mutes(graph: Graph) -> None:
    bench = Bench(graph)
    bench.talk(1.5, rate=48000)
    wait_until(lambda: 'robot_voice is 3.00 times as long' in bench.node.diagnose()[1])
    assert 'publish robot_voice_info' in bench.node.diagnose()[1]
    bench.talk(0.3, rate=48000)
    wait_until(bench.muted)


@pytest.mark.trouble(
    'audio',
    'While the robot speaks, the head hears nothing, and `robot_voice` has no stamps.',
    sees='WARN: `the robot_voice has no stamps`, and comes faster or slower than it is played.',
    remedy='Publish `robot_voice_info`, or set `robot_voice_sample_rate`; if it is sent ahead of '
    'the time at which it is played, stamp it.',
)
def test_an_unstamped_voice_of_another_rate_is_told_by_its_pace(graph: Graph) -> None:
    bench = Bench(graph)
    bench.talk(0.3, voice=False)
    bench.talk(3.0, stamped=False, rate=32000)
    wait_until(lambda: 'robot_voice has no stamps, and comes' in bench.node.diagnose()[1])
    assert bench.muted() and bench.node.diagnose()[0] == WARN


def test_a_voice_of_an_announced_rate_is_used(graph: Graph) -> None:
    bench = Bench(graph)
    info = audio_msgs.AudioInfo(
        channels=1, sample_rate=48000, sample_format='S16LE', coding_format='wave'
    )
    bench.info.publish(info)
    bench.talk(0.3, voice=False)
    wait_until(lambda: not (bench.talk(0.3, rate=48000) and bench.muted()))


@pytest.mark.parametrize(
    ('change', 'text'),
    [
        ({'coding_format': 'mp3'}, 'robot_voice cannot be used'),
        ({'sample_rate': 4000}, 'robot_voice cannot be used'),
    ],
)
def test_a_voice_that_cannot_be_used_is_named(
    graph: Graph, change: dict[str, Any], text: str
) -> None:
    bench = Bench(graph)
    known = {'channels': 1, 'sample_rate': RATE, 'sample_format': 'S16LE', 'coding_format': 'wave'}
    bench.info.publish(audio_msgs.AudioInfo(**known | change))
    wait_until(lambda: text in bench.talk(0.2)[1])
    wait_until(bench.muted)


@pytest.mark.trouble(
    'audio',
    'While the robot speaks, the head hears nothing, and `echo_canceller` is false.',
    sees="WARN: `the robot's voice cannot be removed from the microphone audio, so all sound is "
    'ignored while it speaks`.',
    remedy='Install the extra `echo`, as the message says.',
)
def test_without_the_extra_it_is_muted_and_the_remedy_said(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, 'livekit', None)
    bench = Bench(graph)
    wait_until(lambda: 'livekit' in bench.talk(0.2)[1])
    level, message, values = bench.node.diagnose()
    assert level == WARN and 'echo.txt' in message
    assert not values['echo_canceller']
    wait_until(bench.muted)


def test_a_head_without_a_microphone_takes_no_voice(graph: Graph) -> None:
    node = graph.make(PerceptionNode, use_audio=False)
    for step in (node.trigger_configure, node.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    tester = graph.tester()
    voice = tester.create_publisher(audio_msgs.AudioDataStamped, 'robot_voice', 1)
    time.sleep(0.2)
    assert voice.get_subscription_count() == 0
    assert node.diagnose()[2]['echo_canceller'] is False


class Loudspeaker:
    """Plays nothing; stands for the module `sounddevice`."""

    PortAudioError = OSError

    def query_devices(self, device: None, kind: str) -> None:
        """It is there."""

    def play(self, samples: np.ndarray, rate: int) -> None:
        """It is heard by nobody."""


def test_what_the_listener_plays_is_not_heard(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vocal_player, '_sounddevice', Loudspeaker)
    with wave.open(str(tmp_path / 'oh.wav'), 'wb') as file:
        file.setparams((2, 2, 44100, 0, 'NONE', ''))
        file.writeframes(np.zeros(2 * 44100, '<i2').tobytes())
    bench = Bench(graph)
    listener = graph.make(ListenerNode, listener='rules', vocal='play', vocal_folder=str(tmp_path))
    for step in (listener.trigger_configure, listener.trigger_activate):
        assert graph.run(step) == TransitionCallbackReturn.SUCCESS
    sounds = graph.record(bench.tester, audio_msgs.AudioDataStamped, 'vocal_sound')
    wait_until(lambda: listener.count_subscribers('vocal_sound') == 2)
    # The listener says that it listens.
    wait_until(lambda: not (bench.talk(0.2, voice=False) and bench.muted()))
    listener._vocal._player.say(ListenerEvent.of_vocal(10**9, Vocal('oh', 10**9, 1.0), 'pause'))
    wait_until(lambda: bench.talk(0.1, voice=False) and bench.muted())
    assert bench.node.diagnose()[2]['muted']
    wait_until(lambda: not (bench.talk(0.3, voice=False) and bench.muted()))
    assert [len(sound.audio.data) for sound in sounds] == [2 * RATE]
