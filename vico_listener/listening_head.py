"""One listening head: pictures and sound in, a listening face and head commands out.

This is the chain that everything here runs: the live stack, replay, extraction, benchmarks and
evaluation. It knows no ROS.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.errors import UnavailableError
from vico_listener.face import create_face_tracker
from vico_listener.frames import ACOUSTICS
from vico_listener.frames import CameraFrame
from vico_listener.frames import ListenerMotion
from vico_listener.frames import SoundChunk
from vico_listener.frames import SpeakerFrame
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.listener import LISTENERS
from vico_listener.listener.agent import ListeningAgent
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.perception import Perception
from vico_listener.render import RENDERERS
from vico_listener.render import Renderer
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render import measure_portrait
from vico_listener.render.base import Image
from vico_listener.render.base import check_basis
from vico_listener.robot import HeadCommand
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AcousticStream
from vico_listener.speech import AudioFormat
from vico_listener.speech import AudioFormatError
from vico_listener.speech.pcm import PcmData

LARGEST_SEED = 2**31 - 1

Listen = Callable[[SpeakerFrame], ListenerMotion | None]
"""What answers a speaker frame; None while the listener rests."""
Move = Callable[[ListenerMotion], Sequence[HeadCommand]]
"""What turns a motion into the robot's commands that are now due."""
Draw = Callable[[ListenerMotion], Image | None]
"""What draws a motion; None when nobody looks."""


@dataclass(frozen=True)
class Answer:
    """What the head makes of one tick of the model clock.

    Attributes:
        speaker: what was seen and heard.
        motion: the listener's motion; None while the listener rests.
        picture: the listener's face, (size, size, 3) uint8 BGR; None without a renderer.
        commands: joint positions for the robot, oldest first; empty without a robot.
    """

    speaker: SpeakerFrame
    motion: ListenerMotion | None = None
    picture: Image | None = None
    commands: tuple[HeadCommand, ...] = ()


