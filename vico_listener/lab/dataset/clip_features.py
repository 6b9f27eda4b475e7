"""Holds the features of a clip, both faces and the speaker's audio, in one .npz per clip."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile
from zipfile import is_zipfile

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from vico_listener.choices import ACOUSTICS
from vico_listener.clock import tick_stamp
from vico_listener.errors import DataError
from vico_listener.frames import ACOUSTIC_SIZE
from vico_listener.frames import SpeakerFrame
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude
from vico_listener.motion import basis_by_name

FACES = ('speaker', 'listener')
ARRAYS = ('expression', 'rotation', 'translation', 'crop', 'valid')
LABEL = 'label_'
"""What the names of the labels' arrays begin with."""
STATISTICS = 'statistics.npz'
"""Means and deviations of the train split, in the same folder."""
_BROKEN = (OSError, KeyError, TypeError, ValueError, EOFError, BadZipFile)
"""What reading a file raises that is not what it should be."""
SPLITS = ('train', 'test', 'ood')
"""Splits of a data set; the identities of `test` all occur in `train`, those of `ood` never."""


@dataclass
class Labels:
    """What a teacher decided as it listened, over the T ticks of a clip in `arkit52`.

    Attributes:
        attitude: (T,) index into `ATTITUDES`, as asked for: it may change within the clip.
        personality: (10,), in the order of the fields of `Personality`.
        reference: (52,) expression of the listener's first face, before the first tick.
        posture: (T, 3) rad, shift: (T, 3) m, change: (T, 52): what is no gesture and no episode,
            see `Behaviour`; `shift` is its translation.
        gestures: (N, 8) decided gestures, columns `GESTURE_FIELDS`.

    Raises:
        DataError: lengths differ, or a gesture lies outside the clip.
    """

    attitude: NDArray[np.int8]
    personality: NDArray[np.float32]
    reference: NDArray[np.float32]
    posture: NDArray[np.float32]
    shift: NDArray[np.float32]
    change: NDArray[np.float32]
    gestures: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self)
        if {len(self.posture), len(self.shift), len(self.change)} != {count}:
            raise DataError('labels of different lengths')
        ticks = self.gestures[:, 0]
        if ((ticks < 0) | (ticks >= count)).any():
            raise DataError(f'a gesture is labelled outside the {count} ticks of the clip')

    def __len__(self) -> int:
        return len(self.attitude)


LABELS = tuple(f.name for f in fields(Labels))
"""Names of the arrays."""


