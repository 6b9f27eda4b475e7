"""Reads faces that a phone or a headset has measured, from CSV: one row an image.

Live Link Face   `Timecode` (h:m:s:images), 52 ARKit coefficients, `HeadYaw`, `HeadPitch`,
                 `HeadRoll`, as the app of Epic Games exports them
Meta Quest Pro   `time` (s) and 63 weights named as in OpenXR's XR_FB_face_tracking, with or without
                 `XR_FACE_EXPRESSION_` and `_FB`; HeadYaw, HeadPitch, HeadRoll where there are any

Names are compared without case and underscores. The head turns as the plugin AppleARKitFaceSupport
of Epic Games converts ARKit's pose: a value of 1 is 180 degrees; positive is to the own right
(yaw), down (pitch), and to the own left (roll). Weights are matched by the tables of docs.vrcft.io,
which compare both with the Unified Expressions.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vico_listener.clock import MODEL_RATE
from vico_listener.lab.dataset.vico.foreign_tables import LayoutError
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import ARKIT_INDEX
from vico_listener.motion import ARKIT_NAMES

HEAD_DEGREES = 180.0
"""The angle that a head value of 1 means, deg."""
TIMECODE_RATE = 60.0
"""Images a second by which a timecode counts, unless another is told: the app's usual one."""
COUNTED = 0.9
"""In a file of two seconds or more the timecode must count up to this share of that rate."""
LONGEST_GAP = 0.2
"""A gap between two rows that is longer, s, is a loss of tracking: the face was not seen."""
MOST_DEGREES = 70.0
"""A head that turns further than this in 1 % of the time is not that of a listener."""
FEWEST = 20
"""A file with fewer coefficients than that is no face."""

_SIDES = {'Left': 'l', 'Right': 'r'}
_QUEST: dict[str, tuple[str, ...]] = {
    'browInnerUp': ('innerbrowraiserl', 'innerbrowraiserr'),
    'cheekPuff': ('cheekpuffl', 'cheekpuffr'),
    'jawForward': ('jawthrust',),
    'jawOpen': ('jawdrop',),
    'jawLeft': ('jawsidewaysleft',),
    'jawRight': ('jawsidewaysright',),
    'mouthClose': ('lipstoward',),
    'mouthFunnel': ('lipfunnelerlb', 'lipfunnelerlt', 'lipfunnelerrb', 'lipfunnelerrt'),
    'mouthPucker': ('lippuckerl', 'lippuckerr'),
    'mouthLeft': ('mouthleft',),
    'mouthRight': ('mouthright',),
    'mouthRollLower': ('lipsucklb', 'lipsuckrb'),
    'mouthRollUpper': ('lipsucklt', 'lipsuckrt'),
    'mouthShrugLower': ('chinraiserb',),
    'mouthShrugUpper': ('chinraisert',),
    'eyeLookInLeft': ('eyeslookrightl',),
    'eyeLookOutLeft': ('eyeslookleftl',),
    'eyeLookInRight': ('eyeslookleftr',),
    'eyeLookOutRight': ('eyeslookrightr',),
    'tongueOut': ('tongueout',),
    **{
        f'{arkit}{side}': (f'{weight}{letter}',)
        for side, letter in _SIDES.items()
        for arkit, weight in {
            'browDown': 'browlowerer',
            'browOuterUp': 'outerbrowraiser',
            'cheekSquint': 'cheekraiser',
            'eyeBlink': 'eyesclosed',
            'eyeLookDown': 'eyeslookdown',
            'eyeLookUp': 'eyeslookup',
            'eyeSquint': 'lidtightener',
            'eyeWide': 'upperlidraiser',
            'mouthDimple': 'dimpler',
            'mouthFrown': 'lipcornerdepressor',
            'mouthLowerDown': 'lowerlipdepressor',
            'mouthPress': 'lippressor',
            'mouthSmile': 'lipcornerpuller',
            'mouthStretch': 'lipstretcher',
            'mouthUpperUp': 'upperlipraiser',
            'noseSneer': 'nosewrinkler',
        }.items()
    },
}
"""The weights of a Quest Pro whose mean is an ARKit coefficient."""


def read_face_csv(
    path: Path, head_degrees: float = HEAD_DEGREES, timecode_rate: float = TIMECODE_RATE
) -> tuple[FaceTrack, list[str]]:
    """Read a face at the 30 Hz of the model clock; tick 0 is its first row.

    Args:
        path: the file.
        head_degrees: the angle that a head value of 1 means, deg; 57.2958 where values are rad.
        timecode_rate: images a second by which the timecode counts.

    Returns:
        the track, which stays in place (no file tells where the head is), and what is odd about it.

    Raises:
        LayoutError: it is no such file, or its times do not rise.
    """
    table = _columns(path)
    times = _times(table, path, timecode_rate)
    expression, lacking = _expression(table, path)
    notes = [f'{path.name} has no {", ".join(lacking)}: they are 0'] if lacking else []
    rotation = np.zeros((len(times), 3))
    head = [table[name] for name in ('headroll', 'headpitch', 'headyaw') if name in table]
    if len(head) < 3:
        notes.append(f'{path.name} does not tell how the head turns: it counts as still')
    else:
        signs = np.array([-1.0, 1.0, -1.0])
        rotation = np.radians(np.stack(head, axis=1) * signs * head_degrees)
        largest = np.degrees(np.nanpercentile(np.abs(rotation), 99))
        notes.append(f'{path.name}: the head turns by up to {largest:.0f} degrees')
        if largest > MOST_DEGREES:
            notes.append(f'{path.name}: people turn less: is --head-degrees right?')
    return _on_ticks(times, expression, rotation), notes


