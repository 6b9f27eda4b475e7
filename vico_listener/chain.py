"""The chain of perception, listener, robot and renderer: images and audio in, answers out.

Everything runs through it: `ListeningHead`, the live stack, replay, extraction, benchmarks and
evaluation. It does not depend on ROS.
"""

import array
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.arguments import check_type
from vico_listener.arguments import stamp_given
from vico_listener.choices import ACOUSTICS
from vico_listener.choices import LISTEN_TO
from vico_listener.errors import SettingError
from vico_listener.face.observation import check_image
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.frames import ListenerMotion
from vico_listener.frames import Picture
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import acoustic_stream
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.media.vocal_clips import LONGEST
from vico_listener.perception import Perception
from vico_listener.robot import HeadCommand
from vico_listener.speech import AudioFormat
from vico_listener.speech.echo_canceller import EchoCanceller
from vico_listener.speech.pcm import PcmData
from vico_listener.speech.pcm import PcmDecoder

PCM_KINDS = (bytes, bytearray, memoryview, array.array, np.ndarray)
PCM_WORDS = 'bytes or an array of samples'
"""What samples come as, as types and in words."""

Listen = Callable[[SpeakerFrame], ListenerMotion | None]
"""Returns the listener's motion for a speaker frame, or None while the listener rests."""
Move = Callable[[ListenerMotion], Sequence[HeadCommand]]
"""Returns the robot's commands for a motion."""
Draw = Callable[[ListenerMotion], Picture | None]
"""Returns the picture of a motion, or None when nobody wants to see it."""


@dataclass(frozen=True)
class Answer:
    """The head's answer at one tick of the model clock.

    Attributes:
        speaker: what the head knows about the speaker at the tick.
        motion: the listener's motion; None while the listener rests.
        picture: the listener's face, (height, width, 3) uint8 BGR; None without a renderer.
        commands: joint positions for the robot, the oldest first; empty without a robot.
        events: the listener's decisions at this tick, before their motion begins. Only a
            `ListeningHead` fills them in.
    """

    speaker: SpeakerFrame
    motion: ListenerMotion | None = None
    picture: Picture | None = None
    commands: tuple[HeadCommand, ...] = ()
    events: tuple[ListenerEvent, ...] = ()


