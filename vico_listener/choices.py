"""What a user chooses from by name, and how large a seed may be; needs nothing but Python itself.

The core and the tables of the ROS API, which launch files read, both take it from here.
"""

from enum import Enum

from vico_listener.errors import SettingError

ACOUSTICS = ('vico_listener/1', 'vico_release')
"""The layouts of the acoustic features.

The first is this project's (`speech.features`), the second that of the public code of ViCo's
authors (`speech.release`).
"""

LISTEN_TO = ('speaker', 'speech', 'sound')
"""To whom the head listens: to the person in view, to any speech, to any voiced sound."""

LARGEST_SEED = 2**31 - 1
"""The largest seed of a head or a personality."""


class Attitude(str, Enum):
    """The listener's attitude towards the speaker: e in section 3 of the paper."""

    POSITIVE = 'positive'
    NEUTRAL = 'neutral'
    NEGATIVE = 'negative'

    @classmethod
    def parse(cls, name: str) -> 'Attitude':
        """Return the attitude called `name`, in upper or lower case.

        Raises:
            SettingError: there is no such attitude; the message lists the choices.
        """
        try:
            return cls(name.strip().lower())
        except ValueError:
            choices = ', '.join(a.value for a in cls)
            raise SettingError(f"unknown attitude '{name}': choose one of {choices}") from None
