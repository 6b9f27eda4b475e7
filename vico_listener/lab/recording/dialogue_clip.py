"""Makes the clip of a conversation: a person's clip in turns with a robot's voice, in one room.

A turn of the person ends where a phrase of the clip does, so that it sounds like an end. Of three
turns of the robot they say something short over the second ("yeah"), and speak up in the third.
"""

from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from vico_listener.clock import MODEL_RATE
from vico_listener.clock import NANOSECONDS
from vico_listener.clock import tick_stamp
from vico_listener.frames import Image
from vico_listener.lab.recording.room import in_room
from vico_listener.media.clip import ClipError
from vico_listener.media.clip import camera_frames
from vico_listener.media.clip import read_audio
from vico_listener.media.container import file_url
from vico_listener.media.synthesizer import Speech
from vico_listener.media.synthesizer import Synthesizer
from vico_listener.media.video import h264_stream
from vico_listener.media.video import video_frame
from vico_listener.speech import acoustic_features
from vico_listener.speech.resampler import INTERNAL_RATE
from vico_listener.speech.voice import HANG_TICKS

Audio = NDArray[np.float32]

LENGTH = 120.0
"""How long the conversation takes, s, at least; the last turns are played to their end."""

THINKING, AFTERWARDS = 1.7, 0.8
"""Seconds between the person's turn and the robot's voice, and after that."""

ECHO_DELAY, ECHO_LENGTH, ECHO_DB = 0.06, 0.25, -6.0
"""How late the robot's voice is played (s), how long the room rings (s), and how loud it is at the
microphone beside the person (dB)."""

OVER = ('', 'backchannel', 'interruption')
"""What the person says over the first, second and third turn of the robot, and so on."""
OVER_AFTER, OVER_SECONDS = 1.2, {'backchannel': 0.45, 'interruption': 2.0}
"""How long after the robot's voice has begun that is (s), and for how long (s)."""

LEAST_PAUSE = 0.3
"""The shortest pause after a phrase that may be the last of a turn, s."""
LEAST_TURN = 0.4
"""The least share of the clip that a turn is."""

STILL = 5
"""The person listens in the image around which so many images are the most alike."""

VOICE = Speech('en-us+m3', 160)
SENTENCES = (
    'That is interesting. Please tell me more about it.',
    'I see what you mean. I would have said the same.',
    'Thank you, that was new to me. What happened then?',
    'So far I can follow you. Do go on.',
)


@dataclass(frozen=True)
class Exchange:
    """One turn of the person and the robot's answer, s of the clip.

    Attributes:
        begin, end: of the person's turn.
        said: when their voice ends, which may be a little before.
        speaks, silent: when the robot begins to speak, and when it has spoken.
        over: what the person says over that, one of `OVER`.
        voice: (N,) what the robot says, at the internal rate.
    """

    begin: float
    said: float
    end: float
    speaks: float
    silent: float
    over: str = ''
    voice: Audio = field(default_factory=lambda: np.zeros(0, np.float32), repr=False, compare=False)

    @property
    def spoken_over(self) -> tuple[float, float]:
        """From when to when the person speaks over the robot, s of the clip; the same if not."""
        begin = self.speaks + OVER_AFTER
        return begin, begin + OVER_SECONDS.get(self.over, 0.0)


def make_dialogue(clip: Path, path: Path) -> list[Exchange]:
    """Write the clip of a conversation, and return who speaks when.

    Args:
        clip: of the person, with their voice.
        path: the mp4 file.

    Raises:
        ClipError: the clip cannot be used, or nobody is heard in it.
        SynthesizerError: eSpeak NG is not installed.
    """
    frames = list(camera_frames(clip))
    images = [frame.image for frame in frames]
    rate = (len(frames) - 1) * NANOSECONDS / (frames[-1].stamp - frames[0].stamp)
    voice = person_voice(clip)
    if not is_loud(voice).any():
        raise ClipError(f'{clip.name}: its audio is silent; give a clip in which somebody speaks')
    quiet = stillest(images)
    length, said_after = turn_of(voice)
    phrase = max(longest_phrase(voice) - LEAST_PAUSE / 3, 0.0)
    images, voice = images[: max(round(length * rate), 1)], voice[: round(length * INTERNAL_RATE)]
    shown: list[Image] = []
    heard: list[Audio] = []
    exchanges: list[Exchange] = []
    synthesizer = Synthesizer()
    while len(shown) < LENGTH * rate:
        begin = len(shown) / rate
        shown += images
        end = len(shown) / rate
        spoken = synthesizer.speak(SENTENCES[len(exchanges) % len(SENTENCES)], VOICE)
        robot = resample_poly(spoken, INTERNAL_RATE, synthesizer.sample_rate).astype(np.float32)
        answer = THINKING + len(robot) / INTERNAL_RATE
        waits = round((answer + AFTERWARDS) * rate)
        shown += [quiet] * waits
        over = OVER[len(exchanges) % len(OVER)]
        exchange = Exchange(
            begin, begin + said_after, end, end + THINKING, end + answer, over, robot
        )
        exchanges.append(exchange)
        sound = np.zeros(round(len(shown) / rate * INTERNAL_RATE) - sum(map(len, heard)))
        sound[: len(voice)] += voice[: len(sound)]
        _mix(sound, echo(robot, voice), round((end - begin + THINKING) * INTERNAL_RATE))
        first, last = exchange.spoken_over
        if last > first:
            said = said_over(voice, phrase, last - first)
            _mix(sound, said, round((first - begin) * INTERNAL_RATE))
            for n in range(round((last - first) * rate)):
                place = min(round(first * rate) + n, len(shown) - 1)
                shown[place] = images[(round(phrase * rate) + n) % len(images)]
        heard.append(sound.astype(np.float32))
    _write(path, shown, rate, np.concatenate(heard))
    return exchanges


