"""What a user chooses from, and what is taken unless they do; needs nothing but Python itself.

The core and the tables of the ROS API, which launch files read, both take it from here.
"""

import re
from enum import Enum
from typing import TypeVar

from vico_listener.errors import SettingError

ACOUSTICS = ('vico_listener/1', 'vico_release')
"""The layouts of the acoustic features.

The first is this project's (`speech.features`), the second that of the public code of ViCo's
authors (`speech.release`).
"""

LISTEN_TO = ('speaker', 'speech', 'sound')
"""To whom the head listens: to the person in view, to any speech, to any voiced sound."""

LOOKAHEAD = (0, 30)
"""The smallest and largest number of ticks by which the sound may lie after the images."""

ATTEND = ('auto', 'largest', 'nearest')
"""To whom of several people the head attends: whoever speaks, or one of them by size or distance.

In place of these, the name of a person is a choice, too.
"""

OUTPUTS = ('absolute', 'offset')
"""What the head sends: where it shall be, or only how far the listener turns it."""

FOLLOW = ('off', 'face', 'person')
"""Whom the robot's gaze follows: nobody, the face in view, or also a voice of somebody out of view.
"""

FIGURE = 'maya'
"""The figure of the renderer `head3d`, unless another is chosen."""

THEME = 'paper'
"""The theme of the renderer `cartoon`, unless another is chosen."""

FACE_PORT = 8766
"""The port of the page that shows the listener's face, unless another is chosen."""

DASHBOARD_PORT = 8765
"""The port of the page of `vico live`, and of the dashboard, unless another is chosen."""

VOCAL = ('off', 'event', 'play')
"""What becomes of vocal backchannels: there are none, they are told of, or also played."""

TURN_ENDS = ('auto', 'model', 'rule')
"""What tells that the speaker's turn is over: a network where it is installed, or must be, or none.
"""

LARGEST_KNOB = 2.0
"""The largest value of a knob (`vico_listener.listener.knobs`); the smallest is 0."""

LARGEST_SEED = 2**31 - 1
"""The largest seed of a head or a personality."""

LARGEST_MOUNTING = {'forward': 2.0, 'left': 2.0, 'up': 2.0, 'pitch': 90.0, 'yaw': 180.0}
"""The largest parts of the mounting of a camera, m and deg."""


Choice = TypeVar('Choice', bound='_Named')


class _Named(str, Enum):
    """Something that a user chooses by its name."""

    @classmethod
    def parse(cls: type[Choice], name: object) -> Choice:
        """Return the one called `name`, in upper or lower case; one of them stays as it is.

        Raises:
            SettingError: there is none of that name; the message lists the choices.
        """
        if isinstance(name, cls):
            return name
        chosen = str(name).strip().lower()
        choices = [choice.value for choice in cls]
        if chosen not in choices:
            what = re.sub('(?<=[a-z])(?=[A-Z])', ' ', cls.__name__).lower()
            raise SettingError(f"unknown {what} '{name}': choose one of {', '.join(choices)}")
        return cls(chosen)


class Attitude(_Named):
    """The listener's attitude towards the speaker: e in section 3 of the paper."""

    POSITIVE = 'positive'
    NEUTRAL = 'neutral'
    NEGATIVE = 'negative'


class FinerAttitude(_Named):
    """What the three attitudes consist of, in the paper's words.

    Where each one lies among them is told in `vico_listener.listener.finer_attitudes`.
    """

    AGREE = 'agree'
    LIKE = 'like'
    INTERESTED = 'interested'
    DISBELIEVE = 'disbelieve'
    DISLIKE = 'dislike'
    NOT_INTERESTED = 'not_interested'


AnyAttitude = Attitude | FinerAttitude
"""What the parameter `attitude` takes."""

ATTITUDE_NAMES = tuple(one.value for kind in (Attitude, FinerAttitude) for one in kind)
"""The names of all attitudes, the three first."""


def parse_attitude(name: object) -> AnyAttitude:
    """Return the attitude called `name`, in upper or lower case; one of them stays as it is.

    Raises:
        SettingError: there is none of that name; the message lists the choices.
    """
    if isinstance(name, Attitude | FinerAttitude):
        return name
    chosen = str(name).strip().lower()
    if chosen not in ATTITUDE_NAMES:
        raise SettingError(f"unknown attitude '{name}': choose one of {', '.join(ATTITUDE_NAMES)}")
    finer = {one.value: one for one in FinerAttitude}
    return finer[chosen] if chosen in finer else Attitude(chosen)


class ConversationState(_Named):
    """What the robot does in a conversation: whose turn it is, and whether anybody is there."""

    LISTENING = 'listening'
    THINKING = 'thinking'
    SPEAKING = 'speaking'
    AWAY = 'away'


class Preset(_Named):
    """How much the listener moves, see `vico_listener.listener.knobs`."""

    ATTENTIVE = 'attentive'
    EVERYDAY = 'everyday'
    RECEPTIONIST = 'receptionist'
    CALM = 'calm'