@dataclass
class ClipFeatures:
    """What is known of one clip, at the 30 Hz of the model clock.

    Attributes:
        clip: its name, unique in the data set.
        split: train, test or ood.
        attitude: attitude of the listener throughout the clip.
        speaker_id, listener_id: identities.
        acoustic: (T, 45) of the speaker; speaking, heard: (T,) whether the speaker is heard or,
            without audio, seen to speak, and whether there was audio.
        pitch: (T,) pitch of the speaker's voice, Hz; 0 where it is not voiced. Left out, it has
            not been measured, and is 0.
        speaker, listener: (T) their faces, in one basis. The listener's pose is as the camera saw
            it; frame 1 is its reference.
        acoustics: layout of the acoustic features, one of `ACOUSTICS`.
        labels: what a teacher decided; None without a teacher. A labelled listener's
            pose is as the teacher gave it.

    Raises:
        DataError: the tracks differ in length or basis, or the split is unknown.
    """

    clip: str
    split: str
    attitude: Attitude
    speaker_id: str
    listener_id: str
    acoustic: NDArray[np.float32]
    speaking: NDArray[np.bool_]
    heard: NDArray[np.bool_]
    speaker: FaceTrack
    listener: FaceTrack
    acoustics: str = ACOUSTICS[0]
    labels: Labels | None = None
    pitch: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise DataError(f"{self.clip}: unknown split '{self.split}': {', '.join(SPLITS)}")
        count = len(self.speaker)
        if not len(self.pitch):
            self.pitch = np.zeros(count, np.float32)
        if self.acoustic.shape != (count, ACOUSTIC_SIZE):
            raise DataError(
                f'{self.clip}: acoustic features have the shape {self.acoustic.shape}, '
                f'not ({count}, {ACOUSTIC_SIZE})'
            )
        lengths = {len(self.listener), len(self.speaking), len(self.heard), len(self.pitch), count}
        if len(lengths) > 1:
            raise DataError(f'{self.clip}: tracks of different lengths: {sorted(lengths)}')
        if self.labels is not None and len(self.labels) != count:
            raise DataError(f'{self.clip}: {len(self.labels)} ticks are labelled of {count}')
        if self.speaker.basis is not self.listener.basis:
            raise DataError(f'{self.clip}: speaker and listener are in different bases')

    def __len__(self) -> int:
        return len(self.speaker)

    def check_finite(self) -> None:
        """Refuse a clip in which something that was seen or heard is not finite.

        Raises:
            DataError: it is so; the message names what.
        """
        parts = {'acoustic': self.acoustic[self.heard]}
        for who in FACES:
            track: FaceTrack = getattr(self, who)
            arrays = (getattr(track, name) for name in ARRAYS if name != 'valid')
            parts[who] = np.hstack([array[track.valid] for array in arrays])
        for name, known in parts.items():
            if not np.isfinite(known).all():
                raise DataError(
                    f'{self.clip}: {name} holds numbers that are not finite: extract it again'
                )

    def rows(self, chosen: slice) -> 'ClipFeatures':
        """Return some of the ticks, without the labels, which belong to whole clips."""
        return replace(
            self,
            labels=None,
            acoustic=self.acoustic[chosen],
            speaking=self.speaking[chosen],
            heard=self.heard[chosen],
            pitch=self.pitch[chosen],
            speaker=self.speaker.rows(chosen),
            listener=self.listener.rows(chosen),
        )

    def speaker_frames(self) -> Iterator[SpeakerFrame]:
        """Yield the speaker tick by tick, as the listener hears and sees it."""
        for tick in range(len(self)):
            heard = bool(self.heard[tick])
            yield SpeakerFrame(
                stamp=tick_stamp(tick),
                source_stamp=tick_stamp(tick),
                index=tick,
                face=self.speaker.motion(tick),
                acoustic=self.acoustic[tick],
                face_valid=bool(self.speaker.valid[tick]),
                audio_valid=heard,
                speaking=bool(self.speaking[tick]),
                mouthed=bool(self.speaking[tick]) and not heard,
                pitch=float(self.pitch[tick]),
                reset=tick == 0,
                acoustics=self.acoustics,
            )

    def save(self, path: Path) -> None:
        """Write an .npz file under its name only once it is complete."""
        arrays = {
            f'{who}_{name}': getattr(getattr(self, who), name) for who in FACES for name in ARRAYS
        }
        if self.labels is not None:
            arrays |= {f'{LABEL}{name}': getattr(self.labels, name) for name in LABELS}
        unfinished = path.with_suffix('.part.npz')
        np.savez_compressed(
            unfinished,
            clip=self.clip,
            split=self.split,
            attitude=self.attitude.value,
            speaker_id=self.speaker_id,
            listener_id=self.listener_id,
            basis=self.speaker.basis.name,
            acoustics=self.acoustics,
            acoustic=self.acoustic,
            speaking=self.speaking,
            heard=self.heard,
            pitch=self.pitch,
            **arrays,
        )
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> 'ClipFeatures':
        """Read what `save` wrote.

        Raises:
            DataError: the file was not written by `save`.
        """
        try:
            with _opened(path) as file:
                data = dict(file)
            basis = basis_by_name(str(data['basis']))
            speaker, listener = (
                FaceTrack(**{name: data[f'{who}_{name}'] for name in ARRAYS}, basis=basis)
                for who in FACES
            )
            told = {name: data[LABEL + name] for name in LABELS if LABEL + name in data}
            return cls(
                clip=str(data['clip']),
                split=str(data['split']),
                attitude=Attitude(str(data['attitude'])),
                speaker_id=str(data['speaker_id']),
                listener_id=str(data['listener_id']),
                acoustic=data['acoustic'],
                speaking=data['speaking'],
                heard=data['heard'],
                pitch=data.get('pitch', np.zeros(0, np.float32)),
                speaker=speaker,
                listener=listener,
                acoustics=str(data['acoustics']),
                labels=Labels(**told) if told else None,
            )
        except _BROKEN as error:
            raise DataError(f'{path} holds no features of a clip: {error}') from None


def _opened(path: Path) -> NpzFile:
    """Return the arrays of a file; what it raises is among `_BROKEN`."""
    if path.is_file() and not is_zipfile(path):  # of which numpy says that it is pickled
        raise DataError('it is no .npz file')
    file: NpzFile = np.load(path, allow_pickle=False)
    return file


def load_features(folder: Path, split: str | None = None) -> list[ClipFeatures]:
    """Load the clips of a feature folder, of one split or all, in the order of their names.

    Raises:
        DataError: there are none, or one is broken.
    """
    paths = [p for p in sorted(folder.glob('*.npz')) if '.part' not in p.name]
    paths = [p for p in paths if p.name != STATISTICS]
    if split is not None:
        paths = [p for p in paths if _split_of(p) == split]
    if not paths:
        which = 'features of clips (.npz)' if split is None else f'clips of the split {split}'
        raise DataError(f'no {which} in {folder}')
    return [ClipFeatures.load(path) for path in paths]


def _split_of(path: Path) -> str:
    try:
        with _opened(path) as file:
            return str(file['split'])
    except _BROKEN as error:
        raise DataError(f'{path} holds no features of a clip: {error}') from None
