"""Finds cues in the speaker's voice, tick by tick and causally: phrase ends, low regions, stress.

A region of low pitch invites a backchannel (Ward & Tsukahara, Journal of Pragmatics 32, 2000): the
pitch is below its 26th percentile for 110 ms, after 700 ms of speech, and there was no such region
in the last 800 ms. Where no pitch is told, as in recordings that hold the 45 features only or in a
whisper, a proxy stands for it. Pitch, loudness and spectral brightness tend to fall together
towards the end of a clause, so that the proxy is low where the smoothed voice is quiet and dark. It
is a weak substitute: over a minute of recorded speech its correlation with the rank of the true
pitch was r = 0.35.

A phrase whose pitch rises at its end asks, as a rule: that is by far the most frequent contour of
English questions that want a yes or no (Hedberg, Sosa & Görgülü, Corpus Linguistics and Linguistic
Theory 13(2), 2017).

All levels are in *spreads*: relative to the speaker's running mean, in units of the running
standard deviation. The gain of the microphone therefore does not matter.
"""

from dataclasses import dataclass
from math import log
from math import log2

from vico_listener.clock import MODEL_RATE
from vico_listener.frames import SpeakerFrame
from vico_listener.listener.checks import all_finite
from vico_listener.listener.checks import usable_face
from vico_listener.listener.follower import STEP
from vico_listener.listener.norm import Norm
from vico_listener.motion import ARKIT_INDEX
from vico_listener.speech.features import LOG_ENERGY
from vico_listener.speech.features import MFCC

C1 = MFCC.start + 1
"""The feature that measures the spectral tilt, which falls as the voice becomes brighter."""
ENERGY_SPREAD = 7.0
"""Usual spread of a voice's log energy, dB, which is assumed before the speaker is known."""
JAW = ARKIT_INDEX['jawOpen']
"""The coefficient that follows the level of a voice that is not heard."""
OPENING_SPREAD = 0.08
"""Usual spread of a talking mouth's opening, which is assumed before the speaker is known."""
TILT_SPREAD = 40.0
"""Usual spread of a voice's C1, which is assumed before the speaker is known."""

PAUSE = 0.2
"""The shortest pause that ends a phrase, s."""
MIN_PHRASE = 0.7
"""The shortest phrase whose end or low region is a cue, s."""
LOW_PERCENTILE = 0.26
"""Percentile of the height below which the voice is low."""
LOW_SECONDS = 0.11
"""The shortest time for which a voice must be low for a cue, s."""
LOW_SPACING = 0.8
"""The shortest time between two low regions, s."""
PITCHED = 1.0
"""For so many seconds of speech after a pitch, the pitch tells what is low, not the proxy, s."""
PITCH_STEP = 0.05
"""The step by which the percentile of the pitch is learned, octaves."""
FINAL = 0.4
"""The last voiced part of a phrase that tells whether it rises, s."""
RISE = 0.17
"""How far its end lies above its lowest pitch where the phrase asks: 2 semitones, in octaves."""
STRESS_HEIGHT = 0.7
"""A stressed syllable rises this far above the running mean, in spreads."""
STRESS_SPACING = 0.3
"""The shortest time between two stressed syllables, s."""
QUIET = -2.2
"""Level in spreads below which the speaker pauses, even while voice activity still lasts."""

ADAPTATION = 8.0 * MODEL_RATE
"""Ticks of speech over which the speaker's level and brightness are learned."""
MEMORY = 1.5
"""Time constant of the loudness and brightness of a phrase, s."""

USUAL_PHRASE = ((0.8, 0.55), (-0.16, 0.15), (0.05, 0.25), (0.85, 0.4))
"""Mean and spread of a phrase's qualities at a cue, before the speaker is known.

They are the logarithm of its seconds and, in spreads of the voice, loudness, brightness and fall.
"""
PHRASE_TRUST = 4.0
"""The number of cues as which the usual phrase counts."""
PHRASE_MEMORY = 30.0
"""The number of cues over which the speaker's habits are learned."""


@dataclass(frozen=True)
class Phrase:
    """The qualities of a phrase; except for `seconds`, 0 is usual for the speaker, +-1 is common.

    Attributes:
        seconds: the time since the phrase began, s; 0 when the speaker is silent.
        length: the same on a logarithmic scale.
        loudness: the level over the last `MEMORY` seconds.
        brightness: the share of high frequencies over the same time.
        fall: how far the voice has fallen at the end.
    """

    seconds: float

    length: float
    loudness: float
    brightness: float
    fall: float


@dataclass(frozen=True)
class Voice:
    """The speaker's voice at one tick.

    Attributes:
        voiced: whether the speaker is heard now; the levels are of this tick only then.
        level, brightness: smoothed over a syllable, in spreads; 0 is usual.
        phrase: how the phrase has been said so far.
        ended: whether the phrase has just ended.
        asked: whether it ended with a rise, as a question does; only where `ended`.
        low: whether a low region has just been recognised (see the module's docstring).
        stress: the height of a stressed syllable that has just peaked, in spreads, else 0.
    """

    voiced: bool
    level: float
    brightness: float
    phrase: Phrase
    ended: bool = False
    asked: bool = False
    low: bool = False
    stress: float = 0.0


def _blend(old: float, new: float, seconds: float) -> float:
    """Return the next value of a first-order low-pass with a time constant of `seconds`."""
    return old + (new - old) * STEP / (seconds + STEP)


