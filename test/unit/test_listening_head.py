"""The whole head without ROS: pictures and audio in; motion, pictures and commands out."""

import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from made_faces import face_with
from synthetic_speaker import speaker_frames
from synthetic_speaker import synthetic_speech

from vico_listener import Answer
from vico_listener import ListeningHead
from vico_listener.chain import Chain
from vico_listener.choices import ConversationState
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.errors import SettingError
from vico_listener.face.backends.landmarker import LandmarkerBackend
from vico_listener.face.observation import FaceObservation
from vico_listener.face.observation import Roi
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.frames import ListenerMotion
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.cues import LOG_ENERGY
from vico_listener.listener.rules import RulesListener
from vico_listener.media.clip import play
from vico_listener.motion import BFM64
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.render.renderers import Renderer
from vico_listener.robot import load_profile
from vico_listener.speech import AudioFormat
from vico_listener.speech import AudioFormatError

SECONDS = 3.0
TINY = np.zeros((8, 8, 3), np.uint8)
"""A picture too small for a face, which takes no time."""
MP3 = (b'\xff\xfb\x90\x64' + bytes(413)) * 10


@pytest.fixture(scope='module')
def clip(speech_clip: Path) -> list[CameraFrame | AudioChunk]:
    """The beginning of a real speaker's talk."""
    return list(takewhile(lambda i: i.available < SECONDS * NANOSECONDS, play(speech_clip)))


class Blank(Renderer):
    """Draws pictures of one colour, and notes what is asked of it."""

    OPTIONS = ('colour',)
    made: list['Blank'] = []

    def __init__(self, portrait: np.ndarray, size: int, colour: int = 0) -> None:
        self.reference = FaceMotion.neutral()
        self.size, self.colour = size, colour
        self.asked: list[str] = []
        Blank.made.append(self)

    def render(self, motion: FaceMotion) -> np.ndarray:
        self.asked.append('render')
        return np.full((self.size, self.size, 3), self.colour, np.uint8)

    def reset(self) -> None:
        self.asked.append('reset')

    def close(self) -> None:
        self.asked.append('close')


