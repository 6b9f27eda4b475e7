"""Judges what a run was worth: how much of it the listener saw and heard its speaker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NOT_OK = 3
"""Exit code of a strict command whose run was worth little."""

OFTEN = 0.5
"""Share of the ticks for which a sense may be missing."""


@dataclass
class SenseCount:
    """Counts the ticks at which the senses brought something.

    Attributes:
        ticks: all.
        faces: with a face.
        audio: with audio, silence included.
        speech: at which somebody spoke.
        muted: at which audio counted for nothing, because the robot spoke itself.
    """

    ticks: int = 0
    faces: int = 0
    audio: int = 0
    speech: int = 0
    muted: int = 0

    def add(self, face: bool, audio: bool, speech: bool, muted: bool = False) -> None:
        """Count a tick, at which there was a face, audio, speech, or none because it was muted."""
        self.ticks += 1
        self.faces += face
        self.audio += audio
        self.speech += speech
        self.muted += muted

    def shares(self) -> dict[str, float]:
        """Return the shares of the ticks with a face, audio and speech, 0..1; NaN without ticks.

        What could not be heard while the robot spoke is not missing.
        """
        heard = self.ticks - self.muted
        counts = {
            'face': (self.faces, self.ticks),
            'audio': (self.audio, heard),
            'speech': (self.speech, heard),
        }
        return {sense: n / of if of else math.nan for sense, (n, of) in counts.items()}


@dataclass(frozen=True)
class RunCheck:
    """What a run was worth.

    Attributes:
        senses: what was seen and heard.
        wants_audio: False where the user wants none.
        audio_behind: by how much audio came later than the image of its time, s; negative =
            earlier; None if nobody measured it.
        notes: lines about how a recording was played, and images were turned.
        skipped: what was not perceived or heeded, and why.
        unreadable: share of the images that could not be read, 0..1; a face that was seen before
            is held meanwhile, so that the ticks do not tell.
    """

    senses: SenseCount
    wants_audio: bool = True
    audio_behind: float | None = None
    notes: Sequence[str] = ()
    skipped: Sequence[str] = ()
    unreadable: float = 0.0

    @property
    def verdict(self) -> str:
        """'ok', or which sense was missing for more than half of the time."""
        if not self.senses.ticks:
            return 'nothing was perceived'
        wanted = ('face', 'audio') if self.wants_audio else ('face',)
        shares = self.senses.shares()
        missing = [
            f'no {sense} in {1.0 - shares[sense]:.0%} of the time'
            for sense in wanted
            if shares[sense] < OFTEN
        ]
        if self.unreadable >= OFTEN:
            missing.append(f'{self.unreadable:.0%} of the images could not be read')
        return ', '.join(missing) or 'ok'

    def sections(self) -> dict[str, Any]:
        """Return it as sections of a report; shares are 0..1."""
        behind = math.nan if self.audio_behind is None else self.audio_behind
        return {
            'senses': {'ticks': self.senses.ticks}
            | self.senses.shares()
            | {'unreadable images': self.unreadable, 'audio behind [s]': behind},
            'notes': list(self.notes),
            'skipped': list(self.skipped),
            'check': self.verdict,
        }

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        shares = [f'{sense} {share:.0%}' for sense, share in self.senses.shares().items()]
        if self.audio_behind is not None:
            shares.append(f'audio {self.audio_behind:+.2f} s behind the images')
        return [
            f'senses: {", ".join(shares)}',
            *(f'note: {line}' for line in self.notes),
            *(f'skipped: {line}' for line in self.skipped),
            f'check: {self.verdict}',
        ]