class VoiceCues:
    """Turns speaker frames into the speaker's `Voice`, one per tick."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the speaker."""
        self._energy = Norm(0.0, ENERGY_SPREAD, 0, ADAPTATION)
        self._tilt = Norm(0.0, TILT_SPREAD, 0, ADAPTATION)
        self._opening = Norm(0.0, OPENING_SPREAD, 0, ADAPTATION)
        self._long, self._loud, self._bright, self._fallen = (
            Norm(*usual, PHRASE_TRUST, PHRASE_MEMORY) for usual in USUAL_PHRASE
        )
        self._silent = PAUSE
        self._talked = 0.0
        self._mouthed = False
        self._level = 0.0
        self._brightness = 0.0
        self._recent = [0.0, 0.0]
        self._loudness = 0.0
        self._colour = 0.0
        self._percentile = -0.7
        self._low_pitch: float | None = None
        self._since_pitch = PITCHED
        self._pitches: list[float] = []
        self._low_for = 0.0
        self._since_low = LOW_SPACING
        self._since_stress = STRESS_SPACING

    def update(self, frame: SpeakerFrame) -> Voice:
        """Return the voice at the next tick; features that are not finite are invalid audio.

        Where only the mouth says that somebody speaks, its opening is the level: it follows that of
        the voice (Chandrasekaran et al., PLoS Computational Biology 5(7), 2009).
        """
        if frame.mouthed and usable_face(frame.face):
            self._mouthed = True
            opening = float(frame.face.expression[JAW])
            self._opening.update(opening)
            return self._speech(self._opening.score(opening), 0.0, 0.0)
        if not (frame.audio_valid and all_finite(frame.acoustic)):
            if self._mouthed:
                return self._pause()
            # A phrase that a fault interrupts has not ended, so it invites no answer.
            self._talked = 0.0
            self._silent = PAUSE
            return self._voice(voiced=False)
        if frame.speaking:
            self._mouthed = False
            energy = float(frame.acoustic[LOG_ENERGY])
            self._energy.update(energy)
            height = self._energy.score(energy)
            if height > QUIET:
                tilt = float(frame.acoustic[C1])
                self._tilt.update(tilt)
                return self._speech(height, -self._tilt.score(tilt), frame.pitch)
        return self._pause()

    def _pause(self) -> Voice:
        was_silent = self._silent
        self._silent += STEP
        ended = was_silent < PAUSE <= self._silent and self._talked >= MIN_PHRASE
        voice = self._voice(voiced=False, ended=ended)
        if self._silent >= PAUSE:
            self._talked = 0.0
            self._pitches.clear()
        return voice

    def _speech(self, height: float, brightness: float, pitch: float) -> Voice:
        self._talked += STEP + (self._silent if self._talked else 0.0)
        self._silent = 0.0
        older, old = self._recent
        self._level = _blend(self._level, height, 0.05)
        self._recent = [old, self._level]
        self._brightness = _blend(self._brightness, brightness, 0.1)
        self._loudness = _blend(self._loudness, height, MEMORY)
        self._colour = _blend(self._colour, brightness, MEMORY)
        stress = self._stressed(older, old)
        return self._voice(voiced=True, low=self._is_low(pitch), stress=stress)

    def _stressed(self, older: float, old: float) -> float:
        self._since_stress += STEP
        peak = older < old >= self._level and old > STRESS_HEIGHT
        if not peak or self._since_stress < STRESS_SPACING:
            return 0.0
        self._since_stress = 0.0
        return old

    def _asks(self) -> bool:
        """Return whether the pitch of the phrase rises at its end, from a low accent up.

        The end is the lower of the last two ticks, so that one wrong octave does not ask.
        """
        final = self._pitches[-round(FINAL * MODEL_RATE) :]
        return len(final) > 2 and min(final[-2:]) - min(final) >= RISE

    def _is_low(self, pitch: float) -> bool:
        self._since_low += STEP
        self._since_pitch = 0.0 if pitch > 0 else self._since_pitch + STEP
        if self._since_pitch >= PITCHED:
            height = 0.7 * self._level + 0.3 * self._brightness
            below = height < self._percentile
            self._percentile += 0.03 * (LOW_PERCENTILE - below)
        elif pitch > 0:
            octave = log2(pitch)
            self._pitches.append(octave)
            if self._low_pitch is None:
                self._low_pitch = octave - PITCH_STEP
            below = octave < self._low_pitch
            self._low_pitch += PITCH_STEP * (LOW_PERCENTILE - below)
        else:
            return False  # a consonant, which neither is low nor ends what is
        self._low_for = self._low_for + STEP if below else 0.0
        low = (
            self._low_for >= LOW_SECONDS
            and self._talked >= MIN_PHRASE
            and self._since_low >= LOW_SPACING
        )
        if low:
            self._since_low = 0.0
        return low

    def _voice(
        self, voiced: bool, ended: bool = False, low: bool = False, stress: float = 0.0
    ) -> Voice:
        said = (
            log(max(self._talked, STEP)),
            self._loudness,
            self._colour,
            self._loudness - self._level,
        )
        habits = (self._long, self._loud, self._bright, self._fallen)
        if ended or low:
            for habit, value in zip(habits, said, strict=True):
                habit.update(value)
        scores = (habit.score(value) for habit, value in zip(habits, said, strict=True))
        phrase = Phrase(self._talked, *scores)
        asked = ended and self._asks()
        return Voice(voiced, self._level, self._brightness, phrase, ended, asked, low, stress)
