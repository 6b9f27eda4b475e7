"""The listening head as one object: images and audio in, a listening face and head commands out.

It is a `Chain` whose parts are made from plain settings. It does not depend on ROS.
"""

import logging
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import cv2
from numpy.typing import ArrayLike
from numpy.typing import NDArray

from vico_listener.arguments import check_number
from vico_listener.arguments import check_type
from vico_listener.chain import Answer
from vico_listener.chain import Chain
from vico_listener.chain import Draw
from vico_listener.chain import Listen
from vico_listener.chain import Move
from vico_listener.choices import FOLLOW
from vico_listener.choices import LISTEN_TO
from vico_listener.choices import TURN_ENDS
from vico_listener.choices import VOCAL
from vico_listener.choices import AnyAttitude
from vico_listener.choices import ConversationState
from vico_listener.choices import Preset
from vico_listener.choices import parse_attitude
from vico_listener.errors import SettingError
from vico_listener.face import create_face_tracker
from vico_listener.frames import ListenerMotion
from vico_listener.frames import PersonInView
from vico_listener.frames import Picture
from vico_listener.frames import SpeakerFrame
from vico_listener.head_parts import acoustic_stream
from vico_listener.head_parts import check_settings
from vico_listener.head_parts import check_understood
from vico_listener.head_parts import make_renderer
from vico_listener.head_parts import measure_reference
from vico_listener.head_parts import sorted_options
from vico_listener.head_parts import turn_listener
from vico_listener.listener import DEFAULT_LISTENER
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.performance import GestureRequest
from vico_listener.listener.performance import Performance
from vico_listener.listener.turn_end import Turn
from vico_listener.media.vocal_clips import VocalClip
from vico_listener.media.watched import WATCHED
from vico_listener.media.watched import camera_stream
from vico_listener.media.watched import file_stream
from vico_listener.motion import Attitude
from vico_listener.own_camera import NO_ROBOT
from vico_listener.own_camera import OwnCamera
from vico_listener.perception import SPEAKING_TAIL
from vico_listener.perception import Perception
from vico_listener.perception.camera_on_head import PLAIN
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.locator import Locator
from vico_listener.render import Renderer
from vico_listener.render import portrait_of
from vico_listener.render.mark import MarkedRenderer
from vico_listener.robot import RobotHead
from vico_listener.robot import load_profile
from vico_listener.speech import DEFAULT_FORMAT
from vico_listener.speech import AudioFormat
from vico_listener.speech.pcm import PcmData
from vico_listener.speech.resampler import INTERNAL_RATE

_log = logging.getLogger(__name__)


