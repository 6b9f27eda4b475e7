"""Makes the parts of a `ListeningHead` from plain settings, and says which of these cannot be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vico_listener.arguments import check_number
from vico_listener.arguments import check_type
from vico_listener.bundled_files import TURN_MODEL
from vico_listener.bundled_files import bundled_path
from vico_listener.choices import ACOUSTICS
from vico_listener.choices import FOLLOW
from vico_listener.choices import LARGEST_SEED
from vico_listener.choices import LISTEN_TO
from vico_listener.choices import LOOKAHEAD
from vico_listener.choices import TURN_ENDS
from vico_listener.choices import VOCAL
from vico_listener.errors import SettingError
from vico_listener.listener import LISTENERS
from vico_listener.motion import Basis
from vico_listener.motion import FaceMotion
from vico_listener.perception.camera_on_head import Mounting
from vico_listener.perception.turn_listener import TurnListener
from vico_listener.render import RENDERERS
from vico_listener.render import Renderer
from vico_listener.render import create_renderer
from vico_listener.render import default_portrait_path
from vico_listener.render import load_portrait
from vico_listener.render import measure_portrait
from vico_listener.render.renderers import check_basis
from vico_listener.speech import AcousticStream
from vico_listener.speech import AudioFormat
from vico_listener.speech.echo_canceller import EchoCanceller
from vico_listener.speech.speech_network import SpeechNetwork
from vico_listener.speech.turn_network import turn_network

PLACES = ('portrait', 'robot', 'checkpoint', 'face_model', 'vocal_folder')
"""The settings that are paths."""

KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(('listener', 'face', 'renderer', 'runtime'), ((str,), 'a name')),
    **dict.fromkeys(PLACES, ((str, Path), 'a path or a name')),
    'knobs': ((Mapping, type(None)), 'a mapping of knobs to numbers, or None'),
    'audio': ((AudioFormat, type(None)), 'an AudioFormat, or None'),
    **dict.fromkeys(('idle', 'camera_on_head', 'mark'), ((bool,), 'True or False')),
    'mounting': ((Mounting,), 'a Mounting'),
}
"""What a setting must be, as types and in words."""

RANGES = {
    'fov_deg': (1.0, 179.0),
    'intensity': (0.0, 1.0),
    'audio_wait': (0.0, 60.0),
    'speaking_tail': (0.0, 5.0),
    'lookahead': LOOKAHEAD,
    'face_rate': (0.0, 120.0),
    'away_after': (0.0, 3600.0),
    'size': (16, 4096),
    'seed': (0, LARGEST_SEED),
    'personality': (0, LARGEST_SEED),
}
"""The smallest and largest value of a setting; seeds may also be None."""

CHOICES = {'listen_to': LISTEN_TO, 'vocal': VOCAL, 'follow': FOLLOW, 'turn_ends': TURN_ENDS}
"""What a setting is chosen from."""


def check_settings(settings: Mapping[str, Any]) -> None:
    """Check the kinds and ranges of the settings of a head, by their names.

    Raises:
        SettingError: one is of another kind or out of range; the message says which.
    """
    for name, (kinds, what) in KINDS.items():
        check_type(name, settings[name], kinds, what)
    for name, (low, high) in RANGES.items():
        if not (settings[name] is None and name in ('seed', 'personality')):
            check_number(name, settings[name], low, high)
    for name, choices in CHOICES.items():
        if settings[name] not in choices:
            raise SettingError(
                f"{name} must be one of {', '.join(choices)}, not '{settings[name]}'"
            )


def sorted_options(
    listener: str, renderer: str, given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return which of the options given are the listener's, and which the renderer's.

    Raises:
        PluginError: there is no such listener or renderer.
        SettingError: an option is of neither.
    """
    of_listener = LISTENERS.load(listener).OPTIONS
    of_renderer = RENDERERS.load(renderer).OPTIONS if renderer else ()
    unknown = given.keys() - {*of_listener, *of_renderer, 'face_model'}
    if unknown:
        names = ', '.join(sorted(unknown))
        raise SettingError(
            f"neither the listener '{listener}' nor the renderer '{renderer}' takes {names}"
        )
    return (
        {name: given[name] for name in of_listener if name in given},
        {name: given[name] for name in of_renderer if name in given},
    )


def check_understood(face: str, seen: Basis, listener: str, understood: Basis) -> None:
    """Check that the listener understands the faces that the backend sees.

    Raises:
        SettingError: their bases differ.
    """
    if seen is not understood:
        raise SettingError(
            f"the face backend '{face}' sees faces in the basis {seen.name}, the listener "
            f"'{listener}' understands {understood.name}: choose another of the two"
        )


def make_renderer(
    name: str, size: int, photo: str | Path, options: Mapping[str, Any], basis: Basis
) -> Renderer:
    """Return a renderer that draws motion in a basis.

    Args:
        name: the renderer.
        size: the width and height of its pictures, px.
        photo: the portrait; '' for none.
        options: its own options.
        basis: the basis of the motion.

    Raises:
        VicoError: it cannot be made, or draws another basis.
    """
    portrait = {'portrait': load_portrait(photo)} if photo else {}
    renderer = create_renderer(name, size=size, **options, **portrait)
    check_basis(renderer.basis, basis)
    return renderer


def measure_reference(portrait: str | Path, face_model: str | Path = '') -> FaceMotion:
    """Return the listener's own first face m_1, measured in its portrait.

    Args:
        portrait: a photo; '' for a neutral face, or for the default portrait in `bfm64`.
        face_model: Deep3D's `epoch_20.pth`, or a `.mat` of the portrait's coefficients, for a
            reference in `bfm64`; any other file for the default measurement in `arkit52`.

    Raises:
        VicoError: a file is missing or broken, or the photo shows no face.
    """
    if Path(face_model).suffix in ('.pth', '.mat'):
        # The import is late because it loads the pretrained networks.
        from vico_listener.render.pirender.pirenderer import measure_absolute

        photo = load_portrait(portrait or default_portrait_path())
        return measure_absolute(photo, face_model)[1]
    return measure_portrait(portrait) if portrait else FaceMotion.neutral()


def acoustic_stream(
    audio: AudioFormat,
    acoustics: str = ACOUSTICS[0],
    listen_to: str = LISTEN_TO[0],
    canceller: EchoCanceller | None = None,
) -> AcousticStream:
    """Return the stream that computes the features of audio of this format.

    Args:
        audio: the format.
        acoustics: the layout of the features.
        listen_to: to whom the head listens.
        canceller: what frees the audio from the robot's own voice; None if nothing does.

    Raises:
        AudioFormatError: the audio is not PCM of a known format.
        SettingError: the rate is out of range, or the layout is unknown.
        NotInstalledError: the network that tells speech from other sounds is missing.
    """
    audio.check()  # before the network is read, which takes its time
    network = None if listen_to == 'sound' else SpeechNetwork()
    return AcousticStream(
        audio.sample_rate,
        audio.channels,
        audio.sample_format,
        acoustics,
        network,
        audio.channel,
        canceller,
    )


def turn_listener(turn_ends: str, waits: bool) -> TurnListener | None:
    """Return what asks in pauses whether the turn is over; None to leave that to the rule.

    Args:
        turn_ends: one of `TURN_ENDS`.
        waits: see `TurnListener`.

    Raises:
        NotInstalledError: the network is wanted, and its file has not been fetched.
        OnnxFileError: its file is damaged.
    """
    if turn_ends == 'rule' or (turn_ends == 'auto' and bundled_path(TURN_MODEL) is None):
        return None
    return TurnListener(turn_network().probability, waits)
