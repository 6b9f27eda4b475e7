"""A rosbag2 bag as camera frames, sound and attitudes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import DataError
from vico_listener.errors import VicoError
from vico_listener.frames import CameraFrame
from vico_listener.frames import SoundChunk
from vico_listener.media.bags.definitions import AUDIO_FOREIGN
from vico_listener.media.bags.definitions import AUDIO_PLAIN
from vico_listener.media.bags.definitions import COMPRESSED_IMAGE
from vico_listener.media.bags.errors import BagError
from vico_listener.media.bags.reader import Bag
from vico_listener.media.bags.topics import Inputs
from vico_listener.media.bags.topics import choose_inputs
from vico_listener.media.clip import ClipInfo
from vico_listener.nodes.convert import foreign_pcm
from vico_listener.nodes.convert import stamp_of
from vico_listener.nodes.image_codec import ImageError
from vico_listener.nodes.image_codec import compressed_to_bgr
from vico_listener.nodes.image_codec import image_to_bgr
from vico_listener.nodes.source import AttitudeChange
from vico_listener.nodes.source import Item
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.pcm import PcmDecoder


class BagSource:
    """Plays a bag's camera and microphone with the stamps that they had.

    What carries no stamp (AudioData, or a header with 0) counts as captured when it was recorded.
    Sound becomes 16 bit; more than two channels become one.

    Args:
        path: the bag.
        image_topic, audio_topic: as for `choose_inputs`.
        default: format of the sound when no AudioInfo was recorded.

    Raises:
        BagError: the bag cannot be read, or lacks a camera or a microphone.
    """

    def __init__(
        self,
        path: Path,
        image_topic: str = '',
        audio_topic: str = '',
        default: AudioFormat = DEFAULT_FORMAT,
    ) -> None:
        self._path = path
        self._decoders: dict[AudioFormat, PcmDecoder] = {}
        with Bag(path) as bag:
            self._inputs = choose_inputs(path, bag.topics, image_topic, audio_topic)
            self._format = self._announced(bag, default)
            first_seen, picture = bag.first(self._inputs.image.name)
            image = self._frame(first_seen, picture)
            starts = [image.stamp]
            sound = None
            if self._inputs.audio is not None:
                sound = self._sound(*bag.first(self._inputs.audio.name))
                starts.append(sound.stamp)
            self.start = min(starts)
            self.attitude = ''
            if self._inputs.attitude is not None:
                said, message = bag.first(self._inputs.attitude.name)
                self.attitude = str(message.data) if said <= first_seen else ''
            self.info = ClipInfo(
                path=path,
                width=image.image.shape[1],
                height=image.image.shape[0],
                fps=self._inputs.image.count / max(bag.duration, 1e-9),
                duration=bag.duration,
                sample_rate=0 if sound is None else sound.sample_rate,
                channels=0 if sound is None else sound.samples.shape[1],
            )

    @property
    def inputs(self) -> Inputs:
        """The topics that are played."""
        return self._inputs

    @property
    def has_format(self) -> bool:
        """True when the bag says in what format its sound is."""
        audio = self._inputs.audio
        return audio is None or audio.kind == AUDIO_FOREIGN or self._inputs.audio_info is not None

    def play(self) -> Iterator[Item]:
        """Everything in the order of recording.

        Raises:
            BagError: damaged data. ImageError, DataError: a picture or sound that is none.
        """
        inputs = self._inputs
        image, audio, attitude = (
            '' if topic is None else topic.name
            for topic in (inputs.image, inputs.audio, inputs.attitude)
        )
        with Bag(self._path) as bag:
            for topic, recorded, message in bag.messages({image, audio, attitude} - {''}):
                if topic == image:
                    item: Item = self._frame(recorded, message)
                elif topic == audio:
                    item = self._sound(recorded, message)
                else:
                    item = AttitudeChange(recorded, message.data)
                yield replace(item, stamp=item.stamp - self.start)

    def _announced(self, bag: Bag, default: AudioFormat) -> AudioFormat:
        if self._inputs.audio_info is None:
            return default
        announced = default.announced(bag.first(self._inputs.audio_info.name)[1])
        if announced.coding != 'wave':
            raise BagError(
                f'{self._path}: the sound is {announced.coding}, PCM is needed: record it with '
                'format:=wave of audio_capture'
            )
        return announced

    def _frame(self, recorded: int, message: Any) -> CameraFrame:
        compressed = self._inputs.image.kind == COMPRESSED_IMAGE
        try:
            picture = compressed_to_bgr(message) if compressed else image_to_bgr(message)
        except ImageError as error:
            raise BagError(f'{self._path}: {self._inputs.image.name}: {error}') from None
        return CameraFrame(stamp_of(message.header.stamp) or recorded, picture)

    def _sound(self, recorded: int, message: Any) -> SoundChunk:
        assert self._inputs.audio is not None
        kind, format_, stamp = self._inputs.audio.kind, self._format, 0
        try:
            if kind == AUDIO_FOREIGN:
                data, format_ = foreign_pcm(message)
            else:
                data = message.data if kind == AUDIO_PLAIN else message.audio.data
            samples = self._samples(data, format_)
        except VicoError as error:
            raise BagError(f'{self._path}: {self._inputs.audio.name}: {error}') from None
        if kind != AUDIO_PLAIN:
            stamp = stamp_of(message.header.stamp)
        if stamp == 0:
            stamp = recorded - len(samples) * NANOSECONDS // format_.sample_rate
        return SoundChunk(stamp, samples, format_.sample_rate)

    def _samples(self, data: Any, format_: AudioFormat) -> NDArray[np.int16]:
        if format_ not in self._decoders:
            # As one channel: the samples stay interleaved.
            self._decoders[format_] = PcmDecoder(1, format_.sample_format)
        values = self._decoders[format_].decode(np.asarray(data).tobytes())
        if len(values) % format_.channels:
            raise DataError(f'{len(values)} samples are no multiple of {format_.channels}')
        frames = values.reshape(-1, format_.channels)
        if format_.channels > 2:
            frames = frames.mean(axis=1, keepdims=True)
        return np.clip(np.round(frames * 32768.0), -32768, 32767).astype(np.int16)
