"""Joining camera and audio on the model clock, with a tracker that needs no image."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_faces import face_with
from speech_signals import real_speech

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import SpeakerFrame
from vico_listener.motion import ARKIT52
from vico_listener.motion import BFM64
from vico_listener.motion import FaceMotion
from vico_listener.perception import Perception
from vico_listener.perception.camera_on_head import FixedCamera
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.locator import Locator
from vico_listener.speech import AcousticStream

RATE = 16000
START = 100 * NANOSECONDS
PLACE = np.float32([-1.0, -0.5, 0.0])
PICTURE = np.zeros((4, 4, 3), np.uint8)


class NumberedFaces:
    """Says which frame it saw by the face's pitch; sees nothing where told so."""

    basis = ARKIT52

    def __init__(self) -> None:
        self.blind = False
        self.resets = 0

    def update(
        self, image: np.ndarray, stamp: int, speaking: bool = False, level: float | None = None
    ) -> FaceMotion:
        if self.blind:
            return FaceMotion.missing()
        return face_with(rotation=(0, (stamp - START) / NANOSECONDS, 0))

    def reset(self) -> None:
        self.resets += 1


def sound(seconds: float, start: float = 0.0) -> np.ndarray:
    random = np.random.default_rng(int(start * 1000))
    return (random.normal(0, 3000, round(seconds * RATE))).astype(np.int16)


def make(audio: bool = True, lookahead: int = 0) -> Perception:
    stream = AcousticStream(RATE) if audio else None
    return Perception(NumberedFaces(), stream, lookahead=lookahead)


def feed(
    perception: Perception,
    fps: float,
    seconds: float,
    audio: bool = True,
    audio_delay: float = 0.0,
    start: int = START,
    order: str = 'available',
) -> list[SpeakerFrame]:
    """Camera frames and 10 ms chunks in the order in which they become available."""
    events = [(n / fps, 'image', n / fps) for n in range(round(seconds * fps))]
    if audio:
        chunks = range(round(seconds * 100))
        events += [((n + 1) / 100 + audio_delay, 'audio', n / 100) for n in chunks]
    if order == 'available':
        events.sort()
    frames: list[SpeakerFrame] = []
    for _, kind, time in events:
        stamp = start + round(time * NANOSECONDS)
        if kind == 'image':
            frames += perception.add_image(PICTURE, stamp)
        else:
            frames += perception.add_audio(sound(0.01, time), stamp)
    return frames


def check_ticks(frames: list[SpeakerFrame]) -> None:
    stamps = np.array([f.stamp for f in frames])
    assert (np.abs(np.diff(stamps) - NANOSECONDS / 30) <= 1).all()
    assert [f.index for f in frames] == list(range(len(frames)))
    assert [f.reset for f in frames] == [True] + [False] * (len(frames) - 1)


@pytest.mark.parametrize('fps', [5, 12, 15, 25, 30, 60, 120])
def test_one_frame_a_tick_at_any_frame_rate(fps: int) -> None:
    frames = feed(make(), fps, 3.0)
    check_ticks(frames)
    assert 90 - 30 / fps - 1 <= len(frames) <= 91
    assert all(f.face_valid and f.audio_valid for f in frames[1:])
    lag = [(f.stamp - START) / NANOSECONDS - f.face.rotation[1] for f in frames]
    assert max(lag) < 1 / fps + 1e-6  # the newest face
    assert min(lag) > -1 / 30  # and none from the future


def test_features_are_those_of_the_offline_path() -> None:
    from vico_listener.speech import acoustic_features

    frames = feed(make(), 25, 2.0)
    samples = np.concatenate([sound(0.01, n / 100) for n in range(200)])
    ticks = [f.stamp - START for f in frames]
    expected, speaking, _ = acoustic_features(samples, RATE, ticks)
    np.testing.assert_array_equal(np.array([f.acoustic for f in frames]), expected)
    assert [f.speaking for f in frames] == list(speaking)


