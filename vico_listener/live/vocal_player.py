"""Plays the listener's vocal backchannels on a loudspeaker."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vico_listener.clock import NANOSECONDS
from vico_listener.clock import TICK_NS
from vico_listener.dependencies import remedy
from vico_listener.errors import UnavailableError
from vico_listener.listener.agent import ListeningAgent
from vico_listener.listener.listener_event import ListenerEvent
from vico_listener.listener.vocals import ALL_TOKENS
from vico_listener.media.vocal_clips import Clips
from vico_listener.media.vocal_clips import VocalClip
from vico_listener.media.vocal_clips import clips_of
from vico_listener.media.vocal_clips import lengths


class VocalPlayer:
    """Plays each sound when it is due, in a thread of its own, so that no tick waits for it.

    Args:
        clips: what can be said.
        may: whether the listener still listens when a sound is due; else it is left out.
        on_play: is told of each clip right before it is played, in the thread that plays it.
        sounddevice: the module of this name; None to import it.

    Raises:
        UnavailableError: there is no loudspeaker, or what plays on one is not installed.
    """

    def __init__(
        self,
        clips: Clips,
        may: Callable[[], bool],
        on_play: Callable[[VocalClip], object] = lambda clip: None,
        sounddevice: Any = None,
    ) -> None:
        self._clips, self._may, self._on_play = clips, may, on_play
        self._sounddevice = sounddevice or _sounddevice()
        try:
            self._sounddevice.query_devices(None, 'output')
        except (ValueError, self._sounddevice.PortAudioError) as error:
            raise UnavailableError(f'there is no loudspeaker to say "mm-hm" on: {error}') from error
        self._timer: threading.Timer | None = None
        self.problem = ''
        """Why the last sound could not be played; '' if it was."""

    def say(self, event: ListenerEvent) -> None:
        """Play the sound of an event, if it has one, when it is due; called at its decision."""
        if event.vocal is None:
            return
        clip = self._clips[event.vocal.token][event.vocal.take]
        wait = max(event.vocal.onset - event.stamp - TICK_NS, 0) / NANOSECONDS
        self._timer = threading.Timer(wait, self._play, (clip,))
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Leave out a sound that has not begun."""
        if self._timer is not None:
            self._timer.cancel()

    def join(self) -> None:
        """Wait until the last sound has begun, or was left out."""
        if self._timer is not None:
            self._timer.join()

    def _play(self, clip: VocalClip) -> None:
        if not self._may():
            return
        self._on_play(clip)
        try:
            self._sounddevice.play(clip.samples, clip.rate)
            self.problem = ''
        except self._sounddevice.PortAudioError as error:
            self.problem = str(error)


def player_for(
    agent: ListeningAgent, folder: str | Path, on_play: Callable[[VocalClip], object]
) -> VocalPlayer:
    """Let an agent decide on vocal backchannels of which there are clips, and return their player.

    Args:
        agent: who decides on them.
        folder: the folder of the clips; '' for those that eSpeak NG makes.
        on_play: is told of each clip right before it is played, in a thread of the player.

    Raises:
        VicoError: there is no clip, no eSpeak NG or no loudspeaker; the message says which.
    """
    clips = clips_of(folder, ALL_TOKENS)
    player = VocalPlayer(clips, lambda: agent.listens, on_play)
    agent.set_vocal(True, lengths(clips))
    return player


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ModuleNotFoundError as error:
        name = error.name or 'sounddevice'
        raise UnavailableError(
            f'a sound needs the Python module {name!r}: {remedy(name)}'
        ) from error
    except OSError as error:
        raise UnavailableError(
            f'a sound needs PortAudio ({error}): sudo apt install libportaudio2'
        ) from error
    return sounddevice
