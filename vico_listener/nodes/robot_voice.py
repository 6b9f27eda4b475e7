"""The topics `robot_voice` and `vocal_sound`: what the robot says, and its "mm-hm"."""

from typing import Any

from vico_listener.chain import Chain
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import NotInstalledError
from vico_listener.errors import VicoError
from vico_listener.nodes.audio_input import ROBOT_VOICE
from vico_listener.nodes.audio_input import AudioInput
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.nodes.vocal_sound import TOPIC
from vico_listener.nodes.vocal_sound import vocal_pcm
from vico_listener.perception import Feed
from vico_listener.perception.feed import OWN_VOICE
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.ros_api.perception import REPLAY_WAIT
from vico_listener.speech import AudioFormat

MISSING = 1.0
"""Seconds without the voice, while the robot is said to speak, that are worth a warning."""

AHEAD_NS = NANOSECONDS // 5
"""So long before it is heard the voice is taken in from a recording: longer than a usual chunk."""
PATIENCE_NS = NANOSECONDS
"""How much later than the audio of its time it may come from there."""

UNSTAMPED = (
    'robot_voice has no stamps that agree with those of the audio: its time of arrival is used'
)
LATE = (
    'chunks of robot_voice came later than the sound in which they are heard, so that sound was '
    'ignored: publish the voice before it is played, stamped with the time at which it is played'
)
VOCAL_UNUSABLE = 'vocal_sound cannot be used'


class RobotVoice:
    """Hands the robot's voice to the head while a node is active, and knows what is wrong with it.

    Args:
        node: owner of the topic.
    """

    def __init__(self, node: ManagedNode) -> None:
        self._node = node
        self._input: AudioInput | None = None
        self._vocals: InputSubscription | None = None
        self._forget()

    def _forget(self) -> None:
        self._problem = ''
        self._missing = ''
        self._unstamped = False
        self._told_late = 0

    def open(self, head: Chain, feed: Feed, inputs: PerceptionInputs) -> None:
        """Begin with a head that works in the thread of a feed, if it has a microphone."""
        self._head, self._feed, self._clocks = head, feed, inputs.clocks
        self._forget()
        table = self._node.table
        if head.audio is not None:
            if self._clocks is not None:  # in a recording nobody hears what is played now
                self._vocals = InputSubscription(self._node, TOPIC, self._on_vocal)
            audio = AudioFormat(table['robot_voice_sample_rate'])
            self._input = AudioInput(self._node, audio, True, False, self._on_voice, ROBOT_VOICE)

    def close(self) -> None:
        """Leave the head."""
        if self._vocals is not None:
            self._vocals.destroy()
            self._vocals = None
        if self._input is not None:
            self._input.destroy()
            self._input = None

    def _on_vocal(self, message: Any) -> None:
        """Take what the listener itself begins to play."""
        try:
            pcm, audio = vocal_pcm(message)
        except VicoError as error:
            self._problem = f'{VOCAL_UNUSABLE}: {error}'
            return
        stamp = stamp_of(message.header.stamp)
        if self._clocks is not None and self._clocks.is_by_arrival(AUDIO):
            stamp = 0
        self._feed.call(lambda: self._hear_vocal(pcm, stamp, audio))

    def _hear_vocal(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        """Let the head hear it; in the thread of the feed."""
        try:
            self._head.hear_own_vocal(pcm, stamp, audio)
        except VicoError as error:
            self._problem = f'{VOCAL_UNUSABLE}: {error}'

    def _on_voice(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        if self._clocks is not None and self._clocks.is_by_arrival(AUDIO):
            stamp = 0  # of a clock that is not that of the audio
        if not pcm or self._missing:
            return
        if self._clocks is None:
            # In the order of the stamps, a little before the sound in which it is heard.
            before = max(stamp - AHEAD_NS, 0)
            self._feed.put(OWN_VOICE, before, lambda: self._hear(pcm, stamp, audio))
        else:
            self._feed.call(lambda: self._hear(pcm, stamp, audio))

    def patience(self) -> int:
        """Return for how much stream time the audio of a recording waits for the voice, ns.

        It does where a bag brings both as they were recorded; a program beside a replay of ours
        publishes what it says before it is heard.
        """
        if self._input is None or self._node.count_publishers(REPLAY_WAIT.name) > 0:
            return 0
        spoken = self._node.count_publishers(self._input.topic) > 0
        return AHEAD_NS + PATIENCE_NS if spoken else 0

    def _hear(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        """Let the head hear it; in the thread of the feed."""
        if fault := audio.fault:
            self._problem = f'robot_voice cannot be used: {fault}'
            return
        if stamp == 0 and not self._unstamped:
            self._unstamped = True
            self._node.get_logger().warning(UNSTAMPED)
        try:
            self._head.hear_own_voice(pcm, stamp, audio)
        except NotInstalledError as error:
            self._missing = f'robot_voice: {error}'
        except VicoError as error:
            self._problem = f'robot_voice cannot be used: {error}'

    def warnings(self) -> list[str]:
        """Return what is wrong with it, since the last time."""
        canceller = self._head.senses.canceller
        late = 0 if canceller is None else canceller.late
        news, self._told_late = late - self._told_late, late
        found = [self._problem, self._missing]
        if canceller is not None:
            found += [canceller.length.problem(), canceller.pace.problem()]
            speaks = self._head.senses.mute.robot_speaks
            if speaks and canceller.silence > MISSING:
                found.append(
                    'the robot speaks, but robot_voice is silent, so all sound is ignored: publish '
                    'it all the time while robot_speaking is true'
                )
        if news > 0:
            found.append(f'{news} {LATE}')
        if self._input is not None:
            found.append(self._input.mismatch())
        self._problem = ''
        return [text for text in found if text]

    @property
    def values(self) -> dict[str, Any]:
        """The values of the diagnostics."""
        canceller = self._head.senses.canceller
        return {
            'echo_canceller': canceller is not None,
            'robot_voice_late': 0 if canceller is None else canceller.late,
            'robot_voice_stamps': 'arrival' if self._unstamped else 'header',
        }
