"""Lets a listener of each kind listen to one speaker, draws it, and reads the pictures again."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.errors import DataError
from vico_listener.face import create_backend
from vico_listener.frames import Picture
from vico_listener.lab.dataset.vico.extraction import perceive
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.events import TrackEvents
from vico_listener.lab.glances.told_apart import Shown
from vico_listener.lab.reactions.paired_runs import motion
from vico_listener.lab.reactions.scene import perceived
from vico_listener.lab.reactions.scene import synthetic_scene
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render import Renderer
from vico_listener.render import create_renderer
from vico_listener.render import load_portrait
from vico_listener.render.picture_reader import PictureReader

EVERY = 3
"""One picture in so many is read: ten a second."""

PICTURES = 6
"""So many pictures of each listener are kept, for people to look at."""


@dataclass(frozen=True)
class Viewing:
    """What is listened to, and shown how.

    Attributes:
        model: the listener; its seed counts up from speaker to speaker.
        kinds: the attitude and the seed of the personality (None: the default one) of each kind.
        renderer, looks: the renderer, and what it is made with: portrait (a file), figure, theme.
        size: the width and height of the pictures, px.
        clips: videos of speakers; without any, they are made up.
        seconds: how long a made-up speaker speaks, s.
    """

    model: Model
    kinds: Mapping[str, tuple[Attitude, int | None]]
    renderer: str
    looks: tuple[tuple[str, str], ...] = ()
    size: int = 256
    clips: tuple[Path, ...] = ()
    seconds: float = 25.0


@dataclass(frozen=True)
class Viewed:
    """One listener who listened to one speaker.

    Attributes:
        commanded: its motion; events: the same for the detectors of events.
        read: what the tracker reads of the pictures; None if it finds no face in the first one.
        pictures: some of them, evenly spread over the time.
    """

    commanded: Shown
    events: TrackEvents
    read: Shown | None
    pictures: tuple[Picture, ...]


@lru_cache(maxsize=1)
def _renderer(name: str, looks: tuple[tuple[str, str], ...], size: int) -> Renderer:
    """Return a renderer, which is made once for all speakers: a portrait is measured."""
    options = {
        key: load_portrait(Path(value)) if key == 'portrait' else value for key, value in looks
    }
    return create_renderer(name, size=size, **options)


def view(viewing: Viewing, number: int) -> list[Viewed]:
    """Return what the listener of each kind shows to the speaker of a number.

    Raises:
        DataError: a clip holds nothing that can be used.
    """
    if viewing.clips:
        clip = viewing.clips[number]
        frames = perceive(clip, clip)
        speaker = str(clip)
    else:
        scene, _ = synthetic_scene(number, viewing.seconds)
        frames = perceived(scene)
        speaker = str(number)
    renderer = _renderer(viewing.renderer, viewing.looks, viewing.size)
    seen = []
    for kind, (attitude, personality) in viewing.kinds.items():
        model = replace(viewing.model, seed=viewing.model.seed + number, personality=personality)
        events = motion(model, attitude, frames, renderer.reference)
        track = events.track
        arrays = (track.rotation, track.translation, track.expression)
        read, pictures = _drawn(renderer, arrays)
        seen.append(
            Viewed(
                Shown(kind, speaker, float(MODEL_RATE), *arrays),
                events,
                None if read is None else Shown(kind, speaker, MODEL_RATE / EVERY, *read),
                pictures,
            )
        )
    return seen


Arrays = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Rotation, translation and expression of consecutive ticks."""


def _drawn(renderer: Renderer, arrays: Arrays) -> tuple[Arrays | None, tuple[Picture, ...]]:
    """Draw every tick, and return what was read of some pictures, and some others to look at."""
    renderer.reset()
    try:
        still = renderer.render(renderer.reference)
        reader = PictureReader(create_backend('landmarker'), still, renderer.FOV_DEG)
    except DataError:
        reader = None  # no face that the tracker knows, as a drawn one: judged by people
    renderer.reset()
    count = len(arrays[0])
    kept = set(np.linspace(0.1 * count, 0.95 * count, PICTURES).astype(int).tolist())
    rows, pictures = [], []
    for tick, (rotation, translation, expression) in enumerate(zip(*arrays, strict=True)):
        picture = renderer.render(
            FaceMotion(
                expression.astype(np.float32),
                rotation.astype(np.float32),
                translation.astype(np.float32),
            )
        )
        if tick in kept:
            pictures.append(picture)
        if reader is not None and tick % EVERY == 0:
            rows.append(_row(reader, picture))
    if reader is None:
        return None, tuple(pictures)
    rotation, translation, expression = np.split(np.array(rows), [3, 6], axis=1)
    return (rotation, translation, expression), tuple(pictures)


def _row(reader: PictureReader, picture: Picture) -> NDArray[np.float64]:
    """Return rotation and translation since the still, and expression (58,); NaN without a face."""
    face = reader.read(picture)
    if face is None:
        return np.full(58, np.nan)
    rest, now = reader.still.motion, face.motion
    return np.concatenate(
        [now.rotation - rest.rotation, now.translation - rest.translation, now.expression]
    ).astype(np.float64)