class Chain:
    """Joins parts that the caller has made, and answers 30 times per second of stream time.

    Pass images to `see` and audio to `hear`, as far as possible in the order of their stamps. Both
    methods return the answers that are now complete. Stamps are nanoseconds (int) of the same clock
    for both. The same images and audio give the same answers, bit for bit. Only one thread at a
    time may call the methods.

    Args:
        perception: takes the input of `see` and `hear`; None if the caller only passes speaker
            frames to `answer`.
        listen: returns the motion for a speaker frame; None for a head that only perceives.
        move: returns the commands for a robot; None for no robot.
        draw: returns the pictures; None for no pictures.
        audio: the format of the audio for which `perception` was made.
        acoustics: the layout of the acoustic features, used if the format of the audio changes.
        listen_to: what `perception` listens to, used if the format of the audio changes.

    Attributes:
        audio: the current format of the audio; None if there is no microphone.
    """

    def __init__(
        self,
        perception: Perception | None,
        listen: Listen | None = None,
        move: Move | None = None,
        draw: Draw | None = None,
        audio: AudioFormat | None = None,
        acoustics: str = ACOUSTICS[0],
        listen_to: str = LISTEN_TO[0],
    ) -> None:
        self.audio = audio
        self._perception = perception
        self._listen, self._move, self._draw = listen, move, draw
        self._acoustics, self._listen_to = acoustics, listen_to

    @property
    def senses(self) -> Perception:
        """The perception, which joins face and speech.

        Raises:
            SettingError: this head was made without perception.
        """
        if self._perception is None:
            raise SettingError(
                'this head only answers speaker frames: it was made without perception'
            )
        return self._perception

    def see(self, image: NDArray, stamp: int, received: float | None = None) -> list[Answer]:
        """Take an image of the camera, and return the answers that are now complete.

        Args:
            image: (H, W, 3) uint8 BGR.
            stamp: when the image was taken, in ns. An image that is not newer than the last one is
                dropped and counted; one that is half a second or more older resets the stream.
            received: `time.time()` when the image arrived, for measuring latencies; None for now.

        Raises:
            SettingError: the stamp is not an integer.
            DataError: the image does not have this shape or type.
        """
        return self._answers(
            self.senses.add_image(check_image(image), stamp_given(stamp), received)
        )

    def hear(
        self,
        pcm: PcmData,
        stamp: int,
        audio: AudioFormat | None = None,
        received: float | None = None,
    ) -> list[Answer]:
        """Take a chunk of audio, and return the answers that are now complete.

        Args:
            pcm: interleaved samples as bytes or as an array, (N,) or (N, channels).
            stamp: when the first sample was captured, in ns.
            audio: the format; None for the current one. A new format starts a new audio stream.
            received: `time.time()` when the audio arrived, for measuring latencies; None for now.

        Raises:
            AudioFormatError: `pcm` is not PCM of that format.
            SettingError: the format is unknown; the head was made without audio and no format is
                given; or the stamp is not an integer.
        """
        if audio is None and self.audio is None:
            raise SettingError(
                'this head was made without a microphone (audio=None): pass an AudioFormat to hear'
            )
        if audio is not None:
            check_type('audio', audio, AudioFormat, 'an AudioFormat, or None')
        check_type('pcm', pcm, PCM_KINDS, PCM_WORDS)
        if audio is not None and audio != self.audio:
            self._hear_as(audio, self.senses.canceller)
        return self._answers(self.senses.add_audio(pcm, stamp_given(stamp), received))

    def hear_own_voice(
        self, pcm: PcmData, stamp: int = 0, audio: AudioFormat | None = None
    ) -> None:
        """Take what the robot itself says, so that the microphone is freed from it.

        From the first time on, an echo canceller takes it out of what is heard. While the robot
        speaks sound counts then as far as its voice has come in time; without that, none does.

        Args:
            pcm: interleaved samples as bytes or as an array, (N,) or (N, channels).
            stamp: when the first sample is played, ns, on the clock of the microphone; 0 if it is
                not known: now, or after what was said before.
            audio: the format; None for that of the microphone.

        Raises:
            NotInstalledError: the echo canceller is not installed.
            AudioFormatError: it is not PCM of that format.
            SettingError: the format is unknown, there is no microphone, or the stamp is not an
                integer.
        """
        if self.audio is None:
            raise SettingError('this head has no microphone to be freed from its own voice')
        if audio is not None:
            check_type('audio', audio, AudioFormat, 'an AudioFormat, or None')
        check_type('pcm', pcm, PCM_KINDS, PCM_WORDS)
        canceller = self.senses.canceller
        if canceller is None:
            canceller = EchoCanceller()
            self._hear_as(self.audio, canceller)
        canceller.hear_own(pcm, stamp_given(stamp), audio or replace(self.audio, channel=None))

    def hear_own_vocal(self, pcm: PcmData, stamp: int, audio: AudioFormat) -> None:
        """Take a vocal of the listener at the moment at which it begins to be played.

        It is never taken for the speaker's voice. Where an echo canceller knows the room, because
        the robot has spoken (`hear_own_voice`), that removes it from what is heard; otherwise no
        sound counts while it sounds and for a moment after, but the mouth of the speaker does.

        Args:
            pcm: all of its samples, interleaved, as bytes or as an array.
            stamp: when the first one is played, ns, on the clock of the microphone; 0 for now.
            audio: the format.

        Raises:
            AudioFormatError: `pcm` is not PCM of that format.
            SettingError: the stamp is not an integer, the sample rate is out of range, or the
                vocal is longer than `LONGEST`.
        """
        check_type('pcm', pcm, PCM_KINDS, PCM_WORDS)
        check_type('audio', audio, AudioFormat, 'an AudioFormat')
        stamp = stamp_given(stamp)
        audio.check()
        decoder = PcmDecoder(audio.channels, audio.sample_format, audio.channel)
        seconds = len(decoder.decode(pcm)) / audio.sample_rate
        if seconds > LONGEST:
            raise SettingError(
                f'the vocal takes {seconds:.1f} s, but at most {LONGEST:.0f} s are allowed: what '
                'else the robot says is its own voice (robot_voice, hear_own_voice)'
            )
        senses = self.senses
        newest = senses.newest_stamp
        if self.audio is None or newest is None:
            return
        begin = senses.mute.tell_vocal(stamp, seconds, newest)
        if senses.canceller is not None:
            senses.canceller.hear_vocal(pcm, begin, audio)

    def _hear_as(self, audio: AudioFormat, canceller: EchoCanceller | None) -> None:
        """Begin a new audio stream of a format."""
        stream = acoustic_stream(audio, self._acoustics, self._listen_to, canceller)
        self.senses.set_audio(stream, canceller)
        self.audio = audio

    def idle(self, stamp: int) -> list[Answer]:
        """Answer all ticks up to `stamp` (ns) although no input arrives; call it from a timer."""
        return self._answers(self.senses.idle(stamp_given(stamp)))

    def flush(self) -> list[Answer]:
        """Answer the images that still wait for their audio; call it when the stream has ended."""
        return self._answers(self.senses.flush())

    def answers(self, stream: Iterable[CameraFrame | AudioChunk]) -> Iterator[Answer]:
        """Yield the answers to a whole stream of images and audio.

        Args:
            stream: `CameraFrame` and `AudioChunk` objects in the order of their stamps, e.g. from
                `vico_listener.media.clip.play(path)`.

        Raises:
            SettingError: an item is neither of these.
        """
        what = 'a stream of images and audio, e.g. vico_listener.media.clip.play(path)'
        check_type('stream', stream, Iterable, what)  # type: ignore[type-abstract]
        for item in stream:
            kinds = (
                'a CameraFrame or an AudioChunk, as vico_listener.media.clip.play(path) gives them'
            )
            check_type('an item of the stream', item, (CameraFrame, AudioChunk), kinds)
            if isinstance(item, CameraFrame):
                yield from self.see(item.image, item.stamp)
            else:
                audio = AudioFormat(item.sample_rate, item.samples.shape[1])
                yield from self.hear(item.samples, item.stamp, audio)
        yield from self.flush()

    def answer(self, frame: SpeakerFrame) -> Answer:
        """Return the answer to one speaker frame that the caller already has."""
        motion = None if self._listen is None else self._listen(frame)
        if motion is None:
            return Answer(frame)
        # The robot comes first, because drawing may be slow.
        commands = () if self._move is None else tuple(self._move(motion))
        picture = None if self._draw is None else self._draw(motion)
        return Answer(frame, motion, picture, commands)

    def find_others(self) -> None:
        """Look for other people in the last image, e.g. while waiting for the next one.

        If it is not called, the next `see` does this first, which takes longer but gives the same
        result.
        """
        self.senses.find_others()

    def reset(self) -> None:
        """Forget the speaker and start afresh; the next frame is marked `reset`."""
        self.senses.reset()

    def _answers(self, frames: Iterable[SpeakerFrame]) -> list[Answer]:
        return [self.answer(frame) for frame in frames]
