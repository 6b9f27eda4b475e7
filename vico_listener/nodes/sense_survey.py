"""Listens to camera and microphone as perception does, and judges what comes."""

import time
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np
from rclpy.node import Node
from rclpy.parameter import Parameter

from vico_listener.clock import NANOSECONDS
from vico_listener.doctor.finding import Finding
from vico_listener.doctor.finding import Level
from vico_listener.doctor.sound import sound_findings
from vico_listener.doctor.streams import IMAGE_TYPES
from vico_listener.doctor.streams import Stream
from vico_listener.doctor.streams import image_findings
from vico_listener.doctor.streams import stream_findings
from vico_listener.errors import DataError
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import bridge_is_broken
from vico_listener.nodes.parameters import ParameterTable
from vico_listener.nodes.perception_inputs import PerceptionInputs
from vico_listener.nodes.perception_inputs import audio_format
from vico_listener.nodes.perception_inputs import image_of
from vico_listener.perception.camera_calibration import Calibration
from vico_listener.perception.sense_clocks import AUDIO
from vico_listener.perception.sense_clocks import IMAGE
from vico_listener.ros_api import PERCEPTION
from vico_listener.speech import AudioFormat

OTHER_CLOCK_NS = 10 * NANOSECONDS
"""Stamps that are so far from the arrival are those of a recording or a simulator."""


ASKEW_NS = NANOSECONDS // 2
"""Stamps that are so far from the arrival are late, or those of a clock that is not set."""

SET_CLOCKS = (
    'if they are from another computer, set its clock (chrony): TF cannot join what it captures to '
    'the robot; otherwise the driver delays them, and every answer with them'
)
"""What to do about such stamps."""

NOWHERE = '_vico_doctor/nothing'
"""A topic for a sense that has none: what is wrong with its usual one has been said."""