def test_with_a_lookahead_the_sound_is_that_of_a_later_tick() -> None:
    plain = feed(make(), 30, 2.0)
    later = feed(make(lookahead=2), 30, 2.0)
    check_ticks(later)
    assert len(later) > 50 and all(f.audio_valid for f in later[:-2])
    assert [f.face.rotation[1] for f in later] == [f.face.rotation[1] for f in plain][: len(later)]
    # Features begin with the first tick's, and need some ticks to forget what was before.
    for after, before in zip(later[15:-2], plain[17:], strict=False):
        np.testing.assert_allclose(after.acoustic, before.acoustic, atol=1e-5)


def test_a_lookahead_waits_for_its_audio_and_no_longer() -> None:
    perception = make(lookahead=1)
    assert perception.add_image(PICTURE, START) == []
    assert perception.add_audio(sound(0.03), START) == []
    (frame,) = perception.add_audio(sound(0.01, 0.03), START + 30_000_000)
    assert frame.stamp == START and frame.audio_valid


@pytest.mark.parametrize('delay', [0.0, 0.04, 0.1])
def test_late_audio_is_waited_for(delay: float) -> None:
    on_time, late = feed(make(), 30, 2.0), feed(make(), 30, 2.0, audio_delay=delay)
    assert len(late) == len(on_time)
    # The very first tick lies before all audio.
    assert all(f.audio_valid for f in late[1:])
    for a, b in zip(on_time, late, strict=True):
        np.testing.assert_array_equal(a.acoustic, b.acoustic)


def test_audio_later_than_the_bound_is_flagged() -> None:
    frames = feed(make(), 30, 2.0, audio_delay=0.3)
    check_ticks(frames)
    assert not any(f.audio_valid for f in frames[:-12])
    assert all(np.isfinite(f.acoustic).all() for f in frames)


def test_no_audio_waits_once_only() -> None:
    perception = make()
    waits = []
    for n in range(30):
        emitted = perception.add_image(PICTURE, START + tick_stamp(n))
        waits.append(len(emitted))
    assert waits[:5] == [0] * 5 and set(waits[6:]) == {1}
    assert perception.counters.audioless_ticks == sum(waits) == 30
    assert not perception.flush()


def test_without_microphone_nothing_waits() -> None:
    perception = make(audio=False)
    assert len(perception.add_image(PICTURE, START)) == 1
    assert perception.add_audio(sound(0.01), START) == []


def test_flush_lets_waiting_ticks_go() -> None:
    perception = make()
    assert perception.add_image(PICTURE, START) == []
    assert [f.audio_valid for f in perception.flush()] == [False]


