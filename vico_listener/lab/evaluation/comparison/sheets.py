"""Draws contact sheets: one portrait answers in rows of pictures (paper, figures 5, 6 and A4)."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vico_listener.choices import AnyAttitude
from vico_listener.clock import MODEL_RATE
from vico_listener.frames import Picture
from vico_listener.lab.dataset.clip_features import ClipFeatures
from vico_listener.lab.dataset.reference import first_face
from vico_listener.lab.dataset.reference import relative_track
from vico_listener.lab.evaluation.comparison.generation import Modality
from vico_listener.lab.evaluation.comparison.generation import answer
from vico_listener.lab.evaluation.comparison.generation import limited
from vico_listener.lab.evaluation.comparison.generation import other_speaker
from vico_listener.lab.evaluation.comparison.models import Model
from vico_listener.lab.evaluation.comparison.scores import TRUE
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.motion import FaceMotion
from vico_listener.render.renderers import Renderer

PICTURES = 8
"""Pictures in a row."""

SHOWN_SECONDS = 12.0
"""Longest time that a row covers."""

FACE_SHARE = 0.6
"""Share of the portrait's height and width, around its middle, that a sheet shows."""

INCHES = 1.1
DPI = 80
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Strip:
    """A row of a sheet: what it is called, and the motion of the portrait at T ticks."""

    label: str
    track: FaceTrack


def on_portrait(person: FaceTrack, reference: FaceMotion) -> FaceTrack:
    """Return a person's motion on another face: its change added to `reference`."""
    track = relative_track(person)
    first = first_face(track)
    expression = reference.expression + (track.expression - first.expression)
    if not track.basis.absolute_pose:
        expression = np.clip(expression, 0.0, 1.0).astype(np.float32)
        return FaceTrack(expression, track.rotation, track.translation, track.valid)
    # Small turns add up; the crop is that of the portrait.
    return FaceTrack(
        expression,
        reference.rotation + (track.rotation - first.rotation),
        reference.translation + (track.translation - first.translation),
        track.valid,
        np.tile(reference.crop, (len(track), 1)),
        track.basis,
    )


def people_strips(clip: ClipFeatures, reference: FaceMotion) -> list[Strip]:
    """Return the strips of the portrait as the speaker and as the true listener."""
    people = {'speaker': clip.speaker, TRUE: clip.listener}
    return [
        Strip(label, on_portrait(person, reference))
        for label, person in people.items()
        if person.valid.any()
    ]


def method_strips(
    models: Sequence[Model], clip: ClipFeatures, reference: FaceMotion
) -> list[Strip]:
    """Return a strip of every model that answers one clip."""
    return [Strip(m.label, answer(m.create(), clip, reference, seed=m.seed)) for m in models]


def attitude_strips(
    model: Model,
    clip: ClipFeatures,
    reference: FaceMotion,
    attitudes: Iterable[AnyAttitude] = Attitude,
) -> list[Strip]:
    """Return a strip of one model that answers one clip in each of some attitudes."""
    listener = model.create()
    return [
        Strip(attitude.value, answer(listener, clip, reference, attitude, model.seed))
        for attitude in attitudes
    ]


def modality_strips(
    model: Model, clip: ClipFeatures, clips: Sequence[ClipFeatures], reference: FaceMotion
) -> list[Strip]:
    """Return strips of a mirror and of one model with all of its input, and with a part removed."""
    listener = model.create()
    wrong = other_speaker(clip, clips)
    mirror = Model('mirroring', seed=model.seed)
    return [
        *method_strips([mirror], clip, reference),
        *(
            Strip(
                modality.value,
                answer(listener, limited(clip, modality, wrong), reference, seed=model.seed),
            )
            for modality in Modality
            if modality is not Modality.WRONG_AUDIO or wrong is not None
        ),
    ]


def pictures(renderer: Renderer, track: FaceTrack, ticks: Sequence[int]) -> list[Picture]:
    """Draw the portrait at some ticks; where the face is not valid it is as in the photo."""
    motions = [track.motion(tick) if track.valid[tick] else renderer.reference for tick in ticks]
    return [drawn(renderer, motion) for motion in motions]


def drawn(renderer: Renderer, motion: FaceMotion) -> Picture:
    """Return the middle of the picture of a face that has nothing to do with those before."""
    renderer.reset()
    return _middle(renderer.render(motion))


def _middle(image: Picture) -> Picture:
    edge = round(len(image) * (1 - FACE_SHARE) / 2)
    return image[edge : len(image) - edge, edge : len(image) - edge]


def draw_sheet(path: Path, title: str, renderer: Renderer, strips: Sequence[Strip]) -> None:
    """Write a JPEG: the portrait, then a row of evenly spaced pictures per strip."""
    longest = min(len(strips[0].track), round(SHOWN_SECONDS * MODEL_RATE))
    ticks = np.linspace(0, longest - 1, PICTURES + 1)[1:].round().astype(int).tolist()
    size = (INCHES * (PICTURES + 2), (INCHES + 0.05) * len(strips) + 0.5)
    figure = Figure(figsize=size, layout='constrained')
    figure.suptitle(title, fontsize=10)
    panels = figure.subplots(len(strips), PICTURES + 1, squeeze=False)
    for row, strip in zip(panels, strips, strict=True):
        own = drawn(renderer, renderer.reference)
        shown = [own, *pictures(renderer, strip.track, ticks)]
        for axes, picture in zip(row, shown, strict=True):
            axes.imshow(picture[..., ::-1])
            axes.set_xticks([])
            axes.set_yticks([])
        row[0].set_ylabel(strip.label, fontsize=8)
    panels[0, 0].set_title('reference', fontsize=8)
    for axes, tick in zip(panels[0, 1:], ticks, strict=True):
        axes.set_title(f'{tick / MODEL_RATE:.1f} s', fontsize=8)
    save_pictures(figure, path)


def save_pictures(figure: Figure, path: Path) -> None:
    """Write a figure full of photos as JPEG, in a fifth of the bytes of a PNG."""
    figure.savefig(path, format='jpg', dpi=DPI, pil_kwargs={'quality': JPEG_QUALITY})
