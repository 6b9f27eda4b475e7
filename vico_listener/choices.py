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
        return cls(_chosen('attitude', name, [choice.value for choice in cls]))


class ConversationState(str, Enum):
    """What the robot does in a conversation: whose turn it is, and whether anybody is there."""

    LISTENING = 'listening'
    THINKING = 'thinking'
    SPEAKING = 'speaking'
    AWAY = 'away'

    @classmethod
    def parse(cls, name: str) -> 'ConversationState':
        """Return the state called `name`, in upper or lower case.

        Raises:
            SettingError: there is no such state; the message lists the choices.
        """
        return cls(_chosen('conversation state', name, [choice.value for choice in cls]))


def _chosen(what: str, name: str, choices: list[str]) -> str:
    chosen = name.strip().lower()
    if chosen not in choices:
        raise SettingError(f"unknown {what} '{name}': choose one of {', '.join(choices)}")
    return chosen