def _columns(path: Path) -> dict[str, NDArray]:
    """Return the columns by their squeezed names: numbers as floats, the timecode as text."""
    try:
        with path.open(newline='', encoding='utf-8-sig') as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LayoutError(f'{path.name} cannot be read: {error}') from None
    if len(rows) < 3:
        raise LayoutError(f'{path.name} holds no face: it has {len(rows)} rows')
    names = [_squeezed(cell) for cell in rows[0]]
    short = next((n for n, row in enumerate(rows, 1) if len(row) != len(names)), 0)
    if short:
        raise LayoutError(
            f'{path.name}:{short}: {len(rows[short - 1])} cells, the header has {len(names)}: '
            'was the recording broken off? Delete the line'
        )
    columns: dict[str, NDArray] = {}
    for name, cells in zip(names, zip(*rows[1:], strict=True), strict=True):
        columns[name] = (
            np.array(cells) if name == 'timecode' else np.array(list(map(_float, cells)))
        )
    return columns


def _squeezed(name: str) -> str:
    plain = re.sub(r'[\s_]', '', name).lower().removeprefix('xrfaceexpression')
    return re.sub(r'fb$', '', plain)


def _float(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _times(table: Mapping[str, NDArray], path: Path, rate: float) -> NDArray[np.float64]:
    """Return the seconds since the first row."""
    if 'timecode' in table:
        seconds, images = np.array([_timecode(t, path, rate) for t in table['timecode']]).T
        seconds = seconds + 86_400.0 * np.cumsum(np.diff(seconds, prepend=seconds[0]) < -43_200)
        most = int(images.max()) + 1
        if seconds[-1] - seconds[0] >= 2 and most < COUNTED * rate:
            raise LayoutError(
                f'{path.name}: its timecode counts {most} images a second, and not {rate:g}: tell '
                f'--timecode-rate {most}'
            )
        times = seconds + images / rate
    else:
        name = next((n for n in ('time', 'timestamp', 'seconds') if n in table), None)
        if name is None:
            raise LayoutError(f'{path.name} has no column Timecode or time')
        times = np.asarray(table[name], np.float64)
    if not np.isfinite(times).all() or (np.diff(times) < 0).any():
        row = int(np.argmax(~np.isfinite(times) | (np.diff(times, prepend=times[0]) < 0)))
        raise LayoutError(f'{path.name}:{row + 2}: its time is not after that of the line before')
    return np.asarray(times - times[0], np.float64)


def _timecode(text: str, path: Path, rate: float) -> tuple[float, float]:
    """Return s and images of '14:03:52:28.207': hours, minutes, seconds, images, parts of one."""
    found = re.fullmatch(r'(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)', text.strip())
    if found is None:
        raise LayoutError(f"{path.name}: '{text}' is no timecode, h:m:s:images")
    hours, minutes, seconds, images = (float(part) for part in found.groups())
    if images >= rate:
        raise LayoutError(
            f'{path.name}: the timecode {text} counts more than {rate:g} images a second: '
            'tell --timecode-rate'
        )
    return 3600 * hours + 60 * minutes + seconds, images


def _expression(table: Mapping[str, NDArray], path: Path) -> tuple[NDArray, list[str]]:
    """Return (N, 52) coefficients, and the names of those that the file does not have."""
    count = len(next(iter(table.values())))
    values, lacking = np.zeros((count, len(ARKIT_NAMES))), []
    quest = 'jawdrop' in table
    for name, column in ARKIT_INDEX.items():
        sources = _QUEST[name] if quest else (name.lower(),)
        known = [table[source] for source in sources if source in table]
        if known:
            values[:, column] = np.mean(known, axis=0)
        else:
            lacking.append(name)
    if len(ARKIT_NAMES) - len(lacking) < FEWEST:
        raise LayoutError(
            f'{path.name} holds no face: it has {len(ARKIT_NAMES) - len(lacking)} of 52 ARKit '
            'coefficients, and no weights of a Quest Pro'
        )
    return values, lacking


def _on_ticks(times: NDArray, expression: NDArray, rotation: NDArray) -> FaceTrack:
    """Interpolate between rows; a tick in a gap, or beside a number that is none, is not valid."""
    rows = np.hstack([np.clip(expression, 0, 1), rotation])
    fine = np.isfinite(rows).all(axis=1)
    ticks = np.arange(int(np.floor(times[-1] * MODEL_RATE + 1e-6)) + 1) / MODEL_RATE
    if not fine.any():
        raise LayoutError('no row holds numbers only')
    kept = times[fine]
    rotation_columns = np.unwrap(rows[fine][:, -3:], axis=0)
    columns = [*rows[fine][:, :-3].T, *rotation_columns.T]
    values = np.stack([np.interp(ticks, kept, column) for column in columns], axis=1)
    after = np.clip(np.searchsorted(kept, ticks), 0, len(kept) - 1)
    before = np.clip(after - 1, 0, None)
    exact = np.abs(kept[after] - ticks) < 1e-9
    seen = exact | (np.abs(kept[after] - kept[before]) <= LONGEST_GAP)
    seen &= (ticks >= kept[0] - LONGEST_GAP) & (ticks <= kept[-1] + LONGEST_GAP)
    return FaceTrack(
        expression=values[:, :-3].astype(np.float32),
        rotation=values[:, -3:].astype(np.float32),
        translation=np.zeros((len(ticks), 3), np.float32),
        valid=seen,
    )