class ListeningHead:
    """Watches and hears a speaker and answers at 30 Hz of stream time.

    Give it pictures with `see` and sound with `hear`, in the order of their stamps as far as
    possible; each returns the answers that are now complete. Stamps are nanoseconds of one clock
    for both. The same pictures, sound and settings give the same answers, bit for bit. Its verbs
    are for one thread at a time.
    """

    _agent: ListeningAgent | None = None
    _robot: RobotHead | None = None
    _renderer: Renderer | None = None

    def __init__(
        self,
        listener: str = DEFAULT_LISTENER,
        *,
        checkpoint: str | Path = '',
        runtime: str = '',
        face: str = 'landmarker',
        face_model: str | Path = '',
        fov_deg: float = 60.0,
        audio: AudioFormat | None = DEFAULT_FORMAT,
        audio_wait: float = 0.15,
        renderer: str = '',
        portrait: str | Path = '',
        size: int = 256,
        robot: str | Path = '',
        attitude: str | Attitude = Attitude.NEUTRAL,
        intensity: float = 1.0,
        seed: int = 0,
        personality: int | None = None,
        idle: bool = True,
        **options: Any,
    ) -> None:
        """Make a head; models load and warm up here.

        Args:
            listener: `lstm`, `rules` or a class as 'package.module:Class'.
            checkpoint: folder of the network of `lstm`; '' = the one that ships.
            runtime: what steps that network: onnx, numba or torch; '' = onnx.
            face: face backend, `landmarker` or `deep3d`.
            face_model: its model file; '' = the default one.
            fov_deg: the camera's field of view along the picture's longer side, degrees.
            audio: format of the sound until `hear` is given another one; None = there is no
                microphone, and nothing waits for sound.
            audio_wait: longest wait of a picture for its sound, s of stream time.
            renderer: `portrait`, `pirender` or a class; '' = no pictures.
            portrait: photo of the listener's face, whose own expression the listener starts from;
                '' = the default one for a renderer, else a neutral face.
            size: width and height of the pictures, px.
            robot: robot profile, a name or a YAML file; '' = no commands.
            attitude: positive, neutral or negative.
            intensity: how strongly it is shown, 0..1.
            seed: of blinks, breathing, gaze and chance decisions.
            personality: seed of a drawn personality; None = the default one.
            idle: with blinks, breathing and gaze shifts.
            **options: further options of the renderer or the listener, by name.

        Raises:
            VicoError: a setting is out of range or unknown, or a file is missing, broken or another
                one; the message says which and what to do.
        """
        mood = _attitude(attitude)
        _check('intensity', intensity, 0.0, 1.0)
        _check('audio_wait', audio_wait, 0.0, 60.0)
        _check('size', size, 16, 4096)
        _check('seed', seed, 0, LARGEST_SEED)
        if personality is not None:
            _check('personality', personality, 0, LARGEST_SEED)
        given = {'face_model': face_model} | options
        given |= {'checkpoint': checkpoint} if checkpoint else {}
        given |= {'runtime': runtime} if runtime else {}
        of_listener = LISTENERS.load(listener).OPTIONS
        of_renderer = RENDERERS.load(renderer).OPTIONS if renderer else ()
        unknown = given.keys() - {*of_listener, *of_renderer, 'face_model'}
        if unknown:
            names = ', '.join(sorted(unknown))
            raise SettingError(
                f"neither the listener '{listener}' nor the renderer '{renderer}' takes {names}"
            )
        self._robot = RobotHead(load_profile(str(robot))) if robot else None
        photo = portrait or (default_portrait_path() if renderer else '')
        agent = ListeningAgent.create(
            listener,
            measure_reference(photo, face_model),
            seed,
            personality,
            idle,
            mood,
            intensity,
            **{name: given[name] for name in of_listener if name in given},
        )
        agent.warm_up()
        tracker = create_face_tracker(face, model_path=face_model or None, fov_deg=fov_deg)
        tracker.warm_up()
        basis, acoustics = agent.listener.basis, agent.listener.acoustics
        if tracker.basis is not basis:
            raise SettingError(
                f"the face backend '{face}' sees faces in the basis {tracker.basis.name}, the "
                f"listener '{listener}' understands {basis.name}: choose another of the two"
            )
        if renderer:
            chosen = {name: given[name] for name in of_renderer if name in given}
            picture = load_portrait(photo)
            self._renderer = create_renderer(renderer, portrait=picture, size=size, **chosen)
            check_basis(self._renderer.basis, basis)
        stream = None if audio is None else acoustic_stream(audio, acoustics)
        self._agent = agent
        self._join(
            Perception(tracker, stream, audio_wait),
            agent.step,
            self._move,
            self._draw,
            audio,
            acoustics,
        )

    @classmethod
    def of_parts(
        cls,
        perception: Perception | None,
        listen: Listen | None = None,
        move: Move | None = None,
        draw: Draw | None = None,
        audio: AudioFormat | None = None,
        acoustics: str = ACOUSTICS[0],
    ) -> 'ListeningHead':
        """Join parts that somebody else made and looks after, such as nodes.

        Args:
            perception: what `see` and `hear` give their input to; None = frames are given to
                `answer`.
            listen: what answers; None = the head only perceives.
            move: what moves a robot; None = there is none.
            draw: what draws; None = no pictures.
            audio: the format of the sound that `perception` was made for.
            acoustics: layout of the features, for sound of another format.
        """
        head = cls.__new__(cls)
        head._join(perception, listen, move, draw, audio, acoustics)
        return head

    def _join(
        self,
        perception: Perception | None,
        listen: Listen | None,
        move: Move | None,
        draw: Draw | None,
        audio: AudioFormat | None,
        acoustics: str,
    ) -> None:
        self._perception = perception
        self.audio = audio
        """Format of the sound at present."""
        self._listen, self._move_robot, self._draw_face = listen, move, draw
        self._acoustics = acoustics

    # What comes in.

    def see(self, image: NDArray, stamp: int, received: float | None = None) -> list[Answer]:
        """Take a camera picture.

        Args:
            image: (H, W, 3) uint8 BGR.
            stamp: when it was taken, ns. One that is not newer than the last is dropped and
                counted; one that lies half a second or more back starts anew.
            received: `time.time()` when it came in, for latencies; None = now.

        Raises:
            ValueError: it is not such a picture.
        """
        return self._answers(self.senses.add_image(image, stamp, received))

    def hear(
        self,
        pcm: PcmData,
        stamp: int,
        audio: AudioFormat | None = None,
        received: float | None = None,
    ) -> list[Answer]:
        """Take sound.

        Args:
            pcm: interleaved samples as bytes or as an array, (N,) or (N, channels).
            stamp: when its first sample was captured, ns.
            audio: its format; None = as before. Another format than before starts the sound anew.
            received: `time.time()` when it came in, for latencies; None = now.

        Raises:
            AudioFormatError: it is not PCM of that format.
            ValueError: nobody knows that format.
        """
        if audio is None and self.audio is None:
            raise SettingError('this head has no microphone (audio=None): give hear a format')
        if audio is not None and audio != self.audio:
            self.senses.set_audio(acoustic_stream(audio, self._acoustics))
            self.audio = audio
        return self._answers(self.senses.add_audio(pcm, stamp, received))

    def idle(self, stamp: int) -> list[Answer]:
        """Go on up to `stamp` (ns) although nothing comes in: for a timer."""
        return self._answers(self.senses.idle(stamp))

    def flush(self) -> list[Answer]:
        """Answer the pictures that still wait for their sound: the stream is over."""
        return self._answers(self.senses.flush())

    def answers(self, stream: Iterable[CameraFrame | SoundChunk]) -> Iterator[Answer]:
        """Answer a whole stream of pictures and sound, e.g. `media.clip.play(path)`."""
        for item in stream:
            if isinstance(item, CameraFrame):
                yield from self.see(item.image, item.stamp)
            else:
                audio = AudioFormat(item.sample_rate, item.samples.shape[1])
                yield from self.hear(item.samples, item.stamp, audio)
        yield from self.flush()

    def watch(self, video: cv2.VideoCapture) -> Iterator[Answer]:
        """Answer the images of an OpenCV capture, of a file or a webcam, which brings no sound.

        Args:
            video: an open capture, read up to its end; its own time stamps are used.

        Raises:
            UnavailableError: the capture is not open.
        """
        if not video.isOpened():
            raise UnavailableError('the video cannot be opened: is there such a file or camera?')
        seen, image = video.read()
        while seen:
            milliseconds = video.get(cv2.CAP_PROP_POS_MSEC)
            yield from self.see(image, NANOSECONDS + round(milliseconds * 1_000_000))
            seen, image = video.read()
        yield from self.flush()

    def answer(self, frame: SpeakerFrame) -> Answer:
        """Answer one speaker frame: what `see` and `hear` do with every frame that is complete."""
        motion = None if self._listen is None else self._listen(frame)
        if motion is None:
            return Answer(frame, None, None, self._rest(frame.stamp))
        # The robot first: a picture may take its time.
        commands = () if self._move_robot is None else tuple(self._move_robot(motion))
        picture = None if self._draw_face is None else self._draw_face(motion)
        return Answer(frame, motion, picture, commands)

    def look_around(self) -> None:
        """Look for other people in the last picture, which can wait until it has been answered.

        Without a call the next picture begins with it: later, but with the same result.
        """
        self.senses.look_around()

    @property
    def senses(self) -> Perception:
        """What joins face and speech; ValueError for a head that was made without."""
        if self._perception is None:
            raise SettingError(
                'this head only answers speaker frames: it was made without perception'
            )
        return self._perception

    # What can be asked of it.

    def set_attitude(
        self, attitude: str | Attitude | None = None, intensity: float | None = None
    ) -> None:
        """Change attitude or intensity (0..1); the listener fades to it within a second.

        Raises:
            ValueError: there is no such attitude, or the intensity is out of range.
        """
        if intensity is not None:
            _check('intensity', intensity, 0.0, 1.0)
        mood = None if attitude is None else _attitude(attitude)
        self._agent_or_refuse().set_attitude(mood, intensity)

    def set_active(self, active: bool) -> None:
        """Ease out and rest (False) while the robot itself speaks, or come back (True)."""
        self._agent_or_refuse().set_active(active)

    def look_at(self, point: ArrayLike) -> None:
        """Set the base gaze of the robot.

        Args:
            point: (3,) in the head's base frame, m: x forward, y left, z up.

        Raises:
            ValueError: there is no robot, or the point is not finite or is the origin.
        """
        if self._robot is None:
            raise SettingError('look_at turns a robot: give this head a robot profile')
        self._robot.look_at(point)

    def reset(self) -> None:
        """Forget the speaker and start anew; the next frame is marked `reset`."""
        self.senses.reset()

    def close(self) -> None:
        """Let go of threads."""
        if self._renderer is not None:
            self._renderer.close()

    def __enter__(self) -> 'ListeningHead':
        """Return the head itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    # How it does it.

    def _agent_or_refuse(self) -> ListeningAgent:
        if self._agent is None:
            raise SettingError('the listener of this head is set by whoever made its parts')
        return self._agent

    def _answers(self, frames: Iterable[SpeakerFrame]) -> list[Answer]:
        return [self.answer(frame) for frame in frames]

    def _move(self, motion: ListenerMotion) -> Sequence[HeadCommand]:
        return () if self._robot is None else self._robot.follow(motion, motion.stamp)

    def _rest(self, stamp: int) -> tuple[HeadCommand, ...]:
        """The commands on the way to rest, while there is no motion to follow."""
        return () if self._robot is None else tuple(self._robot.advance(stamp))

    def _draw(self, motion: ListenerMotion) -> Image | None:
        if self._renderer is None:
            return None
        if motion.reset:
            self._renderer.reset()
        return self._renderer.render(motion.face)


def measure_reference(portrait: str | Path, face_model: str | Path = '') -> FaceMotion:
    """The listener's own first face m_1, from its portrait.

    Args:
        portrait: a photo; '' = a neutral face, or the default portrait with a model of Deep3D.
        face_model: Deep3D's `epoch_20.pth`, or a `.mat` of the portrait's coefficients, for a
            reference in `bfm64`; anything else = the default measurement in `arkit52`.

    Raises:
        ValueError: a file is missing, broken or shows no face.
    """
    if Path(face_model).suffix in ('.pth', '.mat'):
        # Only here, for it brings the pretrained networks.
        from vico_listener.render.pirender.renderer import measure_absolute

        picture = load_portrait(portrait or default_portrait_path())
        return measure_absolute(picture, face_model)[1]
    return measure_portrait(portrait) if portrait else FaceMotion.neutral()


def _attitude(attitude: str | Attitude) -> Attitude:
    if isinstance(attitude, Attitude):
        return attitude
    return Attitude.parse(str(attitude))


def _check(name: str, value: Any, low: float, high: float) -> None:
    """Refuse a number that is none, out of range, or not whole where the limits are."""
    kind = int if isinstance(low, int) else (int, float)
    if not isinstance(value, kind) or not low <= value <= high:
        what = 'a whole number' if isinstance(low, int) else 'a number'
        raise SettingError(f'{name} is {what} between {low} and {high}, not {value!r}')


def acoustic_stream(audio: AudioFormat, acoustics: str = ACOUSTICS[0]) -> AcousticStream:
    """What makes features of sound.

    Raises:
        AudioFormatError: the sound is no PCM.
        ValueError: the format or the layout is unknown or out of range.
    """
    if audio.coding != 'wave':
        raise AudioFormatError(f'the sound is {audio.coding}, but PCM is needed')
    return AcousticStream(audio.sample_rate, audio.channels, audio.sample_format, acoustics)
