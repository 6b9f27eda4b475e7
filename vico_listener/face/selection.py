"""Decides which of several people is the speaker."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from math import nan
from math import pi

from vico_listener.choices import ATTEND
from vico_listener.clock import NANOSECONDS
from vico_listener.face.lip_motion import Lips
from vico_listener.face.lip_motion import Loudness

AUTO, LARGEST, NEAREST = ATTEND


@dataclass(frozen=True)
class Candidate:
    """One person in the image.

    Attributes:
        key: a number that identifies the person from frame to frame.
        size: the size of the face, px.
        mouth_opening: the relative opening of the mouth (see `FaceObservation`); None if it was not
            measured in this frame.
        distance: how far away they are, m; None where that is not measured.
        azimuth: in which direction they are, rad, positive to the left; None where that is not
            measured.
    """

    key: int
    size: float
    mouth_opening: float | None
    distance: float | None = None
    azimuth: float | None = None


@dataclass(frozen=True)
class SelectionSettings:
    """The conditions for choosing another person as the speaker.

    Attributes:
        lead: by how much more a rival's lips must move than the speaker's, of 0 to 1.
        evidence: how long a rival whose lips move fully must have that lead over a speaker whose
            lips are still, s; with less lead it takes longer.
        harmony: how much it counts that a rival's lips go better with the voice, where both move.
        direction: how much it counts that the sound comes from a rival.
        near_direction: how far from the direction of the sound somebody may be, rad.
        voice_gap: a voice that pauses for so long still goes on, s.
        size_ratio: how many times larger, or nearer, a rival must be while nobody is known to talk.
        memory: how long a speaker who falls silent remains the speaker, s.
        hold: how long a larger rival must be so without interruption, s.
        sound_memory: how long the direction of a sound counts, s.
    """

    lead: float = 0.2
    evidence: float = 0.08
    harmony: float = 1.0
    direction: float = 0.6
    near_direction: float = pi / 9
    voice_gap: float = 0.3
    size_ratio: float = 1.3
    memory: float = 5.0
    hold: float = 0.6
    sound_memory: float = 0.5


class SpeakerSelector:
    """Picks the speaker: the person whose lips move with the voice, else the largest face.

    Time is that of the stamps. The lips of everybody are followed all the time, and those of a
    rival gather evidence while a voice is heard: that they move and the speaker's do not; where
    both move, that they go better with how loud it is; that the sound comes from there. The choice
    is stable, because evidence that does not last is forgotten.

    Attributes:
        current: the key of the speaker; None while there is nobody.
        attend: whom to pick: one of `ATTEND`, or the key of a person, who is picked as long as they
            are there.
    """

    def __init__(self, settings: SelectionSettings | None = None) -> None:
        self._settings = settings or SelectionSettings()
        self.attend: str | int = AUTO
        self.reset()

    def reset(self) -> None:
        """Forget everybody; whom to pick stays."""
        self.current: int | None = None
        self._lips: dict[int, Lips] = {}
        self._motion: dict[int, float] = {}
        self._evidence: dict[int, float] = {}
        self._loudness = Loudness()
        self._stamp: int | None = None
        self._voice: int | None = None
        self._voice_began = 0
        self._spoke: int | None = None
        self._rival: int | None = None
        self._rival_since = 0
        self._sound: tuple[int, float] | None = None

    def hear_from(self, azimuth: float, stamp: int) -> None:
        """Take in from which direction (rad, positive to the left) sound comes at a stamp (ns)."""
        self._sound = stamp, azimuth

    def sound_at(self, stamp: int) -> float:
        """Return from which direction (rad) sound has lately come; nan where nobody says so."""
        memory = self._settings.sound_memory * NANOSECONDS
        known = self._sound is not None and stamp - self._sound[0] <= memory
        return self._sound[1] if self._sound is not None and known else nan

    def score(self, key: int) -> float:
        """Return how likely it is that a person speaks, 0 to 1; 0 while no voice is heard."""
        motion = self._motion.get(key, 0.0)
        total = sum(self._motion.values())
        return motion * motion / total if total > 0 else 0.0

    def choose(
        self,
        candidates: Sequence[Candidate],
        stamp: int,
        speaking: bool = False,
        level: float | None = None,
    ) -> int | None:
        """Return the key of the speaker among `candidates`, or None if there are none.

        Args:
            candidates: everybody who is in the image, or was a moment ago.
            stamp: the stamp of the image, ns; it may not go back, except after `reset`.
            speaking: the voice activity at this moment.
            level: how loud it is, on any scale; None if that is not known.
        """
        passed = 0 if self._stamp is None else stamp - self._stamp
        self._stamp = stamp
        self._hear(stamp, speaking, level)
        self._lips = {c.key: self._lips.get(c.key, Lips()) for c in candidates}
        for candidate in candidates:
            self._lips[candidate.key].add(stamp, candidate.mouth_opening)
        self._motion = dict.fromkeys(self._lips, 0.0)
        if self._is_voiced(stamp):
            since = self._voice_began
            self._motion = {k: lips.motion(stamp, since) for k, lips in self._lips.items()}
        people = {c.key: c for c in candidates}
        if not people:
            self.current = self._rival = None
            return None
        if self.attend in people:
            self._take(int(self.attend), stamp)
        elif self.current not in people:
            self._take(max(people, key=lambda key: self._first_choice(people[key])), stamp)
        else:
            self._look_for_rivals(people, self.current, stamp, passed / NANOSECONDS)
        return self.current

    def _hear(self, stamp: int, speaking: bool, level: float | None) -> None:
        if level is not None:
            self._loudness.add(stamp, level)
        if speaking:
            if not self._is_voiced(stamp):
                self._voice_began = stamp
            self._voice = stamp

    def _is_voiced(self, stamp: int) -> bool:
        gap = self._settings.voice_gap * NANOSECONDS
        return self._voice is not None and stamp - self._voice <= gap

    def _first_choice(self, person: Candidate) -> tuple[bool, float]:
        talks = self.attend not in (LARGEST, NEAREST) and self._talks(person.key)
        return talks, self._size(person)

    def _size(self, person: Candidate) -> float:
        """Return what the larger, or nearer, one has more of."""
        if self.attend == NEAREST and person.distance is not None and person.distance > 0:
            return 1.0 / person.distance
        return person.size

    def _look_for_rivals(
        self, people: dict[int, Candidate], current: int, stamp: int, passed: float
    ) -> None:
        if self._talks(current):
            self._spoke = stamp
        if self.attend in (LARGEST, NEAREST):
            self._prefer_larger(people, current, stamp)
            return
        self._weigh(people, current, stamp, passed)
        rival = max(self._evidence, key=lambda key: self._evidence[key], default=None)
        if rival is not None and self._evidence[rival] > self._settings.evidence:
            self._take(rival, stamp)
        elif self._spoke is None or stamp - self._spoke > self._settings.memory * NANOSECONDS:
            self._prefer_larger(people, current, stamp)

    def _weigh(self, people: dict[int, Candidate], current: int, stamp: int, passed: float) -> None:
        """Gather the evidence that somebody else speaks than the current one, over `passed` s."""
        rivals = people.keys() - {current}
        if not self._is_voiced(stamp):
            self._evidence = {key: self._evidence.get(key, 0.0) for key in rivals}
            return
        own = self._lips[current].harmony(self._loudness) if rivals else 0.0
        heard = self._heard_from(people, stamp)
        for key in rivals:
            both = min(self._motion[key], self._motion[current])
            gain = self._motion[key] - self._motion[current] - self._settings.lead
            if both > 0:
                better = self._lips[key].harmony(self._loudness) - own
                gain += self._settings.harmony * both * better
            gain += self._settings.direction * ((key == heard) - (current == heard))
            self._evidence[key] = max(0.0, self._evidence.get(key, 0.0) + gain * passed)
        self._evidence = {key: self._evidence[key] for key in rivals}

    def _heard_from(self, people: dict[int, Candidate], stamp: int) -> int | None:
        """Return the person from whose direction the sound comes, if any."""
        if self._sound is None:
            return None
        since, azimuth = self._sound
        if abs(stamp - since) > self._settings.sound_memory * NANOSECONDS:
            return None
        away = {
            key: abs((person.azimuth - azimuth + pi) % (2 * pi) - pi)
            for key, person in people.items()
            if person.azimuth is not None and isfinite(person.azimuth)
        }
        nearest = min(away, key=lambda key: away[key], default=None)
        if nearest is None or away[nearest] > self._settings.near_direction:
            return None
        return nearest

    def _prefer_larger(self, people: dict[int, Candidate], current: int, stamp: int) -> None:
        largest = max(people, key=lambda key: self._size(people[key]))
        ratio = self._settings.size_ratio
        if self._size(people[largest]) <= ratio * self._size(people[current]):
            self._rival = None
        elif largest != self._rival:
            self._rival, self._rival_since = largest, stamp
        elif stamp - self._rival_since >= self._settings.hold * NANOSECONDS:
            self._take(largest, stamp)

    def _take(self, key: int, stamp: int) -> None:
        if key == self.current:
            return
        self.current, self._rival = key, None
        self._evidence.clear()
        self._spoke = stamp if self._talks(key) else None

    def _talks(self, key: int) -> bool:
        """Return whether somebody's lips move while a voice is heard."""
        return self._motion[key] >= 0.5
