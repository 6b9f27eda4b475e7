"""Draws what renderers make of attitudes and of every coefficient, for people to choose by."""

from collections.abc import Mapping
from collections.abc import Sequence

from vico_listener.frames import Picture
from vico_listener.lab.evaluation.render_check.probes import Probe
from vico_listener.lab.evaluation.render_check.probes import channel
from vico_listener.lab.evaluation.render_check.sheet import arranged
from vico_listener.lab.evaluation.render_check.sheet import tile
from vico_listener.listener.style import FAINTEST_SMILE
from vico_listener.listener.style import STYLES
from vico_listener.motion import ARKIT_NAMES
from vico_listener.motion import Attitude
from vico_listener.render.renderers import Renderer

COLUMNS = 7

FACE_TOP = 0.2
"""Which share of the rows that are cut off lies above the face."""

LIVELY = (
    Probe(
        'laugh',
        {'mouthSmile': 0.95, 'jawOpen': 0.5, 'cheekSquint': 0.5, 'eyeSquint': 0.4},
        degrees=(6.0, 0.0, 14.0),
    ),
    Probe('surprise', {'browInnerUp': 0.8, 'browOuterUp': 0.5, 'eyeWide': 0.6, 'jawOpen': 0.35}),
)


def attitude_probes() -> dict[Attitude, Probe]:
    """Return a moment of each attitude: a nod with a smile, rest, displeasure."""
    glad, cross = STYLES[Attitude.POSITIVE], STYLES[Attitude.NEGATIVE]
    return {
        Attitude.POSITIVE: Probe(
            'positive',
            {'mouthSmile': glad.smile + glad.smile_pulse},
            degrees=(glad.tilt, glad.depth, 0.0),
        ),
        Attitude.NEUTRAL: Probe('neutral', {'mouthSmile': 0.0}),
        Attitude.NEGATIVE: Probe(
            'negative',
            {'mouthSmile': FAINTEST_SMILE},
            {'browDown': cross.brow_down, 'mouthFrown': cross.frown, 'mouthPress': cross.press},
            degrees=(0.0, cross.chin, -cross.depth),
        ),
    }


def attitude_sheet(renderers: Mapping[str, Renderer]) -> Picture:
    """Return a row of pictures for each attitude, with a column for each renderer, by its title.

    Pictures that are larger than the smallest one are cut to its size, around the face.
    """
    rows = [
        {title: _picture(renderer, probe) for title, renderer in renderers.items()}
        for probe in attitude_probes().values()
    ]
    size = min(picture.shape[0] for picture in rows[0].values())
    tiles = [
        tile(_face_in(picture, size), [f'{title}, {attitude.value}'])
        for attitude, row in zip(attitude_probes(), rows, strict=True)
        for title, picture in row.items()
    ]
    return arranged(tiles, len(renderers))


def _face_in(picture: Picture, size: int) -> Picture:
    """Return the part of a picture (size, size, 3) in which faces are: its middle, near the top."""
    height, width = picture.shape[:2]
    top, left = round(FACE_TOP * (height - size)), (width - size) // 2
    return picture[top : top + size, left : left + size]


def expression_sheet(renderers: Mapping[str, Renderer]) -> Picture:
    """Return a row of pictures for each renderer: each attitude, a laugh, a surprise."""
    probes = (*attitude_probes().values(), *LIVELY)
    tiles = [
        tile(_picture(renderer, probe), [f'{title}, {probe.label}'])
        for title, renderer in renderers.items()
        for probe in probes
    ]
    return arranged(tiles, len(probes))


def channel_sheet(renderer: Renderer, values: Sequence[float] = (0.5, 1.0)) -> Picture:
    """Return the face at rest, then each coefficient at each value, both sides at once."""
    tiles = [tile(_picture(renderer, Probe('rest')), ['at rest'])] * len(values)
    for name in dict.fromkeys(map(channel, ARKIT_NAMES)):
        for value in values:
            picture = _picture(renderer, Probe(name, {name: value}))
            tiles.append(tile(picture, [f'{name} {value:g}']))
    return arranged(tiles, COLUMNS * len(values))


def _picture(renderer: Renderer, probe: Probe) -> Picture:
    renderer.reset()
    return renderer.render(probe.motion(renderer.reference))