class Foreign(LandmarkerBackend):
    """A face backend in the other basis."""

    basis = BFM64


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `own:Blank` and the like be found."""
    module = ModuleType('own')
    vars(module).update(Blank=Blank, Foreign=Foreign, Released=Released, Somebody=Somebody)
    monkeypatch.setitem(sys.modules, 'own', module)
    monkeypatch.setattr(Blank, 'made', [])


def deaf(**options: Any) -> ListeningHead:
    """A head without a microphone, whose listener needs no network."""
    return ListeningHead('rules', audio=None, **options)


def see(head: ListeningHead, count: int, start: int = 0) -> list[Answer]:
    """Show a head pictures without a face, one per tick."""
    stamps = [NANOSECONDS + n * NANOSECONDS // MODEL_RATE for n in range(start, start + count)]
    return [answer for stamp in stamps for answer in head.see(TINY, stamp)]


def faces(answers: list[Answer]) -> np.ndarray:
    """Pose and expression of the answers, (T, 58)."""
    motions = [answer.motion.face for answer in answers if answer.motion is not None]
    return np.array([[*m.rotation, *m.translation, *m.expression] for m in motions])


def test_the_same_clip_is_answered_the_same(clip: list[CameraFrame | AudioChunk]) -> None:
    runs = []
    for _ in range(2):
        with ListeningHead(
            attitude='positive', renderer='portrait', size=128, robot='generic_3dof', seed=3
        ) as head:
            runs.append(list(head.answers(clip)))
    one, other = runs
    assert len(one) == len(other) >= SECONDS * MODEL_RATE - 5
    stamps = [answer.speaker.stamp for answer in one]
    assert set(np.diff(stamps)) <= {33_333_333, 33_333_334}
    assert sum(answer.speaker.face_valid for answer in one) > 0.9 * len(one)
    assert all(answer.speaker.audio_valid for answer in one[1:])
    assert any(answer.speaker.speaking for answer in one)
    assert np.abs(np.diff(faces(one), axis=0)).max() > 1e-3
    np.testing.assert_array_equal(faces(one), faces(other))
    for a, b in zip(one, other, strict=True):
        assert a.motion is not None and a.motion.stamp == a.speaker.stamp == b.speaker.stamp
        assert (a.motion.attitude, a.motion.model) == (Attitude.POSITIVE, 'lstm')
        assert a.commands == b.commands
        np.testing.assert_array_equal(a.speaker.acoustic, b.speaker.acoustic)
        assert a.picture is not None and b.picture is not None
        np.testing.assert_array_equal(a.picture, b.picture)


def test_another_clip_after_it_is_answered_as_by_a_new_head(
    clip: list[CameraFrame | AudioChunk],
) -> None:
    with ListeningHead('rules', attitude='positive', seed=3) as head:
        one = list(head.answers(clip))
        head.reset()
        other = list(head.answers(clip))
    assert other[0].speaker.reset and other[0].motion is not None and other[0].motion.reset
    np.testing.assert_array_equal(faces(one), faces(other))


def test_the_seed_that_was_drawn_makes_the_same_motion_again(
    clip: list[CameraFrame | AudioChunk],
) -> None:
    with ListeningHead('rules', attitude='positive') as head:
        assert head.seed is None
        drawn = list(head.answers(clip))
        seed = head.seed
    assert seed is not None
    with ListeningHead('rules', attitude='positive', seed=seed) as head:
        assert head.seed == seed
        np.testing.assert_array_equal(faces(drawn), faces(list(head.answers(clip))))


def test_images_show_the_motion() -> None:
    with deaf(renderer='portrait', size=96) as head:
        answers = see(head, 60)
    pictures = [answer.picture for answer in answers]
    assert len(pictures) == 60
    assert all(p is not None and p.shape == (96, 96, 3) and p.dtype == np.uint8 for p in pictures)
    assert any((a != b).any() for a, b in zip(pictures, pictures[1:], strict=False))
    assert [answer.commands for answer in answers] == [()] * 60  # nor is there a robot


def test_a_renderer_gets_its_options_is_reset_and_closed(own: None) -> None:
    with (
        pytest.raises(RuntimeError, match='in between'),
        deaf(renderer='own:Blank', size=32, colour=7) as head,
    ):
        (renderer,) = Blank.made
        answers = see(head, 2)
        assert answers[-1].picture is not None
        assert answers[-1].picture.shape == (32, 32, 3) and (answers[-1].picture == 7).all()
        head.reset()
        see(head, 1, start=2)
        assert renderer.asked == ['reset', 'render', 'render', 'reset', 'render']
        raise RuntimeError('in between')
    assert renderer.asked[-1] == 'close' and renderer.asked.count('close') == 1


def test_a_robot_is_commanded_until_it_rests() -> None:
    frames = speaker_frames(synthetic_speech(1, 12.0))
    head = deaf(robot='generic_3dof', attitude='positive')
    moving = [head.answer(frame) for frame in frames[:180]]
    head.set_active(False)
    resting = [head.answer(frame) for frame in frames[180:]]
    commands = [command for answer in moving for command in answer.commands]
    assert len(commands) == pytest.approx(6.0 * 50, abs=5)
    assert set(np.diff([command.stamp for command in commands])) == {NANOSECONDS // 50}
    positions = np.array([command.positions for command in commands])
    joints = load_profile('generic_3dof').joints
    assert [joint.axis for joint in joints] == ['yaw', 'pitch', 'roll']
    assert (np.abs(positions) <= [joint.maximum for joint in joints]).all()
    assert np.degrees(np.ptp(positions[:, 1])) > 2.0  # it nods
    eased = [answer for answer in resting if answer.motion is not None]
    assert 28 <= len(eased) <= 33 and resting[-1].motion is None
    later = [command for answer in resting for command in answer.commands]
    assert len(later) > len(eased) and resting[-1].commands == ()
    np.testing.assert_allclose(later[-1].positions, 0, atol=2e-3)


def test_a_robot_looks_where_it_is_told() -> None:
    with deaf(robot='generic_3dof', idle=False, intensity=0.0) as head:
        head.look_at([1.0, 1.0, load_profile('generic_3dof').eye_height])
        commands = [c for answer in see(head, 90) for c in answer.commands]
        yaw, pitch, roll = commands[-1].positions
        assert yaw == pytest.approx(np.pi / 4, abs=0.01) and abs(pitch) + abs(roll) < 0.01
        with pytest.raises(ValueError, match='the point must be finite and not the origin'):
            head.look_at([0, 0, 0])


class Somebody(LandmarkerBackend):
    """A face backend that sees somebody 1 m before a camera, and 30 degrees to its left."""

    def detect(self, image: np.ndarray, turn: int | None = None) -> list[Roi]:
        return [Roi(80, 60, 100)]

    def observe(self, image: np.ndarray, roi: Roi, camera: object) -> FaceObservation:
        face = face_with(translation=(-np.cos(np.pi / 6), -np.sin(np.pi / 6), 0.0))
        box = np.float32([40, 20, 120, 100])
        return FaceObservation(np.float32([[40, 20, 0], [120, 100, 0]]), box, face, roi, 0.0)

    def warm_up(self) -> None:
        pass


@pytest.mark.parametrize(('mounted', 'expected'), [(0.0, 30.0), (20.0, 50.0)])
def test_a_robot_looks_at_the_speaker(own: None, mounted: float, expected: float) -> None:
    still = {'robot': 'generic_3dof', 'idle': False, 'intensity': 0.0}
    image = np.zeros((120, 160, 3), np.uint8)
    with deaf(face='own:Somebody', follow='face', mounting=Mounting(yaw=mounted), **still) as head:
        stamps = [NANOSECONDS + n * NANOSECONDS // MODEL_RATE for n in range(60)]
        answers = [answer for stamp in stamps for answer in head.see(image, stamp)]
        assert answers[-1].speaker.whereabouts.seen
        yaw = np.degrees(answers[-1].commands[-1].positions[0])
        assert yaw == pytest.approx(expected, abs=0.5)


def test_what_a_state_does_with_the_gaze_is_about_the_person(own: None) -> None:
    still = {'robot': 'generic_3dof', 'idle': False, 'intensity': 0.0, 'seed': 1}
    image = np.zeros((120, 160, 3), np.uint8)
    with deaf(face='own:Somebody', follow='face', **still) as head:

        def look(seconds: int, start: int) -> np.ndarray:
            stamps = [
                NANOSECONDS * (start + 1) + n * NANOSECONDS // 30 for n in range(30 * seconds)
            ]
            found = [answer for stamp in stamps for answer in head.see(image, stamp)]
            return np.degrees(found[-1].commands[-1].positions)

        there, down, _ = look(2, 0)
        assert there == pytest.approx(30.0, abs=0.3)
        head.set_state('thinking')
        yaw, pitch, roll = look(3, 2)
        # Aside by 4 degrees, up by 2, with a tilt.
        assert abs(yaw - 30.0) == pytest.approx(4.0, abs=0.5)
        assert pitch - down == pytest.approx(-2.0, abs=0.5)
        assert abs(roll) == pytest.approx(4.0, abs=0.5)
        head.set_state('listening')
        assert look(3, 5)[0] == pytest.approx(30.0, abs=0.3)


def test_with_the_camera_on_its_head_a_robot_turns_on_until_it_faces_them(own: None) -> None:
    """Somebody who always stays 30 degrees to the left is pursued to the end of the range."""
    still = {'robot': 'generic_3dof', 'idle': False, 'intensity': 0.0}
    image = np.zeros((120, 160, 3), np.uint8)
    with deaf(face='own:Somebody', follow='face', camera_on_head=True, **still) as head:
        stamps = [NANOSECONDS + n * NANOSECONDS // MODEL_RATE for n in range(90)]
        answers = [answer for stamp in stamps for answer in head.see(image, stamp)]
        assert np.degrees(answers[-1].commands[-1].positions[0]) > 55.0


def test_a_mood_set_before_the_start_does_not_fade_in() -> None:
    frames = speaker_frames(synthetic_speech(3, 4.0))

    def faces_of(head: ListeningHead, change_at: int | None = None) -> np.ndarray:
        answers = []
        for tick, frame in enumerate(frames):
            if tick == change_at:
                head.set_attitude('Negative', 0.4)
            answers.append(head.answer(frame))
        moods = [(a.motion.attitude, a.motion.intensity) for a in answers if a.motion is not None]
        assert moods[-1] == (Attitude.NEGATIVE, 0.4)
        return faces(answers)

    from_the_start = faces_of(deaf(attitude=Attitude.NEGATIVE, intensity=0.4))
    np.testing.assert_array_equal(faces_of(deaf(), change_at=0), from_the_start)
    start = deaf(attitude=Attitude.NEGATIVE)
    later = np.abs(faces_of(start, change_at=1) - from_the_start).max(axis=1)
    assert later[15] > 1e-3 > later[-1]  # where it fades, it arrives at the same


def test_a_head_that_speaks_is_deaf_and_shows_it(clip: list[CameraFrame | AudioChunk]) -> None:
    with ListeningHead('rules', attitude='positive', seed=3) as head:
        half = len(clip) // 2
        before = list(head.answers(clip[:half]))
        head.set_state('speaking')
        during = list(head.answers(clip[half:]))
        assert head.state is ConversationState.SPEAKING
        with pytest.raises(SettingError, match='conversation state .asleep.: choose one of listen'):
            head.set_state('asleep')
        head.set_state(ConversationState.LISTENING)
    assert any(a.speaker.speaking for a in before)
    assert all(a.speaker.muted and not a.speaker.audio_valid for a in during[1:])
    assert np.mean([a.speaker.face_valid for a in during]) > 0.9


def test_a_head_that_is_alone_is_away_after_a_while() -> None:
    with ListeningHead('rules', audio=None, away_after=1.0) as head:
        states = []
        for tick in range(40):
            head.see(TINY, NANOSECONDS + tick * NANOSECONDS // MODEL_RATE)
            states.append(head.state)
    assert states[28] is ConversationState.LISTENING
    assert states[31] is states[-1] is ConversationState.AWAY
    with pytest.raises(SettingError, match='away_after'):
        ListeningHead('rules', away_after=-1.0)


def test_what_the_head_decides_is_part_of_its_answer() -> None:
    with ListeningHead('rules', audio=None) as head:
        head.gesture('nod', cycles=2)
        answers = [a for n in range(5) for a in head.see(TINY, n * NANOSECONDS // MODEL_RATE)]
    (event,) = [event for answer in answers for event in answer.events]
    assert (event.kind, event.cycles, event.cue) == ('nod', 2, 'command')
    assert event.stamp == answers[0].speaker.stamp < event.onset


def test_audio_may_change_its_format_midway() -> None:
    head = ListeningHead('rules')
    assert head.audio == AudioFormat(16000, 1, 'S16LE')
    answers: list[Answer] = []
    formats = [AudioFormat(16000), AudioFormat(48000, 2, 'F32LE')]
    for number in range(60):
        # A second of each, in chunks of one tick.
        audio = formats[number // 30]
        stamp = NANOSECONDS + number * NANOSECONDS // MODEL_RATE
        times = number / MODEL_RATE + np.arange(audio.sample_rate // MODEL_RATE) / audio.sample_rate
        samples = np.repeat(0.1 * np.sin(2 * np.pi * 440 * times), audio.channels)
        answers += head.see(TINY, stamp)
        if audio.sample_format == 'S16LE':
            answers += head.hear((samples * 32767).astype(np.int16), stamp, audio)
        else:
            answers += head.hear(samples.astype('<f4').tobytes(), stamp, audio)
    answers += head.flush()
    assert head.audio == formats[1]
    assert [answer.speaker.index for answer in answers] == list(range(60))
    heard = np.array([answer.speaker.audio_valid for answer in answers])
    assert heard[2:30].all() and heard[33:59].all()
    levels = np.array([answer.speaker.acoustic[LOG_ENERGY] for answer in answers])
    assert levels[20:30].mean() == pytest.approx(levels[50:59].mean(), abs=1.0)


class Released(RulesListener):
    """Listens to the features of the authors' code."""

    acoustics = 'vico_release'