def person_voice(clip: Path) -> Audio:
    """Return the sound of a clip (N,) at the internal rate, full scale +-1."""
    samples, rate = read_audio(clip)
    mono = samples.astype(np.float32).mean(axis=1) / 32768
    return np.asarray(resample_poly(mono, INTERNAL_RATE, rate), np.float32)


def phrases_of(voice: Audio) -> list[tuple[float, float]]:
    """Return from when to when (s) somebody speaks."""
    seconds = len(voice) / INTERNAL_RATE
    ticks = [tick_stamp(tick) for tick in range(1, int(seconds * MODEL_RATE) + 1)]
    speaking = acoustic_features(voice, INTERNAL_RATE, ticks).speaking
    changes = np.flatnonzero(np.diff(speaking.astype(np.int8), prepend=0, append=0))
    begins, ends = changes[::2], changes[1::2]
    # Speech that goes on to the end of the sound has no end that could be told too late.
    late = np.where(ends < len(speaking), HANG_TICKS, 0)
    return list(zip(begins / MODEL_RATE, (ends - late) / MODEL_RATE, strict=True))


def turn_of(voice: Audio) -> tuple[float, float]:
    """Return how much of a voice is a turn that ends with a phrase, and when the phrase ends, s.

    That is all of it, unless the voice is cut off within a phrase, and there is one before that
    ends late enough.
    """
    seconds = len(voice) / INTERNAL_RATE
    phrases = phrases_of(voice)
    if not phrases:
        return seconds, loud_until(voice) / INTERNAL_RATE
    if phrases[-1][1] < seconds - 2 / MODEL_RATE:
        return seconds, phrases[-1][1]
    for (_, end), (again, _) in reversed(list(zip(phrases[:-1], phrases[1:], strict=True))):
        if again - end >= LEAST_PAUSE and end >= LEAST_TURN * seconds:
            return end + LEAST_PAUSE / 2, end
    return seconds, phrases[-1][1]


def longest_phrase(voice: Audio) -> float:
    """Return when the longest phrase of a voice begins, s."""
    phrases = phrases_of(voice) or [(0.0, 0.0)]
    return max(phrases, key=lambda phrase: phrase[1] - phrase[0])[0]


def said_over(voice: Audio, begin: float, seconds: float) -> Audio:
    """Return so many seconds of a voice from its `begin` (s) on, faded in and out."""
    first = round(begin * INTERNAL_RATE)
    said = voice[first : first + round(seconds * INTERNAL_RATE)].copy()
    fade = np.linspace(0.0, 1.0, min(len(said), INTERNAL_RATE // 50), dtype=np.float32)
    said[: len(fade)] *= fade
    said[len(said) - len(fade) :] *= fade[::-1]
    return said


def stillest(images: list[Image]) -> Image:
    """Return the image around which the least moves, for `STILL` images."""
    changes = [
        float(np.abs(a.astype(np.int16) - b).mean())
        for a, b in zip(images[:-1], images[1:], strict=True)
    ]
    number = min(STILL, len(images))
    sums = [sum(changes[n : n + number - 1]) for n in range(len(images) - number + 1)]
    return images[int(np.argmin(sums)) + number // 2]


def echo(robot: Audio, person: Audio) -> Audio:
    """Return the robot's voice as its own microphone hears it in a room."""
    heard = in_room(robot, INTERNAL_RATE, ECHO_DELAY, ECHO_LENGTH)
    gain = 10 ** (ECHO_DB / 20) * loudness(person) / loudness(heard)
    return np.asarray(gain * heard, np.float32)


def loudness(audio: NDArray[np.floating]) -> float:
    """Return the root mean square of what is not silent."""
    loud = audio[is_loud(audio)]
    return float(np.sqrt(np.mean(np.square(loud)))) if len(loud) else 1.0


def loud_until(audio: Audio) -> int:
    """Return the number of samples until the last one that is not silent."""
    return int(np.flatnonzero(is_loud(audio))[-1]) + 1


def is_loud(audio: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which samples (N,) are not silent beside the loudest one."""
    return np.asarray(np.abs(audio) > 0.05 * np.abs(audio).max())


def _mix(sound: NDArray[np.float64], voice: Audio, first: int) -> None:
    room = sound[first : first + len(voice)]
    room += voice[: len(room)]


def _write(path: Path, images: list[Image], rate: float, sound: Audio) -> None:
    height, width = (size // 2 * 2 for size in images[0].shape[:2])
    exact = Fraction(rate).limit_denominator(1000)
    with av.open(file_url(path), 'w') as container:
        video = h264_stream(container, (width, height), exact, quality=16)
        audio = container.add_stream('aac', rate=INTERNAL_RATE, layout='mono')
        for number, image in enumerate(images):
            frame = video_frame(image[:height, :width], number, exact)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        samples = np.clip(sound * 32768, -32768, 32767).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples[None], format='s16', layout='mono')
        block.sample_rate = INTERNAL_RATE
        container.mux(audio.encode(block))
        container.mux(audio.encode(None))