class ListeningHead(Chain):
    """Watches and hears a speaker, and answers 30 times per second of stream time.

    Pass images to `see` and audio to `hear`, as far as possible in the order of their stamps. Both
    methods return the answers that are now complete. Stamps are nanoseconds (int) of the same clock
    for both. The same images, audio and settings give the same answers, bit for bit. Only one
    thread at a time may call the methods. Use the head as a context manager, or call `close` when
    you no longer need it.

    Attributes:
        audio: the current format of the audio; None if there is no microphone.
    """

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
        listen_to: str = LISTEN_TO[0],
        speaking_tail: float = SPEAKING_TAIL,
        lookahead: int = 0,
        turn_ends: str = TURN_ENDS[0],
        face_rate: float = 0.0,
        renderer: str = '',
        portrait: str | Path = '',
        size: int = 256,
        mark: bool = False,
        robot: str | Path = '',
        attitude: str | AnyAttitude = Attitude.NEUTRAL,
        intensity: float = 1.0,
        preset: str | Preset = Preset.ATTENTIVE,
        knobs: Mapping[str, float] | None = None,
        seed: int | None = None,
        personality: int | None = None,
        idle: bool = True,
        away_after: float = 0.0,
        vocal: str = VOCAL[0],
        vocal_folder: str | Path = '',
        follow: str = FOLLOW[0],
        camera_on_head: bool = False,
        mounting: Mounting = PLAIN,
        **options: Any,
    ) -> None:
        """Make a head. This loads its models and runs each of them once.

        Args:
            listener: `lstm`, `rules` or a class of yours as 'package.module:Class'.
            checkpoint: the folder of a checkpoint for `lstm`; '' for the one that comes with the
                package.
            runtime: what computes the network of `lstm`: `onnx`, `numba` or `torch`; '' for `onnx`.
            face: the face backend: `landmarker`, `deep3d` or a class as 'package.module:Class'.
            face_model: the model file of the face backend; '' for its default.
            fov_deg: the camera's field of view along the longer side of the image, in degrees.
            audio: the format of the audio until `hear` is given another one, with the channel to
                listen to; None if there is no microphone, so that images do not wait for audio.
            audio_wait: the longest time that an image waits for its audio, in s of stream time.
            listen_to: `speaker` (the person in view), `speech` (anybody who speaks) or `sound` (all
                voiced sound).
            speaking_tail: how long the head goes on ignoring sound after the robot has spoken, in
                s.
            lookahead: how many ticks the sound is ahead of the image that it is combined with; the
                images wait for it. Networks trained with the authors' code need 1.
            turn_ends: what tells that the speaker's turn is over: `model`, a network; `rule`, the
                pause and how the voice ends; or `auto`, the network where it is installed.
            face_rate: how many images a second are looked at, at most; 0 for all. The others show
                the last face again: for a small computer.
            renderer: `portrait`, `head3d`, `cartoon`, `pirender` or a class as
                'package.module:Class'; '' for no pictures.
            portrait: a photo of the listener's face, whose expression is the reference; '' for the
                default photo if there is a renderer, and for a neutral face otherwise.
            size: the width and height of the pictures, in px.
            mark: whether the pictures say in a corner that they are generated.
            robot: the robot profile, by its name or as a YAML file; '' for no commands.
            attitude: `positive`, `neutral` or `negative`, or a finer one: `agree`, `like`,
                `interested`, `disbelieve`, `dislike` or `not_interested`.
            intensity: how strongly the attitude shows, 0 to 1.
            preset: how much the listener moves: `attentive`, `everyday`, `receptionist` (a still
                head and a lively face) or `calm`.
            knobs: factors on top of the preset, 0 to 2 each: `head_gain`, `face_gain`,
                `gesture_rate`, `mimicry` and `gaze`; those left out are 1.
            seed: the seed of blinks, breathing, gaze and random decisions. With None, the first
                frame determines it, so that a camera never gives the same start twice.
            personality: the seed of a random personality; None for the default personality.
            idle: whether the listener blinks, breathes and shifts its gaze.
            away_after: after how many seconds with nobody in view and nobody speaking the
                conversation state becomes `away`; 0 for never.
            vocal: what happens with short sounds such as "mm-hm": `off` for none, `event` to
                announce them (`ListenerEvent.vocal`), `play` to play sound files as well.
            vocal_folder: the folder of these files (mm-hm.wav, yeah_2.wav, oh.wav, hm.wav); '' for
                sounds that eSpeak NG makes.
            follow: whether the robot's base gaze follows the speaker: `off`; `face`, while their
                face is in view; or `person`, which also turns the head to a voice out of view.
            camera_on_head: whether the camera moves with the robot's head, which is then taken to
                be where it is sent.
            mounting: how the camera is mounted: on the head, or on its base if it does not move.
            **options: further options of the renderer or the listener, by name.

        Raises:
            VicoError: a setting is out of range or unknown, or a file is missing, broken or of
                another kind. The message says which, and what to do.
        """
        check_settings(
            {
                'listener': listener,
                'checkpoint': checkpoint,
                'runtime': runtime,
                'face': face,
                'face_model': face_model,
                'fov_deg': fov_deg,
                'audio': audio,
                'audio_wait': audio_wait,
                'listen_to': listen_to,
                'speaking_tail': speaking_tail,
                'lookahead': lookahead,
                'turn_ends': turn_ends,
                'face_rate': face_rate,
                'renderer': renderer,
                'portrait': portrait,
                'size': size,
                'mark': mark,
                'robot': robot,
                'intensity': intensity,
                'seed': seed,
                'personality': personality,
                'idle': idle,
                'away_after': away_after,
                'vocal': vocal,
                'vocal_folder': vocal_folder,
                'knobs': knobs,
                'follow': follow,
                'camera_on_head': camera_on_head,
                'mounting': mounting,
            }
        )
        given = {'face_model': face_model} | options
        given |= {'checkpoint': checkpoint} if checkpoint else {}
        given |= {'runtime': runtime} if runtime else {}
        of_listener, of_renderer = sorted_options(listener, renderer, given)
        photo = portrait_of(renderer, portrait) if renderer else portrait

        self._lacking = ''  # what the audio was last said to lack
        self._robot = RobotHead(load_profile(str(robot))) if robot else None
        self._camera = OwnCamera(self._robot, mounting, camera_on_head)
        self.set_follow(follow)
        self._agent = agent = ListeningAgent.create(
            listener,
            measure_reference(photo, face_model),
            seed,
            personality,
            idle,
            parse_attitude(attitude),
            intensity,
            **of_listener,
        )
        agent.conversation.away_after = away_after or inf
        agent.set_knobs(Preset.parse(preset), **(knobs or {}))
        listen: Listen = agent.step
        self._played: SimpleQueue[VocalClip] = SimpleQueue()  # by a thread of their player
        if vocal == 'play':
            listen = _saying(agent, vocal_folder, self._played)
        else:
            agent.set_vocal(vocal == 'event')
        agent.warm_up()
        basis, acoustics = agent.listener.basis, agent.listener.acoustics
        tracker = create_face_tracker(face, model_path=face_model or None, fov_deg=fov_deg)
        tracker.warm_up()
        check_understood(face, tracker.basis, listener, basis)
        tracker.correction = self._camera.correction
        attention = tracker.attention
        locator = Locator(self._camera.camera, attention.sound_at, lambda: attention.place)
        stream = None if audio is None else acoustic_stream(audio, acoustics, listen_to)
        self._agent, self._tracker = agent, tracker
        self._renderer = (
            make_renderer(renderer, size, photo, of_renderer, basis) if renderer else None
        )
        if self._renderer is not None and mark:
            self._renderer = MarkedRenderer(self._renderer)
        super().__init__(
            Perception(
                tracker,
                stream,
                audio_wait,
                listen_to,
                speaking_tail,
                lookahead,
                locator,
                turn_listener(turn_ends, waits=True),
                face_rate,
            ),
            listen,
            None if self._robot is None else _moving(self._robot, self._camera),
            None if self._renderer is None else _drawing(self._renderer),
            audio,
            acoustics,
            listen_to,
        )

    def see(self, image: NDArray, stamp: int, received: float | None = None) -> list[Answer]:
        """Take an image as `Chain.see` does."""
        self._hear_vocals()
        return super().see(image, stamp, received)

    def hear(
        self,
        pcm: PcmData,
        stamp: int,
        audio: AudioFormat | None = None,
        received: float | None = None,
    ) -> list[Answer]:
        """Take audio as `Chain.hear` does, and log once what it lacks for this listener."""
        self._hear_vocals()
        answers = super().hear(pcm, stamp, audio, received)
        lacking = self.senses.audio_shortcoming
        if lacking and lacking != self._lacking:
            self._lacking = lacking
            _log.warning('%s', lacking)
        return answers

    def _hear_vocals(self) -> None:
        """Take what has begun to be played since the last image or audio."""
        while not self._played.empty():
            self.hear_own_vocal(self._played.get().pcm(), 0, AudioFormat(INTERNAL_RATE))

    def watch(self, video: str | Path | int | cv2.VideoCapture) -> Iterator[Answer]:
        """Yield the answers to a video with its audio, or to a camera without audio.

        Args:
            video: the path of a video, the number of a webcam, or an open OpenCV capture of a
                camera. A head that was made with `audio=None` does not hear the video.

        Raises:
            SettingError: `video` is none of these, or is an OpenCV capture of a file.
            ClipError: the file cannot be read as a video.
            UnavailableError: the camera cannot be opened.
        """
        check_type('video', video, (str, Path, int, cv2.VideoCapture), WATCHED)
        if isinstance(video, bool):  # a bool is an int
            raise SettingError(f'video must be {WATCHED}, not {video!r}')
        if isinstance(video, (str, Path)):
            yield from self.answers(file_stream(Path(video), self.audio is not None))
        else:
            yield from self.answers(camera_stream(video))

    def answer(self, frame: SpeakerFrame) -> Answer:
        """Answer as `Chain.answer` does; while the listener rests, bring the robot to rest."""
        answer = super().answer(frame)
        if answer.motion is not None:
            return replace(answer, events=self._agent.events)
        if self._robot is None:
            return answer
        commands = self._camera.moved(self._robot.advance(frame.stamp))
        return replace(answer, commands=tuple(commands))

    def set_attitude(
        self, attitude: str | AnyAttitude | None = None, intensity: float | None = None
    ) -> None:
        """Change the attitude, the intensity (0 to 1) or both; the listener fades within a second.

        Args:
            attitude: `positive`, `neutral` or `negative`; None to keep the current one.
            intensity: how strongly it shows; None to keep the current value.

        Raises:
            SettingError: there is no such attitude, or the intensity is out of range.
        """
        if intensity is not None:
            check_number('intensity', intensity, 0.0, 1.0)
        mood = None if attitude is None else parse_attitude(attitude)
        self._agent.set_attitude(mood, intensity)

    def set_knobs(self, preset: str | Preset | None = None, **knobs: float) -> None:
        """Choose how much the listener moves; it changes within a second.

        Args:
            preset: `attentive`, `everyday`, `receptionist` or `calm`; None to keep the current one.
            **knobs: factors on top of the preset, 0 to 2 each: `head_gain`, `face_gain`,
                `gesture_rate`, `mimicry` (how much the listener returns the speaker's smiles, nods
                and posture) and `gaze` (how far the gaze wanders from the person). Those left out
                keep their values.

        Raises:
            SettingError: there is no such preset or knob, or a value is out of range.
        """
        chosen = None if preset is None else Preset.parse(preset)
        self._agent.set_knobs(chosen, **knobs)

    def set_active(self, active: bool) -> None:
        """Fade out and rest (False) while another program moves the head, or fade in again (True).

        While the robot speaks, call `set_state` instead: the head then moves as a speaker does and
        ignores the robot's own voice.

        Raises:
            SettingError: `active` is not a bool.
        """
        check_type('active', active, bool, 'True or False')
        self._agent.set_active(active)

    def set_state(self, state: str | ConversationState) -> None:
        """Change the conversation state; the listener changes to it smoothly.

        While the robot is `speaking`, and for `speaking_tail` seconds afterwards, the head ignores
        all sound: it does not answer the robot's own voice, but does not hear the person either
        (it does with `hear_own_voice`). It goes on seeing.

        Args:
            state: `listening`, `thinking`, `speaking`, or `away` if nobody is there.

        Raises:
            SettingError: there is no such state.
        """
        chosen = ConversationState.parse(state)
        self._agent.set_state(chosen)
        self.senses.mute.tell(chosen is ConversationState.SPEAKING)

    def gesture(
        self, kind: str, size: float = 1.0, cycles: int = 0, speed: float = 1.0, side: str = ''
    ) -> Performance:
        """Perform a gesture from the next tick on, on top of what the listener does.

        Args:
            kind: `nod`, `shake`, `beat` (a small nod) or `glance`.
            size: the size as a multiple of the usual one, 0.25 to 2.
            cycles: how often the head goes down and up, or from side to side and back, up to 5; 0
                for the usual number.
            speed: the speed as a multiple of the usual one, 0.5 to 1.25.
            side: the side to which a shake or glance goes first, `left` or `right` as the head sees
                it; '' for the left.

        Returns:
            An object that tells the progress; its `cancel` ends the gesture without a jump.

        Raises:
            SettingError: there is no such gesture, or a number or the side is out of range.
            UnavailableError: another gesture is being performed, or the listener is not active.
        """
        return self._agent.gesture(GestureRequest(kind, size, cycles, speed, side))

    def attend(self, whom: str) -> None:
        """Choose which of several people the head attends to.

        Args:
            whom: `auto` (whoever speaks), `largest`, `nearest`, or the `name` of one of `people`,
                whom the head attends to until that person leaves.

        Raises:
            SettingError: nobody in view has that name.
        """
        self._tracker.attention.attend_to(whom)

    def hear_from(self, azimuth: float) -> None:
        """Tell the head the current direction of the sound, as a microphone array reports it.

        The direction helps to tell who is speaking. It is used for half a second.

        Args:
            azimuth: the angle from the camera's axis in degrees, positive to the camera's left,
                -180 to 180.

        Raises:
            SettingError: the azimuth is not a number.
            DataError: it is not finite, or beyond half a turn to either side.
        """
        self._tracker.hear_from(azimuth)

    @property
    def people(self) -> tuple[PersonInView, ...]:
        """The people in view. The first is the one whom the head attends to."""
        return self._tracker.people

    @property
    def seed(self) -> int | None:
        """The seed in force, with which the same input gives the same motion again.

        It is None until the first frame has given one, unless a seed was given.
        """
        return self._agent.seed

    @property
    def state(self) -> ConversationState:
        """The current conversation state."""
        return self._agent.state

    @property
    def turn(self) -> Turn:
        """Whether the person keeps or yields the turn, and what they say over the robot."""
        return self._agent.turn

    def look_at(self, point: ArrayLike) -> None:
        """Set the base gaze of the robot, the direction around which its head moves.

        While it follows somebody, that is where it looks when they are gone.

        Args:
            point: (3,) the point to look at, in m, in the frame of the head's base (x forward, y
                left, z up).

        Raises:
            SettingError: there is no robot.
            DataError: the point is not finite or is the origin.
        """
        if self._robot is None:
            raise SettingError(f'look_at: {NO_ROBOT}')
        self._robot.look_at(point)

    def set_follow(self, follow: str) -> None:
        """Choose whom the robot's base gaze follows; it eases to where it looks then.

        Args:
            follow: `off`, `face` or `person`.

        Raises:
            SettingError: there is no such choice, or no robot.
        """
        if self._robot is not None:
            self._robot.gaze.follow = follow
        elif follow != FOLLOW[0]:
            raise SettingError(f'follow: {NO_ROBOT}')

    def close(self) -> None:
        """End the renderer's threads."""
        if self._renderer is not None:
            self._renderer.close()

    def __enter__(self) -> 'ListeningHead':
        """Return the head itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the head."""
        self.close()


def _moving(robot: RobotHead, camera: OwnCamera) -> Move:
    """Return what lets a robot follow motions, in stream time, maybe with a camera on it."""
    return lambda motion: camera.moved(robot.follow(motion, motion.stamp))


def _drawing(renderer: Renderer) -> Draw:
    """Return what draws motions, and begins afresh where the stream does."""

    def draw(motion: ListenerMotion) -> Picture:
        if motion.reset:
            renderer.reset()
        return renderer.render(motion.face)

    return draw


def _saying(agent: ListeningAgent, folder: str | Path, played: 'SimpleQueue[VocalClip]') -> Listen:
    """Return what steps an agent and plays what it says, and puts that into a queue."""
    # The import is late because sound needs what a silent head does not.
    from vico_listener.live.vocal_player import player_for

    player = player_for(agent, folder, played.put)

    def listen(frame: SpeakerFrame) -> ListenerMotion | None:
        motion = agent.step(frame)
        for event in agent.events:
            player.say(event)
        return motion

    return listen