def test_a_microphone_that_hears_too_little_is_told_once(
    own: None, caplog: pytest.LogCaptureFixture
) -> None:
    with ListeningHead('own:Released') as head:
        for number in range(4):
            pcm = np.zeros(1600, np.int16)
            head.hear(pcm, NANOSECONDS + number * NANOSECONDS // 10, AudioFormat(16000))
        (told,) = caplog.messages
        assert '16000 Hz holds nothing above 8 kHz' in told and 'use 44.1 kHz' in told
        head.hear(np.zeros(4410, np.int16), 2 * NANOSECONDS, AudioFormat(44100))
        assert len(caplog.messages) == 1


def test_ticks_go_on_without_input() -> None:
    with deaf() as head:
        assert head.idle(NANOSECONDS) != []
        (last,) = see(head, 1, start=1)
        assert len(head.idle(last.speaker.stamp + NANOSECONDS // 3)) == 10
        head.find_others()


def test_a_chain_answers_speaker_frames() -> None:
    frames = speaker_frames(synthetic_speech(2, 1.0))
    agent = ListeningAgent.create('rules', FaceMotion.neutral())
    done: list[str] = []

    def move(motion: ListenerMotion) -> list:
        done.append(f'move {motion.stamp}')
        return []

    def draw(motion: ListenerMotion) -> np.ndarray:
        done.append(f'draw {motion.stamp}')
        return TINY

    head = Chain(None, agent.step, move, draw)
    twin = ListeningAgent.create('rules', FaceMotion.neutral())
    for frame in frames:
        answer, expected = head.answer(frame), twin.step(frame)
        assert answer.speaker is frame and answer.picture is TINY and answer.commands == ()
        assert answer.motion is not None and expected is not None
        np.testing.assert_array_equal(answer.motion.face.expression, expected.face.expression)
        assert done[-2:] == [f'move {frame.stamp}', f'draw {frame.stamp}']
    agent.set_active(False)
    for _ in range(40):
        answer = head.answer(frames[-1])
    done.clear()
    assert head.answer(frames[-1]) == Answer(frames[-1]) and not done
    for verb in (
        lambda: head.see(TINY, 0),
        lambda: head.hear(bytes(2), 0, AudioFormat()),
        head.flush,
        head.reset,
        head.find_others,
    ):
        with pytest.raises(ValueError, match='it was made without perception'):
            verb()


def test_a_chain_may_only_perceive() -> None:
    with deaf() as head:
        perceiving = Chain(head.senses)
        answers = see(perceiving, 3)
    assert len(answers) == 3 and all(answer.motion is None for answer in answers)


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        ({'attitude': 'angry'}, "unknown attitude 'angry': choose one of positive, neutral"),
        ({'intensity': 2}, 'intensity must be a number between 0.0 and 1.0, not 2'),
        ({'intensity': float('nan')}, 'intensity must be a number between 0.0 and 1.0, not nan'),
        ({'intensity': '1'}, "intensity must be a number between 0.0 and 1.0, not '1'"),
        ({'audio_wait': -1.0}, 'audio_wait must be a number between 0.0 and 60.0, not -1.0'),
        ({'size': 64.5}, 'size must be a whole number between 16 and 4096, not 64.5'),
        ({'seed': -1, 'idle': False}, 'seed must be a whole number between 0 and'),
        ({'personality': -1}, 'personality must be a whole number between 0 and'),
        ({'listener': None}, 'listener must be a name, not None'),
        ({'runtime': 5}, 'runtime must be a name, not 5'),
        ({'checkpoint': 5}, 'checkpoint must be a path or a name, not 5'),
        ({'vocal_folder': 3}, 'vocal_folder must be a path or a name, not 3'),
        ({'knobs': [1]}, r'knobs must be a mapping of knobs to numbers, or None, not \[1\]'),
        ({'audio': 16000}, 'audio must be an AudioFormat, or None, not 16000'),
        ({'fov_deg': 'x'}, "fov_deg must be a number between 1.0 and 179.0, not 'x'"),
        ({'portrait': b'x'}, "portrait must be a path or a name, not b'x'"),
        ({'seed': True}, 'seed must be a whole number between 0 and .*not True'),
        ({'idle': 'no'}, "idle must be True or False, not 'no'"),
        ({'attitude': None}, "unknown attitude 'None': choose one of positive"),
        ({'listener': 'rules', 'runtime': 'abacus'}, "the listener 'rules' .* takes runtime"),
        ({'listener': 'oracle'}, "unknown listener 'oracle': choose one of .*rules"),
        ({'listener': 'lstm', 'checkpoint': '/no/folder'}, 'no checkpoint folder'),
        ({'listener': 'lstm', 'runtime': 'abacus'}, "unknown runtime 'abacus': choose one of"),
        ({'checkpoint': '/no/folder'}, "listener 'rules' .* takes checkpoint"),
        ({'colour': 'red', 'speed': 3}, 'takes colour, speed'),
        ({'face': 'xray'}, "unknown face backend 'xray': choose one of"),
        ({'face': 'own:Foreign'}, "'own:Foreign' sees faces in the basis bfm64.*choose another"),
        ({'face_model': '/no/face.task'}, r'no face model at /no/face\.task'),
        ({'fov_deg': 0}, 'fov_deg must be a number between 1.0 and 179.0, not 0'),
        ({'renderer': 'crayon'}, "unknown renderer 'crayon': choose one of"),
        (
            {'renderer': 'portrait', 'size': 3},
            'size must be a whole number between 16 and 4096, not 3',
        ),
        ({'renderer': 'portrait', 'colour': 7}, "the renderer 'portrait' takes colour"),
        ({'portrait': '/no/portrait.png'}, 'no such portrait'),
        ({'robot': 'r2d2'}, "no robot profile 'r2d2': give a YAML file or one of .*generic_3dof"),
        ({'audio': AudioFormat(coding='mp3')}, 'the audio is mp3, but PCM is needed'),
        ({'audio': AudioFormat(sample_format='S99')}, "unknown sample format 'S99': choose one"),
        ({'audio': AudioFormat(channels=0)}, 'at least one channel, not 0'),
        ({'audio': AudioFormat(sample_rate=10)}, 'sample rate 10 Hz is out of range: choose 8000'),
        ({'seed': -1}, 'seed must be a whole number between 0 and'),
        ({'follow': 'me', 'robot': 'nao'}, "follow must be one of off, face, person, not 'me'"),
        ({'follow': 'face'}, 'follow: it turns a robot: give this head a robot profile'),
        ({'camera_on_head': True}, 'camera_on_head: it turns a robot: give this head'),
        ({'mounting': (0.1, 0.0, 0.2)}, r'mounting must be a Mounting, not \(0.1'),
    ],
    ids=str,
)
def test_wrong_settings_are_named(own: None, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ListeningHead(**{'listener': 'rules'} | settings)


@pytest.mark.parametrize(
    ('verb', 'message'),
    [
        (lambda head: head.see(TINY / 255, 0), r'expected an 8-bit image \(uint8\), got float64'),
        (lambda head: head.see(TINY[..., 0], 0), r'expected a BGR image .* got \(8, 8\)'),
        (lambda head: head.see('picture.png', 0), 'expected an image as a numpy array, got str'),
        (lambda head: head.hear(bytes(3), 0), '3 bytes of audio are not a whole number'),
        (lambda head: head.hear(np.zeros((4, 2), np.int16), 0), r'does not fit 1 channel'),
        (lambda head: head.hear(MP3, 0), 'the audio is MP3, not raw PCM'),
        (lambda head: head.hear(MP3, 0, AudioFormat(coding='mp3')), 'the audio is mp3, but PCM'),
        (lambda head: head.set_attitude('angry'), "unknown attitude 'angry'"),
        (lambda head: head.set_attitude('positive', 2), 'between 0.0 and 1.0, not 2'),
        (lambda head: head.look_at([1, 0, 0]), 'give this head a robot profile'),
    ],
)
def test_wrong_input_is_named_and_survived(
    verb: Callable[[ListeningHead], object], message: str
) -> None:
    head = ListeningHead('rules')
    with pytest.raises(ValueError, match=message) as raised:
        verb(head)
    assert isinstance(raised.value, AudioFormatError) == ('hear' in verb.__code__.co_names)
    assert head.audio == AudioFormat()
    (answer,) = see(head, 1) + head.hear(np.zeros(1600, np.int16), NANOSECONDS - NANOSECONDS // 20)
    assert answer.speaker.audio_valid and answer.motion is not None
    assert (answer.motion.attitude, answer.motion.intensity) == (Attitude.NEUTRAL, 1.0)


def test_without_a_microphone_a_format_must_be_given() -> None:
    head = deaf()
    with pytest.raises(ValueError, match='made without a microphone'):
        head.hear(bytes(320), NANOSECONDS)
    head.hear(bytes(320), NANOSECONDS, AudioFormat(8000))
    assert head.audio == AudioFormat(8000)


def test_the_face_is_of_the_portrait(portrait_photo: Path) -> None:
    frame = speaker_frames(synthetic_speech(2, 0.1))[0]
    smiling = deaf(portrait=portrait_photo, idle=False).answer(frame).motion
    neutral = deaf(idle=False).answer(frame).motion
    assert smiling is not None and neutral is not None
    assert smiling.face.coefficient('mouthSmileLeft') > 0.5
    assert neutral.face.coefficient('mouthSmileLeft') < 0.1


def test_a_wrong_stamp_or_stream_harms_only_its_own_call(own: None) -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    with ListeningHead('rules', audio=None) as head:
        with pytest.raises(SettingError, match='a stamp must fit into 64 bits'):
            head.see(image, 2**63)
        for stamp in (2.5e9, 'x', None):
            with pytest.raises(SettingError, match='a stamp must be a whole number of nanoseconds'):
                head.see(image, stamp)
        assert len(head.see(image, np.int64(3 * 10**9))) == 1
        with pytest.raises(SettingError, match='pcm must be bytes or an array of samples'):
            head.hear('abc', 10**9, AudioFormat())
        with pytest.raises(
            SettingError, match='video must be the path of a video, the number of a'
        ):
            next(head.watch(2.5))
        with pytest.raises(SettingError, match='an item of the stream must be a CameraFrame or'):
            next(head.answers('talk.mp4'))
