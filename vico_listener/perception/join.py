"""Joins what is seen and heard on the model clock: one `SpeakerFrame` per tick."""

import time
from collections import deque
from dataclasses import dataclass
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vico_listener.choices import ACOUSTICS
from vico_listener.choices import LISTEN_TO
from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.clock import ModelClock
from vico_listener.clock import tick_at
from vico_listener.clock import tick_stamp
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import NOWHERE
from vico_listener.frames import SpeakerFrame
from vico_listener.frames import Timing
from vico_listener.motion import FaceMotion
from vico_listener.perception.image_rate import ImageRate
from vico_listener.perception.locator import Locator
from vico_listener.perception.mute import SPEAKING_TAIL
from vico_listener.perception.mute import Mute
from vico_listener.perception.sights import FACE_HOLD_NS
from vico_listener.perception.sights import Sight
from vico_listener.perception.sights import Sights
from vico_listener.perception.sights import Tracker
from vico_listener.perception.talker import Talk
from vico_listener.perception.talker import Talker
from vico_listener.perception.turn_listener import TurnListener
from vico_listener.speech import AcousticStream
from vico_listener.speech.echo_canceller import EchoCanceller
from vico_listener.speech.pcm import PcmData

JUMP_BACK_NS = 500_000_000
"""A stamp that lies this far before the last one means a new start (bag loop), not a late frame."""


BRIDGED_TICKS = 5
"""The longest gap in a voice over the robot's that is taken for a part of it.

Where the robot is as loud as the person, the canceller takes some of the person away, too.
"""


@dataclass
class PerceptionCounters:
    """What went in, what came out and what was lost, since the start."""

    images: int = 0
    repeated_images: int = 0
    late_images: int = 0
    held_images: int = 0
    faceless_images: int = 0
    ticks: int = 0
    faceless_ticks: int = 0
    audioless_ticks: int = 0
    muted_ticks: int = 0
    elsewhere_ticks: int = 0
    skipped_ticks: int = 0
    resets: int = 0


@dataclass
class _PendingTick:
    stamp: int
    sight: Sight | None
    due: float


