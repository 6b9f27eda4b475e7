"""`speaker` in, `motion` (ListenerMotion) out: steps the listener once per model tick."""

import threading
import time
from typing import Any

import vico_listener.msg as msg
from vico_listener.choices import parse_attitude
from vico_listener.errors import VicoError
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import measure_reference
from vico_listener.listener import LISTENERS
from vico_listener.listener.agent import ListeningAgent
from vico_listener.nodes.conversation_topics import ConversationTopics
from vico_listener.nodes.convert import motion_message
from vico_listener.nodes.convert import speaker_of
from vico_listener.nodes.decision_topics import DecisionTopics
from vico_listener.nodes.gesture_server import GestureServer
from vico_listener.nodes.listener_settings import SETTINGS
from vico_listener.nodes.listener_settings import ListenerSettings
from vico_listener.nodes.listener_settings import apply_setting
from vico_listener.nodes.managed_node import OK
from vico_listener.nodes.managed_node import WARN
from vico_listener.nodes.managed_node import ManagedNode
from vico_listener.nodes.topics import advertise
from vico_listener.nodes.topics import subscribe_to
from vico_listener.nodes.vocal_output import VocalOutput
from vico_listener.ros_api import LISTENER
from vico_listener.ros_api.listener import MOTION
from vico_listener.ros_api.perception import SPEAKER
from vico_listener.statistics import Durations

SILENCE = 3.0
"""Seconds without a speaker frame that are worth a warning."""


class ListenerNode(ManagedNode):
    """Wraps a `ListeningAgent`.

    Args:
        subscribe: False in the composed stack, where `listen` is called directly.
    """

    API = LISTENER

    def __init__(self, name: str = 'listener', subscribe: bool = True, **options: Any) -> None:
        super().__init__(name, **options)
        self.agent: ListeningAgent | None = None
        self._subscribe = subscribe
        self._subscription: Any = None
        self._lock = threading.RLock()
        self._durations = Durations()
        self._publisher = advertise(self, MOTION)
        self._decisions = DecisionTopics(self)
        self._settings = ListenerSettings(self)
        self._vocal = VocalOutput(self)
        self._conversation = ConversationTopics(self, self._lock)
        self._gestures = GestureServer(self, self._lock, lambda: self.agent)

    def configure(self) -> None:
        """Make the listener and its reference face."""
        table = self.table
        agent = ListeningAgent.create(
            table['listener'],
            measure_reference(table['portrait'], table['face_model']),
            table['seed'] if table['seed'] >= 0 else None,
            table['personality'] if table['personality'] >= 0 else None,
            table['idle'],
            parse_attitude(table['attitude']),
            table['intensity'],
            **{name: table[name] for name in LISTENERS.load(table['listener']).OPTIONS},
        )
        for name in SETTINGS:
            apply_setting(agent, name, table[name])
        self._vocal.set(agent, table['vocal'], table['vocal_folder'])
        agent.warm_up()
        with self._lock:
            self.agent = agent

    def activate(self) -> None:
        """Subscribe to `speaker`."""
        self._frame_id = self.table['frame_id']
        self._heard = time.monotonic()
        self._decisions.open()
        assert self.agent is not None
        self._conversation.open(self.agent)
        if self._subscribe:
            self._subscription = subscribe_to(self, SPEAKER, self._on_speaker)

    def deactivate(self) -> None:
        """Unsubscribe and start anew next time."""
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
            self._subscription = None
        self._gestures.end('the node was deactivated')
        self._conversation.close()
        with self._lock:
            if self.agent is not None:
                self.agent.reset()

    def cleanup(self) -> None:
        """Drop the listener."""
        with self._lock:
            self.agent = None

    def destroy_node(self) -> None:
        """See `ManagedNode.destroy_node`."""
        self._gestures.destroy()
        super().destroy_node()

    def listen(self, frame: SpeakerFrame) -> ListenerMotion | None:
        """Answer a frame and publish the motion; None while resting or not active."""
        with self._lock:
            if self.agent is None or not self.is_active:
                return None
            self._heard = time.monotonic()
            foreign, seed = self.agent.intake.counters.foreign_frames, self.agent.seed
            motion = self.agent.step(frame)
            if self.agent.seed != seed:
                self.get_logger().info(
                    f'the seed is {self.agent.seed}, from the first frame: set the '
                    'parameter seed to it to get the same random choices again'
                )
            if self.agent.intake.counters.foreign_frames > foreign:
                self.get_logger().error(self.agent.intake.mismatch, throttle_duration_sec=10.0)
            self._conversation.tell()
            self._decisions.tell(self.agent, frame.stamp, self._frame_id)
            self._vocal.say(self.agent)
        if motion is None:
            return None
        self._durations.add(motion.timing.listener)
        if self._publisher.get_subscription_count() > 0:
            self._publisher.publish(motion_message(motion, self._frame_id))
        return motion

    def _on_speaker(self, message: msg.SpeakerFrame) -> None:
        try:
            frame = speaker_of(message)
        except VicoError as error:
            self.get_logger().error(f'speaker: {error}', throttle_duration_sec=5.0)
            return
        self.listen(frame)

    def parameter_changed(self, name: str, value: Any) -> None:
        """Apply a live parameter."""
        with self._lock:
            if self.agent is None:
                return
            if name == 'vocal':
                self._vocal.set(self.agent, value, self.table['vocal_folder'])
            else:
                apply_setting(self.agent, name, value)
            self._conversation.tell()

    def diagnose(self) -> tuple[bytes, str, dict[str, Any]]:
        """Return the attitude, steps and how long they take."""
        assert self.agent is not None
        counters = self.agent.intake.counters
        values = {
            'listener': self.agent.listener.name,
            'attitude': self.agent.attitude.value,
            'intensity': self.agent.intensity,
            'preset': self.agent.preset.value,
            'active': self.agent.active,
            'conversation_state': self.agent.state.value,
            **{f'turns_ended_by_{source}': n for source, n in self._decisions.ends.items()},
            **vars(counters),
            **{f'step_{k}_ms': v for k, v in self._durations.summary_ms().items()},
        }
        if counters.invalid_frames:
            return (
                WARN,
                f'{counters.invalid_frames} frames held numbers that are not finite',
                values,
            )
        if counters.foreign_frames:
            return WARN, self.agent.intake.mismatch, values
        if problem := self._conversation.problem or self._vocal.problem:
            return WARN, problem, values
        silence = time.monotonic() - self._heard
        if silence > SILENCE:
            speaker = self.resolve_topic_name(SPEAKER.name)
            return (
                WARN,
                f'no speaker frame ({speaker}) for {silence:.0f} s: perception is not active, or '
                'sees and hears nothing, which its own status says',
                values,
            )
        return OK, self.agent.state.value if self.agent.active else 'resting', values