class SenseSurvey:
    """Counts and keeps what comes while it exists.

    Args:
        node_of: makes a node with ROS arguments and parameters.
        streams: of the image and of the audio, by `IMAGE` and `AUDIO`; those that are there.
        others: the topics of `camera_info` and `audio_info`, by these names.
        parameters: of perception, where they are not the default ones.

    Attributes:
        node: that listens.
        frame_id: of the newest image; '' before one.
    """

    def __init__(
        self,
        node_of: Callable[[str, list[str], list[Parameter]], Node],
        streams: dict[str, Stream],
        others: dict[str, str],
        parameters: dict[str, Any],
    ) -> None:
        self._streams = streams
        self._raw = IMAGE in streams and streams[IMAGE].type == IMAGE_TYPES[0]
        topics = dict.fromkeys((IMAGE, AUDIO), NOWHERE) | others
        topics |= {name: stream.topic for name, stream in streams.items()}
        remaps = [word for name, to in topics.items() for word in ('-r', f'{name}:={to}')]
        given = parameters | {
            'image_transport': 'raw' if self._raw or IMAGE not in streams else 'compressed',
            'use_audio': AUDIO in streams,
            'lossless': False,
        }
        if AUDIO in streams:
            given['audio_stamped'] = streams[AUDIO].type.endswith('Stamped')
        overrides = [Parameter(name, value=value) for name, value in given.items()]
        self.node = node_of('_vico_doctor_senses', ['--ros-args', *remaps], overrides)
        table = ParameterTable(self.node, PERCEPTION.parameters, lambda name, value: None)
        self._newest: Any = None
        self._info: Any = None
        self._format: AudioFormat | None = None
        self._pcm: list[bytes] = []
        self._inputs = PerceptionInputs(
            self.node,
            table,
            audio_format(table),
            None,
            self._on_image,
            self._on_info,
            self._on_audio,
            lambda speaking: None,
            lambda: None,
        )

    @property
    def frame_id(self) -> str:
        """See the class."""
        return '' if self._newest is None else str(self._newest.header.frame_id)

    def _on_image(self, message: Any, stamp: int) -> None:
        self._newest = message
        stream = self._streams.get(IMAGE)
        if stream is not None:
            stream.arrivals.append(time.monotonic_ns())
            stream.size = len(message.data)

    def _on_info(self, message: Any) -> None:
        self._info = message

    def _on_audio(self, pcm: bytes, stamp: int, audio: AudioFormat) -> None:
        self._streams[AUDIO].arrivals.append(time.monotonic_ns())
        self._format = audio
        self._pcm.append(pcm)

    def findings(self, seconds: float) -> Iterator[Finding]:
        """Yield what is to be said after `seconds` of listening."""
        if IMAGE in self._streams:
            stream = self._streams[IMAGE]
            stream.lost = self._inputs.lost_images
            yield from stream_findings('camera', stream, seconds)
            yield from self._image_findings(stream)
        if AUDIO in self._streams:
            stream = self._streams[AUDIO]
            stream.lost = self._inputs.lost_chunks
            yield from stream_findings('microphone', stream, seconds)
            if self._format is not None:
                yield from sound_findings(self._format, self._pcm)
        for text in filter(None, self._inputs.mismatch().split('; ')):
            how = 'other nodes publish another type by this name: remap one of the two'
            yield Finding('topics', Level.WRONG, text, how)
        if problem := self._inputs.length.problem():
            yield Finding.split('microphone', Level.WRONG, problem)
        yield from self._clock_findings()

    def _image_findings(self, stream: Stream) -> Iterator[Finding]:
        if self._newest is None:
            return
        if bridge_is_broken():
            text = 'cv_bridge does not work with this numpy: images are converted without it'
            yield Finding('camera', Level.NOTE, text)
        try:
            image = image_of(self._newest)
        except ImageError as error:
            yield Finding.split('camera', Level.WRONG, str(error))
            return
        height, width = image.shape[:2]
        yield from image_findings(stream, width, height, float(np.mean(image)), self._raw)
        how = 'publish it, or set fov_deg to the field of view of the camera'
        if self._info is None:
            text = 'no camera_info: fov_deg is used (60 degrees unless set)'
            yield Finding('camera', Level.NOTE, text, how)
            return
        try:
            calibration = Calibration.of(self._info)
        except DataError as error:
            yield Finding('camera', Level.WRONG, f'camera_info cannot be used: {error}', how)
            return
        if calibration is None:
            text = 'camera_info says that the camera was never calibrated: fov_deg is used'
            yield Finding('camera', Level.NOTE, text, how)
        elif misfit := calibration.misfit(width, height):
            yield Finding.split('camera', Level.WRONG, misfit)
        else:
            yield Finding('camera', Level.OK, 'camera_info fits the images')

    def _clock_findings(self) -> Iterator[Finding]:
        clocks = self._inputs.clocks
        if clocks is None or not any(stream.arrivals for stream in self._streams.values()):
            return
        problems = [*clocks.problems(), *filter(None, [clocks.deafness()])]
        for problem in problems:
            yield Finding.split('stamps', Level.WRONG, problem)
        if problems:
            return
        delays = {
            name: delay for name in self._streams if (delay := clocks.delay(name)) is not None
        }
        parts = [f'{name} {delay / NANOSECONDS:+.3f} s' for name, delay in delays.items()]
        if any(ASKEW_NS < abs(delay) <= OTHER_CLOCK_NS for delay in delays.values()):
            text = f'the messages arrive {", ".join(parts)} after their stamps'
            yield Finding('stamps', Level.NOTE, text, SET_CLOCKS)
            return
        if not delays:
            text = 'messages of this type have no stamps: their time of arrival is used'
        elif max(map(abs, delays.values())) > OTHER_CLOCK_NS:
            text = (
                'stamps agree with each other, but not with the clock of this computer: is it '
                'a replay?'
            )
        else:
            text = f'stamps can be used; messages arrive after them by {", ".join(parts)}'
        yield Finding('stamps', Level.OK, text)
