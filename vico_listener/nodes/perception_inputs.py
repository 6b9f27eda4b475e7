"""The topics that perception listens to: images, audio, and what is known of camera and head."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage

from vico_listener.choices import ConversationState
from vico_listener.clock import NANOSECONDS
from vico_listener.face import FaceTracker
from vico_listener.face import create_face_tracker
from vico_listener.face.attention import check_attend
from vico_listener.frames import Image
from vico_listener.head_parts import acoustic_stream
from vico_listener.head_parts import turn_listener
from vico_listener.nodes.audio_input import OURS
from vico_listener.nodes.audio_input import AudioCallback
from vico_listener.nodes.audio_input import AudioInput
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.head_camera import HeadCamera
from vico_listener.nodes.hri_faces import HriFaces
from vico_listener.nodes.hri_faces import require_hri_msgs
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.input_subscription import InputSubscription
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.state_subscription import StateSubscription
from vico_listener.perception import Perception
from vico_listener.perception.feed import LOSSLESS_WAIT
from vico_listener.perception.locator import Locator
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.perception.sense_clocks import IMAGE
from vico_listener.perception.sense_clocks import SenseClocks
from vico_listener.ros_api.perception import CAMERA_INFO
from vico_listener.ros_api.perception import COMPRESSED
from vico_listener.ros_api.perception import CONVERSATION_STATE
from vico_listener.ros_api.perception import IMAGE as IMAGE_TOPIC
from vico_listener.ros_api.perception import LOSSLESS_IMAGE_DEPTH
from vico_listener.ros_api.perception import MIX
from vico_listener.speech import AudioFormat
from vico_listener.speech.length_check import LengthCheck


def check_inputs(table: ParameterTable) -> None:
    """Refuse inputs that need what is not installed or not in view, with the remedy."""
    check_attend(table['attend'], ())
    if table['face_source'] == 'ros4hri':
        require_hri_msgs("face_source 'ros4hri'")
    if table['publish_humans']:
        require_hri_msgs('publish_humans')


def face_tracker(table: ParameterTable) -> FaceTracker:
    """Return the face tracker that the parameters ask for, warmed up.

    Raises:
        VicoError: it cannot be made.
    """
    tracker = create_face_tracker(
        table['face'],
        model_path=table['face_model'] or None,
        fov_deg=table['fov_deg'],
        threads=table['face_threads'],
    )
    tracker.warm_up()
    return tracker


def make_senses(
    table: ParameterTable, tracker: FaceTracker, audio: AudioFormat, locator: Locator | None
) -> Perception:
    """Return the perception that the parameters ask for.

    Args:
        table: the parameters.
        tracker: the face tracker.
        audio: the format of the audio.
        locator: see `Perception`.

    Raises:
        VicoError: it cannot be made.
    """
    lossless = table['lossless']
    stream = turns = None
    if table['use_audio']:
        stream = acoustic_stream(audio, table['acoustics'], table['listen_to'])
        turns = turn_listener(table['turn_ends'], waits=lossless)
    return Perception(
        tracker,
        stream,
        LOSSLESS_WAIT if lossless else table['audio_wait'],
        table['listen_to'],
        table['speaking_tail'],
        table['lookahead'],
        locator,
        turns,
        table['face_rate'],
    )


def audio_format(table: ParameterTable) -> AudioFormat:
    """Return the format of the audio until an audio_info comes."""
    channel = table['audio_channel']
    return AudioFormat(
        table['audio_sample_rate'],
        table['audio_channels'],
        table['audio_sample_format'],
        channel=None if channel == MIX else int(channel),
    )


def sense_clocks(table: ParameterTable) -> SenseClocks:
    """Return which stamps count, live."""
    if not table['use_audio']:
        return SenseClocks(table['stamps'], (IMAGE,))
    unstamped = () if table['audio_stamped'] or not OURS else (AUDIO,)
    return SenseClocks(table['stamps'], unstamped=unstamped)


class PerceptionInputs:
    """Subscribes while it exists, and knows what was lost or is of the wrong type.

    Args:
        node: owner of the subscriptions.
        table: its parameters.
        audio: format of the audio until an audio_info says otherwise.
        head_camera: knows where a camera on the head is; None if the camera does not move.
        on_image: takes each image, with the stamp that counts (ns; 0 if none does).
        on_camera_info: takes each message.
        on_audio: takes each chunk of audio, with the stamp that counts.
        on_speaking: is told whether the robot speaks, whenever the conversation state changes.
        on_jump: is told before a stamp that jumps: what is kept of the time before is of no use.

    Attributes:
        streams: names of the topics that should bring something all the time.
        clocks: which stamps count, live; None while replaying, where all do as they are.
        length: whether the audio is as long as its stamps say.
    """

    def __init__(
        self,
        node: Node,
        table: ParameterTable,
        audio: AudioFormat,
        head_camera: HeadCamera | None,
        on_image: Callable[[Any, int], None],
        on_camera_info: Callable[[CameraInfo], None],
        on_audio: AudioCallback,
        on_speaking: Callable[[bool], None],
        on_jump: Callable[[], None],
    ) -> None:
        self._node, self._on_image, self._on_audio = node, on_image, on_audio
        self._on_jump = on_jump
        self.clocks = None if table['lossless'] else sense_clocks(table)
        self.length = LengthCheck()
        self.streams = (IMAGE, AUDIO) if table['use_audio'] else (IMAGE,)
        depth = LOSSLESS_IMAGE_DEPTH if table['lossless'] else IMAGE_TOPIC.depth
        self._images: InputSubscription | HriFaces
        if table['face_source'] == 'ros4hri':
            self._images = HriFaces(node, self._take_image, depth)
        else:
            topic = COMPRESSED if table['image_transport'] == 'compressed' else IMAGE_TOPIC
            self._images = InputSubscription(node, replace(topic, depth=depth), self._take_image)
        self._camera_info = InputSubscription(node, CAMERA_INFO, on_camera_info)
        self._conversation_state = StateSubscription(
            node,
            CONVERSATION_STATE,
            lambda message: on_speaking(message.data == ConversationState.SPEAKING.value),
        )
        self._audio: AudioInput | None = None
        if table['use_audio']:
            self._audio = AudioInput(
                node, audio, table['audio_stamped'], table['lossless'], self._take_audio
            )
        self._head_camera = head_camera
        if head_camera is not None:
            head_camera.activate()

    def _arrival(self, age: float) -> int:
        """Return when the message that came `age` s ago did so, by the node's clock, ns."""
        now = self._node.get_clock().now().nanoseconds
        # With use_sim_time, and nobody who says what time it is, that is 0.
        return (now or time.time_ns()) - round(age * NANOSECONDS)

    def _take_image(self, message: Any) -> None:
        stamp = stamp_of(message.header.stamp)
        if self.clocks is not None:
            stamp = self._placed(IMAGE, stamp, self._arrival(self._images.age), 0)
        self._on_image(message, stamp)

    def _take_audio(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        assert self._audio is not None
        if not pcm:
            return  # it brings nothing, and counts as nothing
        if audio.fault:
            # Of unknown length, it would only lead the clocks astray by which images are joined.
            self._on_audio(pcm, stamp, audio)
            return
        duration = round(audio.seconds(len(pcm)) * NANOSECONDS)
        begin = self._arrival(self._audio.age) - duration
        if self.clocks is None:
            placed = told = stamp or begin
        else:
            placed = self._placed(AUDIO, stamp, begin + duration, duration)
            told = begin if self.clocks.is_by_arrival(AUDIO) else stamp
        self.length.hear(pcm, told, audio)
        self._on_audio(pcm, placed, audio)

    def _placed(self, stream: str, stamp: int, arrival: int, duration: int) -> int:
        assert self.clocks is not None
        placed = self.clocks.place(stream, stamp, arrival, duration)
        if self.clocks.must_restart():
            self._on_jump()
        for line in self.clocks.take_news():
            self._node.get_logger().warning(line)
        return placed

    @property
    def format_changes(self) -> int:
        """How often the audio came in another format than before."""
        return 0 if self._audio is None else self._audio.format_changes

    def message_length(self, stream: str) -> float:
        """Return how much a message of a stream holds, s; 0 if unknown, or of an image."""
        return 0.0 if self.clocks is None else self.clocks.chunk(stream) / NANOSECONDS

    def lacks_clock(self) -> bool:
        """Return whether simulated time is asked for and nobody says what time it is."""
        clock = self._node.get_clock()
        return bool(clock.ros_time_is_active) and clock.now().nanoseconds == 0

    def publishers(self, stream: str) -> tuple[str, int]:
        """Return the topic of a stream, and how many publish it."""
        source = self._images if stream == IMAGE else self._audio
        topic = '' if source is None else source.topic
        return topic, self._node.count_publishers(topic) if topic else 0

    @property
    def hri_faces(self) -> HriFaces | None:
        """The faces that others track, if they are what is seen."""
        return self._images if isinstance(self._images, HriFaces) else None

    @property
    def lost_images(self) -> int:
        """Images that were lost on the way."""
        return self._images.lost

    @property
    def lost_chunks(self) -> int:
        """Chunks of audio that were lost on the way."""
        return 0 if self._audio is None else self._audio.lost

    def mismatch(self) -> str:
        """Return what is wrong with the type of a topic; empty when nothing."""
        problems = [self._images.mismatch(), self._camera_info.mismatch()]
        if self._audio is not None:
            problems.append(self._audio.mismatch())
        return '; '.join(filter(None, problems))

    def destroy(self) -> None:
        """End the subscriptions."""
        self._images.destroy()
        self._camera_info.destroy()
        self._conversation_state.destroy()
        if self._audio is not None:
            self._audio.destroy()
        if self._head_camera is not None:
            self._head_camera.deactivate()


def image_of(message: Any) -> Image:
    """Return the image of an Image or CompressedImage.

    Raises:
        ImageError: it cannot be used.
    """
    decode = compressed_to_bgr if isinstance(message, CompressedImage) else image_to_bgr
    return decode(message)