class Perception:
    """Joins face and speech on the model clock.

    A camera frame makes every tick up to its stamp due; a due tick waits until the audio up to it
    is there, at most `audio_wait` of stream time, and is then emitted without (audio_valid False).
    Once a tick has been emitted without audio none waits until audio comes again. Everything is
    decided by stamps, so the same recording gives the same frames.

    With a lookahead the sound of a tick is that of a later one, and the tick waits for it.

    Args:
        tracker: image -> FaceMotion.
        audio: the acoustic stream; None if there is no audio (audio_valid is always False).
        audio_wait: longest wait of a tick for its audio, s of stream time.
        listen_to: to whom the head listens, one of `LISTEN_TO`.
        speaking_tail: how long no sound counts after the robot has spoken, s of stream time.
        lookahead: how many ticks later than the images the sound is.
        locator: tells where the speaker is in space; None where nobody asks.
        turn_listener: asks in pauses whether the turn is over; None if nobody does.
        face_rate: how many images a second the tracker looks at, at most; 0 for all. The others
            show the last face again: they only keep the ticks even.
    """

    def __init__(
        self,
        tracker: Tracker,
        audio: AcousticStream | None,
        audio_wait: float = 0.15,
        listen_to: str = LISTEN_TO[0],
        speaking_tail: float = SPEAKING_TAIL,
        lookahead: int = 0,
        locator: Locator | None = None,
        turn_listener: TurnListener | None = None,
        face_rate: float = 0.0,
    ) -> None:
        self._tracker = tracker
        self._rate = ImageRate(face_rate)
        self._locator = locator
        self.mute = Mute(speaking_tail)
        """Is told whether the robot speaks itself: then, and for a while after, no sound counts."""
        self._talker = Talker(listen_to)
        self._audio = audio
        self.canceller = None
        self._lookahead = lookahead
        self.turn_listener = turn_listener
        """Asks in pauses whether the turn is over; None if nobody does."""
        self.audio_wait_ns = round(audio_wait * NANOSECONDS)
        """Longest wait of a tick for its audio; may change at any time."""
        self.image_wait_ns = FACE_HOLD_NS
        """How far audio runs ahead of the images before it drives the ticks; may change, too."""
        self.counters = PerceptionCounters()
        self._clock = ModelClock()
        self._sights = Sights()
        self._pending: deque[_PendingTick] = deque()
        self._forget()

    muted: bool
    """Whether no sound counts, because the robot speaks or has just spoken."""
    canceller: EchoCanceller | None
    """Frees the present audio from the robot's own voice; None if nothing does."""

    def _forget(self) -> None:
        self._clock.reset()
        self._pending.clear()
        self._sights.forget()
        self._rate.reset()
        self._expect_audio = self._audio is not None
        self._audio_received = 0.0
        self._first_audio: int | None = None
        self._speaking = False
        self._level: float | None = None
        self._talker.reset()
        if self.turn_listener is not None:
            self.turn_listener.reset()
        self._since_voice = BRIDGED_TICKS + 1
        self.mute.forget_vocals()
        self._index = 0
        self._fresh = True
        self.muted = False

    def reset(self) -> None:
        """Start anew: the next frame carries `reset`."""
        self._forget()
        self._tracker.reset()
        if self._audio is not None:
            self._audio.reset()
        self.counters.resets += 1

    @property
    def newest_stamp(self) -> int | None:
        """Stream time reached so far, ns; None before the first input."""
        stamps = []
        if self._sights.newest is not None:
            stamps.append(self._sights.newest.stamp)
        if self._audio is not None and self._audio.end_stamp is not None:
            stamps.append(self._audio.end_stamp)
        if self._clock.last_stamp is not None:
            stamps.append(self._clock.last_stamp)
        return max(stamps, default=None)

    @property
    def audio_shortcoming(self) -> str:
        """What the audio that comes lacks for the wanted features; '' if nothing."""
        heard = self._audio is not None and self._audio.end_stamp is not None
        return self._audio.shortcoming if self._audio is not None and heard else ''

    @property
    def faceless_for(self) -> float:
        """For how long the images have shown nobody, s of stream time."""
        return self._sights.faceless_for

    @property
    def elsewhere_for(self) -> float:
        """For how long somebody has spoken since the person in view did, s of stream time."""
        return self._talker.elsewhere_ticks / MODEL_RATE

    def set_audio(self, audio: AcousticStream, canceller: EchoCanceller | None = None) -> None:
        """Use another acoustic stream from now on, e.g. after the format became known.

        Args:
            audio: the stream.
            canceller: what frees it from the robot's own voice; None if nothing does.
        """
        self._audio = audio
        self.canceller = canceller
        self._expect_audio = True

    def add_image(
        self, image: NDArray[np.uint8], stamp: int, received: float | None = None
    ) -> list[SpeakerFrame]:
        """Take a camera frame (H, W, 3, BGR) with its stamp in ns; return the frames now complete.

        A frame with the stamp of the last one or an earlier one is dropped and counted; one that
        is `JUMP_BACK_NS` earlier resets everything first.
        """
        received = time.time() if received is None else received
        self.counters.images += 1
        previous = self._sights.newest
        if previous is not None and stamp <= previous.stamp:
            if previous.stamp - stamp < JUMP_BACK_NS:
                if stamp == previous.stamp:
                    self.counters.repeated_images += 1
                else:
                    self.counters.late_images += 1
                return []
            self.reset()
            previous = None
        if self._rate.wants(stamp) or previous is None:
            sight = self._look(image, stamp, received)
        else:
            self.counters.held_images += 1
            sight = replace(previous, stamp=stamp, received=received, duration=0.0)
        self._sights.add(sight)
        self.counters.faceless_images += not sight.shows_face
        for tick in self._advance(stamp):
            # Between two frames of a slow camera the previous face is held.
            current = stamp - tick < TICK_NS
            self._pending.append(_PendingTick(tick, sight if current else previous, received))
        return self._emit(stamp)

    def _look(self, image: NDArray[np.uint8], stamp: int, received: float) -> Sight:
        start = time.perf_counter()
        face = self._tracker.update(image, stamp, speaking=self._speaking, level=self._level)
        where = NOWHERE if self._locator is None else self._locator.place(face, stamp)
        return Sight(face, stamp, received, time.perf_counter() - start, where)

    def find_others(self) -> None:
        """Do what the face tracker left to do, see `FaceTracker.find_others`."""
        self._tracker.find_others()

    def add_audio(
        self, data: PcmData, stamp: int, received: float | None = None
    ) -> list[SpeakerFrame]:
        """Take PCM whose first sample was captured at `stamp` (ns); return frames now complete."""
        if self._audio is None:
            return []
        self._audio_received = time.time() if received is None else received
        end_before = self._audio.end_stamp
        self._audio.push(data, stamp)
        end = self._audio.end_stamp
        if end is None:
            return []
        sight = self._sights.newest
        if end_before is not None and end < end_before - JUMP_BACK_NS and sight is None:
            self._forget()
            self.counters.resets += 1
        self._expect_audio = True
        if self._first_audio is None:
            self._first_audio = stamp
        since = self._first_audio if sight is None else sight.stamp
        if end - since > self.image_wait_ns:
            for tick in self._advance(end - self.image_wait_ns):
                self._pending.append(_PendingTick(tick, sight, self._audio_received))
        return self._emit(end)

    def idle(self, stamp: int) -> list[SpeakerFrame]:
        """Emit every tick up to `stamp` (ns) although no input comes: called by a timer."""
        now = time.time()
        for tick in self._advance(stamp):
            self._pending.append(_PendingTick(tick, self._sights.newest, now))
        return self._emit(self._sound_of(stamp) + self.audio_wait_ns + 1)

    def flush(self) -> list[SpeakerFrame]:
        """Emit the ticks that still wait for audio: the stream is over."""
        if not self._pending:
            return []
        return self._emit(self._sound_of(self._pending[-1].stamp) + self.audio_wait_ns + 1)

    def _advance(self, stamp: int) -> list[int]:
        before = self._clock.last_stamp
        due = self._clock.advance(stamp)
        if before is not None and due:
            missing = round((due[0] - before) * MODEL_RATE / NANOSECONDS) - 1
            self.counters.skipped_ticks += missing
        return due

    def _emit(self, stream_time: int) -> list[SpeakerFrame]:
        frames = []
        while self._pending:
            tick = self._pending[0]
            end = None if self._audio is None else self._audio.end_stamp
            wanted = self._sound_of(tick.stamp)
            has_audio = end is not None and end >= wanted
            if not has_audio and self._expect_audio:
                if stream_time - wanted <= self.audio_wait_ns:
                    break
                self._expect_audio = False
            self._pending.popleft()
            frames.append(self._frame(tick))
        return frames

    def _sound_of(self, tick_ns: int) -> int:
        """Return the tick up to which the sound of a tick is taken, ns."""
        return tick_stamp(tick_at(tick_ns) + self._lookahead) if self._lookahead else tick_ns

    def _frame(self, tick: _PendingTick) -> SpeakerFrame:
        sight = tick.sight
        seen = self._sights.sight_at(tick.stamp, sight)
        face = None if seen is None else seen.face
        start = time.perf_counter()
        acoustic = None if self._audio is None else self._audio.frame(self._sound_of(tick.stamp))
        duration = time.perf_counter() - start
        image_received = tick.due
        received = image_received
        robots = self.mute.step()
        vocal = self.mute.hears_vocal(self._sound_of(tick.stamp))
        freed = (robots or vocal) and self._freed(robots, vocal)
        self.muted = muted = (robots or vocal) and not freed
        if muted:
            acoustic = None
            if robots and self.turn_listener is not None:
                self.turn_listener.reset()
            self.counters.muted_ticks += 1
        heard = acoustic is not None and acoustic.valid
        if acoustic is not None and heard:
            voiced = self._bridged(acoustic.speaking, freed)
            talk = self._talker.update(face, voiced, acoustic.speech)
            received = max(image_received, self._audio_received)
        else:
            talk = self._talker.update(face, False, 0.0, deaf=muted and not robots)
            self.counters.audioless_ticks += not muted
        # Whoever of several people speaks is found by this voice, so it must not depend on a mouth.
        self._speaking = talk.elsewhere or (talk.speaking and not talk.mouthed)
        # The first feature is the energy of the sound, in either layout.
        self._level = float(acoustic.features[0]) if acoustic is not None and heard else None
        self.counters.elsewhere_ticks += talk.elsewhere
        self.counters.faceless_ticks += face is None
        where = NOWHERE if seen is None else seen.where
        if self._locator is not None and (talk.elsewhere or (face is None and talk.speaking)):
            where = self._locator.hear(where, tick.stamp)
        frame = SpeakerFrame(
            stamp=tick.stamp,
            source_stamp=0 if sight is None else sight.stamp,
            index=self._index,
            face=FaceMotion.missing(self._tracker.basis) if face is None else face,
            acoustic=np.zeros(ACOUSTIC_SIZE, np.float32) if acoustic is None else acoustic.features,
            face_valid=face is not None,
            audio_valid=heard,
            speaking=talk.speaking,
            mouthed=talk.mouthed,
            muted=muted,
            pitch=0.0 if acoustic is None else acoustic.pitch,
            turn_over=self._turn_over(talk, muted) if heard or (muted and not robots) else None,
            reset=self._fresh,
            timing=Timing(
                received=received,
                audio_wait=received - image_received,
                face=0.0 if sight is None else sight.duration,
                speech=duration,
            ),
            acoustics=ACOUSTICS[0] if self._audio is None else self._audio.acoustics,
            whereabouts=where,
        )
        self._fresh = False
        self._index += 1
        self.counters.ticks += 1
        return frame

    def _freed(self, robots: bool, vocal: bool) -> bool:
        """Return whether the sound is free of the robot's voice, or of a vocal, or of both."""
        canceller = self.canceller
        if canceller is None:
            return False
        return (canceller.freed or not robots) and (canceller.freed_of_vocals or not vocal)

    def _bridged(self, voiced: bool, freed: bool) -> bool:
        """Return whether a voice is heard, also in the gaps that the canceller tears into it."""
        self._since_voice = 0 if voiced else self._since_voice + 1
        return voiced or (freed and self._since_voice <= BRIDGED_TICKS)

    def _turn_over(self, talk: Talk, muted: bool) -> float | None:
        """Return how probable it is that the turn is over, if somebody says so.

        Args:
            talk: who speaks; a mouth counts only while a vocal covers the voice.
            muted: whether one does.
        """
        listener, audio = self.turn_listener, self._audio
        if listener is None or audio is None:
            return None
        return listener.step(talk.speaking and (muted or not talk.mouthed), audio.past)
