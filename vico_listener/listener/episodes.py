"""Episodes: what a listener does for a while, for a cause or by chance, and then ends.

They are smiles, thoughts, the forms of a bearing, the speaker's posture returned, and the look
around when nobody is there. How long and how large they are is left to chance, so that the mean
over what might have happened, which is what a network learns by regression, is a lasting half smile
and a head that keeps still. `rules` shows them on top of its other behaviour, and so does a network
that was taught without them.
"""

from collections.abc import Sequence

import numpy as np

from vico_listener.frames import SpeakerFrame
from vico_listener.listener.bearing import Bearing
from vico_listener.listener.body import Behaviour
from vico_listener.listener.chance import Chance
from vico_listener.listener.company import Company
from vico_listener.listener.expression import FACE_CHANNELS
from vico_listener.listener.expression import SMILE
from vico_listener.listener.expression import smile_of
from vico_listener.listener.face_cues import FaceCues
from vico_listener.listener.face_cues import Seen
from vico_listener.listener.gestures import Gesture
from vico_listener.listener.gestures import Kind
from vico_listener.listener.mimicry import Mimicry
from vico_listener.listener.personality import Personality
from vico_listener.listener.smile_episodes import Smile
from vico_listener.listener.smile_episodes import SmileEpisodes
from vico_listener.listener.style import Style
from vico_listener.listener.thought import Thought

SMILES, THOUGHT, COMPANY, BEARING, LAUGHTER = 1, 3, 4, 5, 6
"""The parts of a listener's chance from which the episodes are drawn; `rules` uses 0 and 2."""
ATTENTIVE = 0.1
"""A listener whose attention to a gesture exceeds this does not look around."""


class Episodes:
    """Shows episodes on top of other behaviour.

    Each tick calls `see` and then `joined`.

    Args:
        seed: the seed of their form and length.
        personality: the listener's personality.

    Attributes:
        joy: 0 to 1, how far smiles are in place now.
    """

    @property
    def smile(self) -> Smile | None:
        """The smile that begins at the next tick; None for none."""
        return self._smiles.begun

    def __init__(self, seed: int, personality: Personality) -> None:
        smiles, thought, company, bearing, laughter = self._chances = [
            Chance(seed, part) for part in (SMILES, THOUGHT, COMPANY, BEARING, LAUGHTER)
        ]
        self._personality = personality
        self._sight = FaceCues()
        self._smiles = SmileEpisodes(smiles, laughter)
        self._thought = Thought(thought)
        self._company = Company(company)
        self._mimicry = Mimicry(personality.mimicry_delay)
        self._bearing = Bearing(bearing, personality.traits)
        self._parts = (
            self._sight,
            self._smiles,
            self._thought,
            self._company,
            self._mimicry,
            self._bearing,
        )
        self.reset()

    def reseed(self, seed: int) -> None:
        """Draw from another seed after the next `reset`."""
        for chance in self._chances:
            chance.reseed(seed)

    def reset(self, branch: int = 0) -> None:
        """Return to the start: no episode, and nothing known of the speaker.

        Args:
            branch: the branch of the chance (see `Chance`).
        """
        for chance in self._chances:
            chance.reset(branch)
        for part in self._parts:
            part.reset()
        self._seen, self._voiced, self.joy = Seen(), False, 1.0
        self._mirrored: Sequence[float] = (0.0, 0.0, 0.0, 0.0)
        self._turn = 0.0
        self._look_around: Gesture | None = None

    def excuse_silence(self) -> None:
        """See `Listener.excuse_silence`."""
        self._company.excuse_silence()

    def see(self, frame: SpeakerFrame, voiced: bool) -> Seen:
        """Take in the speaker at the next tick, and return what is seen of the face.

        Args:
            frame: the speaker.
            voiced: whether the speaker is heard now.
        """
        self._seen, self._voiced = self._sight.update(frame), voiced
        self._mirrored = self._mimicry.step(frame.face, frame.face_valid)
        self.joy, self._turn, self._look_around = self._company.step(voiced, self._seen)
        return self._seen

    def joined(
        self, base: Behaviour, style: Style, attention: float, calm_smile: float
    ) -> Behaviour:
        """Return behaviour with the episodes of this tick on top.

        Args:
            base: the behaviour without them.
            style: the listener's style.
            attention: 0 to 1, how much a gesture under way binds the gaze.
            calm_smile: the smile of the calm face, on which the behaviour shows.
        """
        gestures = list(base.gestures)
        if self._look_around is not None and attention < ATTENTIVE:
            gestures.append(self._look_around)
        agreed = any(gesture.kind == Kind.NOD for gesture in gestures)
        channels = self._smiles.step(self._seen, agreed, self.joy, style, self._personality)
        thinking, bent = self._thought.step(self._voiced, bool(gestures), style)
        shown, (*borne, leant) = self._bearing.step(self.joy, style)
        channels[SMILE] += shown[SMILE] * (1.0 - channels[SMILE])
        channels[SMILE] *= 1.0 - max(calm_smile + smile_of(base.change), 0.0)
        shown[SMILE] = 0.0
        *mirrored, nearer = (style.posture_mimicry * value for value in self._mirrored)
        roll, pitch, yaw = map(sum, zip(base.posture, mirrored, bent, borne, strict=True))
        forward, *aside = base.translation
        return Behaviour(
            [roll, pitch + self._smiles.bounce, yaw + self._turn],
            [forward + nearer + leant, *aside],
            base.change + np.sum((channels, thinking, shown), axis=0) @ FACE_CHANNELS,
            gestures,
        )