def test_audio_alone_drives_the_ticks() -> None:
    perception = make()
    frames = []
    for n in range(200):
        frames += perception.add_audio(sound(0.01, n / 100), START + n * NANOSECONDS // 100)
    check_ticks(frames)
    assert len(frames) >= 50
    assert not any(f.face_valid for f in frames)
    assert all(f.audio_valid for f in frames[1:])
    assert frames[0].stamp >= START and frames[0].face.confidence == 0.0


def test_audio_that_starts_first_waits_for_the_camera() -> None:
    perception = make()
    frames = []
    for n in range(10):
        frames += perception.add_audio(sound(0.01, n / 100), START + n * NANOSECONDS // 100)
    assert frames == []
    frames = perception.add_image(PICTURE, START + 95_000_000)
    assert [f.face_valid for f in frames] == [True]


def test_camera_that_stops_is_held_and_then_invalid() -> None:
    perception = make()
    frames = feed(perception, 30, 1.0)
    for n in range(100, 200):
        frames += perception.add_audio(sound(0.01, n / 100), START + n * NANOSECONDS // 100)
    check_ticks(frames)
    valid = [f.face_valid for f in frames]
    lost = valid.index(False)
    assert 0.15 < frames[lost].stamp / NANOSECONDS - 101 + 1 / 30 < 0.25
    assert not any(valid[lost:])


def test_face_lost_and_found() -> None:
    perception = make(audio=False)
    tracker = perception._tracker
    frames = []
    for n in range(60):
        tracker.blind = 20 <= n < 40  # type: ignore[attr-defined]
        frames += perception.add_image(PICTURE, START + tick_stamp(n))
    valid = [f.face_valid for f in frames]
    assert all(valid[:25]) and not any(valid[27:40]) and all(valid[40:])
    assert perception.counters.faceless_images == 20


def test_repeated_and_late_stamps_are_dropped_and_counted() -> None:
    perception = make(audio=False)
    perception.add_image(PICTURE, START)
    assert perception.add_image(PICTURE, START) == []
    perception.add_image(PICTURE, START + tick_stamp(3))
    assert perception.add_image(PICTURE, START + tick_stamp(2)) == []
    assert perception.counters.repeated_images == 1
    assert perception.counters.late_images == 1
    assert perception.counters.resets == 0


def test_clock_that_jumps_back_resets_to_the_same_result() -> None:
    perception = make()
    first = feed(perception, 25, 1.0)
    second = feed(perception, 25, 1.0)
    assert perception.counters.resets == 1
    check_ticks(second)
    assert [f.stamp for f in first] == [f.stamp for f in second]
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a.acoustic, b.acoustic)
        np.testing.assert_array_equal(a.face.rotation, b.face.rotation)


def test_audio_that_jumps_back_without_a_camera_resets() -> None:
    perception = make()
    frames = []
    for _ in range(2):
        for n in range(200):
            frames += perception.add_audio(sound(0.01, n / 100), START + n * NANOSECONDS // 100)
    assert [f.reset for f in frames].count(True) == 2


def test_gap_skips_ahead_and_is_counted() -> None:
    perception = make(audio=False)
    perception.add_image(PICTURE, START)
    frames = perception.add_image(PICTURE, START + 60 * NANOSECONDS)
    assert len(frames) == 30
    assert perception.counters.skipped_ticks == 60 * 30 - 30
    assert [f.face_valid for f in frames] == [False] * 29 + [True]


def test_idle_ticks_go_on_without_input() -> None:
    perception = make()
    feed(perception, 30, 1.0)
    newest = perception.newest_stamp
    assert newest is not None
    frames = [f for n in range(15) for f in perception.idle(newest + tick_stamp(n + 1))]
    assert len(frames) in (15, 16)
    assert not frames[-1].face_valid and not frames[-1].audio_valid


def test_order_of_arrival_does_not_matter_within_the_wait() -> None:
    ordered = feed(make(), 25, 2.0)
    perception = make()
    frames: list[SpeakerFrame] = []
    images = [('image', n / 25) for n in range(50)]
    chunks = [('audio', n / 100) for n in range(200)]
    # Two frames, then the audio that belongs to them, and so on.
    for k in range(25):
        for kind, time in images[2 * k : 2 * k + 2] + chunks[8 * k : 8 * k + 8]:
            stamp = START + round(time * NANOSECONDS)
            if kind == 'image':
                frames += perception.add_image(PICTURE, stamp)
            else:
                frames += perception.add_audio(sound(0.01, time), stamp)
    count = min(len(frames), len(ordered))
    assert count > 55
    for a, b in zip(ordered[:count], frames[:count], strict=True):
        assert a.stamp == b.stamp
        np.testing.assert_array_equal(a.acoustic, b.acoustic)


def test_a_missing_face_is_in_the_basis_of_the_tracker() -> None:
    perception = make(audio=False)
    perception._tracker.blind = True
    perception._tracker.basis = BFM64
    frames = feed(perception, 30, 0.5, audio=False)
    assert frames and all(f.face.basis is BFM64 and not f.face_valid for f in frames)


def test_its_own_voice_counts_for_nothing_and_the_face_is_seen() -> None:
    perception = make()
    feed(perception, 30, 1.0)
    perception.mute.tell(True)
    muted = feed(perception, 30, 1.0, start=START + NANOSECONDS)
    assert perception.muted
    perception.mute.tell(False)
    after = feed(perception, 30, 1.0, start=START + 2 * NANOSECONDS)
    assert len(muted) == len(after) == 30
    for frame in muted:
        assert frame.muted and frame.face_valid
        assert not frame.audio_valid and not frame.speaking and not frame.acoustic.any()
    # It takes the tail until the room is quiet again.
    assert [frame.muted for frame in after] == [True] * 12 + [False] * 18
    assert all(frame.audio_valid != frame.muted for frame in after)
    assert perception.counters.muted_ticks == 42
    assert perception.counters.audioless_ticks == 1  # the very first one lies before all audio


def test_the_speaker_is_heard_after_the_robot_as_well_as_before() -> None:
    """A loud voice of its own leaves nothing behind in what is known of the speaker's."""

    def heard(robot_speaks: bool) -> list[bool]:
        perception = Perception(NumberedFaces(), AcousticStream(RATE), listen_to='sound')
        person = spoken(3.0)
        robot = 3 * spoken(3.0)[::-1] if robot_speaks else np.zeros(3 * RATE, np.int16)
        perception.mute.tell(robot_speaks)
        frames = []
        for n, chunk in enumerate(np.array_split(np.concatenate([robot, person]), 180)):
            if n == 90 - 12:  # the end of the robot's voice, as long ago as the tail is long
                perception.mute.tell(False)
            stamp = START + tick_stamp(n)
            frames += perception.add_image(PICTURE, stamp)
            frames += perception.add_audio(chunk, stamp)
        return [frame.speaking for frame in frames[95:]]

    quiet, loud = heard(robot_speaks=False), heard(robot_speaks=True)
    assert sum(quiet) > 30
    assert np.mean(np.array(quiet) == np.array(loud)) > 0.9


def spoken(seconds: float) -> np.ndarray:
    """Syllables of a voice, int16."""
    time = np.arange(round(seconds * RATE)) / RATE
    pulses = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 2.0 * time), 0.0, 1.0)
    return (2500 * pulses * syllables).astype(np.int16)


def test_frames_say_where_the_speaker_is() -> None:
    class Near(NumberedFaces):
        def update(self, *given: Any, **named: Any) -> FaceMotion:
            return replace(super().update(*given, **named), translation=PLACE)

    locator = Locator(FixedCamera(), lambda stamp: 0.7)
    perception = Perception(Near(), AcousticStream(RATE), locator=locator)
    frames = feed(perception, 30, 0.5)
    assert frames[-1].whereabouts.place == pytest.approx((1.0, 0.5, 0.0))
    assert np.isnan(frames[-1].whereabouts.sound)  # noise is no voice
    assert not any(frame.whereabouts.seen for frame in feed(make(), 30, 0.5))


def test_a_voice_that_nobody_in_view_has_comes_with_its_direction() -> None:
    """A mouth that keeps still does not speak: with nobody in view, or with somebody silent."""

    class Silent(NumberedFaces):
        def update(self, *given: Any, **named: Any) -> FaceMotion:
            face = super().update(*given, **named)
            return replace(face, rotation=PLACE * 0, translation=PLACE) if face.confidence else face

    speech, rate = real_speech()
    for blind in (True, False):
        tracker = Silent()
        tracker.blind = blind
        locator = Locator(FixedCamera(Mounting(yaw=10.0)), lambda stamp: 0.5)
        perception = Perception(tracker, AcousticStream(rate), locator=locator)
        frames = []
        for n in range(60):
            stamp = START + n * NANOSECONDS // 30
            frames += perception.add_image(PICTURE, stamp)
            chunk = speech[n * rate // 30 : (n + 1) * rate // 30]
            frames += perception.add_audio(chunk, stamp)
        sounds = [frame.whereabouts.sound for frame in frames]
        heard = [sound for sound in sounds if np.isfinite(sound)]
        assert len(heard) > 10 and set(heard) == {0.5 + np.radians(10.0)}
        assert any(frame.whereabouts.seen for frame in frames) != blind
