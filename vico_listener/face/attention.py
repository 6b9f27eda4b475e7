"""To whom of the people in view the head attends: whoever speaks, or one who is named."""

from collections.abc import Sequence
from math import isfinite
from math import nan
from math import radians
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from vico_listener.arguments import check_type
from vico_listener.choices import ATTEND
from vico_listener.errors import DataError
from vico_listener.errors import SettingError
from vico_listener.face.people import People
from vico_listener.face.people import Person
from vico_listener.face.people import name_of
from vico_listener.face.selection import Candidate
from vico_listener.face.selection import SelectionSettings
from vico_listener.face.selection import SpeakerSelector
from vico_listener.frames import PersonInView
from vico_listener.motion import FaceMotion

HALF_TURN = 180.0
"""The farthest that a sound may be to either side, degrees."""


class Attention:
    """Chooses the speaker among people who are followed, and says who is there.

    Args:
        people: who are followed.
        settings: how the speaker is chosen.
        patience: how long a speaker out of view remains the speaker while others are in view, s.

    Attributes:
        gone: the name of whoever was attended to and is no longer followed; '' for nobody.
    """

    def __init__(self, people: People, settings: SelectionSettings, patience: float) -> None:
        self._people = people
        self._selector = SpeakerSelector(settings)
        self._patience_ns = round(patience * 1e9)
        self.gone = ''
        self._left_out: frozenset[str] = frozenset()

    def reset(self) -> None:
        """Forget who spoke."""
        self._selector.reset()

    @property
    def speaker(self) -> int | None:
        """The key of the speaker; None while there is nobody."""
        return self._selector.current

    @property
    def whom(self) -> str:
        """To whom the head attends: one of `ATTEND`, or the name of a person."""
        whom = self._selector.attend
        return name_of(whom) if isinstance(whom, int) else whom

    @property
    def place(self) -> NDArray[np.float32] | None:
        """(3,) the translation of the speaker's face in metres, see `Person.place`."""
        speaker = self._people.get(self.speaker)
        return None if speaker is None else speaker.place

    def attend_to(self, whom: str) -> None:
        """Attend to whoever speaks, or to one person.

        Args:
            whom: one of `ATTEND`, or the name of a person who is followed. When they are followed
                no more, whoever speaks is attended to, and `gone` tells their name.

        Raises:
            SettingError: nobody of that name is followed.
        """
        keys = {person.name: person.key for person in self._people.everybody}
        check_attend(whom, list(keys))
        self._selector.attend = keys.get(whom, whom)
        self.gone = ''

    def leave_out(self, names: frozenset[str]) -> None:
        """Attend to none of these people as long as others are in view, unless one is named."""
        self._left_out = names

    def hear_from(self, azimuth: float, stamp: int) -> None:
        """Take in from where sound comes, which counts for half a second.

        Args:
            azimuth: degrees, positive to the left, of the camera's axis, or of the robot's where
                the pose of a camera on the head is known.
            stamp: when, ns.

        Raises:
            SettingError: the azimuth is not a number.
            DataError: it is not finite, or beyond half a turn to either side.
        """
        check_type('azimuth', azimuth, Real, 'a number of degrees')
        if not isfinite(azimuth):
            raise DataError(f'the direction of a sound must be finite, got {azimuth}')
        if abs(azimuth) > HALF_TURN:
            raise DataError(
                f'the direction of a sound must be between -180 and 180 degrees, got {azimuth:g}'
            )
        self._selector.hear_from(radians(azimuth), stamp)

    def sound_at(self, stamp: int) -> float:
        """Return from where sound comes at a stamp (ns), rad; nan where that is not known."""
        return self._selector.sound_at(stamp)

    def choose(self, stamp: int, speaking: bool, level: float | None) -> Person | None:
        """Return the speaker, see `SpeakerSelector.choose`."""
        whom = self._selector.attend
        if isinstance(whom, int) and self._people.get(whom) is None:
            self.gone, self._selector.attend = name_of(whom), ATTEND[0]
        candidates = []
        for person in self._people.everybody:
            if person.visible or stamp - person.seen <= self._patience_ns:
                face = person.face
                lips = face.mouth_opening if person.fresh else None
                candidates.append(
                    Candidate(person.key, face.size, lips, person.distance, person.azimuth)
                )
                person.fresh = False
        if self._left_out and not isinstance(whom, int):
            others = [c for c in candidates if name_of(c.key) not in self._left_out]
            candidates = others or candidates
        return self._people.get(self._selector.choose(candidates, stamp, speaking, level))

    def in_view(self, width: int, height: int) -> tuple[PersonInView, ...]:
        """Return the people in view of images of a size (px), the speaker first."""
        seen = [self._in_view(person, width, height) for person in self._people.visible()]
        return tuple(sorted(seen, key=lambda person: not person.attended))

    def _in_view(self, person: Person, width: int, height: int) -> PersonInView:
        x0, y0, x1, y1 = person.face.box.tolist()
        return PersonInView(
            person.name,
            (x0 / width, y0 / height, x1 / width, y1 / height),
            nan if person.distance is None else person.distance,
            nan if person.azimuth is None else person.azimuth,
            self._selector.score(person.key),
            person.key == self.speaker,
        )


def check_attend(whom: str, names: Sequence[str]) -> None:
    """Check that a head can attend to somebody.

    Args:
        whom: one of `ATTEND`, or a name.
        names: of everybody who is followed.

    Raises:
        SettingError: it is neither; the message says who is there.
    """
    if whom not in ATTEND and whom not in names:
        there = f'in view: {", ".join(names)}' if names else 'nobody is in view'
        raise SettingError(
            f"attend: there is no person '{whom}' ({there}): choose one of those in view, "
            f'or {", ".join(ATTEND)}'
        )


def place_of(motion: FaceMotion) -> NDArray[np.float32] | None:
    """Return where a face is (see `FaceMotion.translation`); None if not known in metres."""
    known = motion.basis.translation_unit == 'm' and np.isfinite(motion.translation).all()
    return motion.translation if known else None
