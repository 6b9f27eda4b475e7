"""Where the clips of a data set are: video, sound, and what is known of the listener."""

from dataclasses import dataclass
from pathlib import Path

from vico_listener.lab.dataset.features import ClipFeatures
from vico_listener.media.bags.errors import BagError
from vico_listener.media.face_track import FaceTrack
from vico_listener.motion import Attitude

VIDEOS = ('.mp4', '.mov', '.mkv', '.webm', '.avi')
SPEAKER = '.speaker'


@dataclass(frozen=True)
class ClipFiles:
    """One clip: its name, the speaker's video, sound (None = the video's own), features."""

    name: str
    video: Path
    sound: Path | None = None
    features: Path | None = None

    def known(self) -> tuple[Attitude | None, FaceTrack | None]:
        """The listener's attitude and true motion as far as they are known.

        Raises:
            ValueError: the feature file is broken.
        """
        if self.features is None:
            return None, None
        clip = ClipFeatures.load(self.features)
        return clip.attitude, clip.listener


def find_clips(source: Path, features: Path | None = None) -> list[ClipFiles]:
    """The clips of a video file, of a folder of videos, or of a data set in ViCo's layout.

    ViCo's layout is ``videos/NAME.speaker.mp4`` with ``audios/NAME.wav``; features are
    ``NAME.npz`` in `features`, or in the folder ``features`` of the data set.

    Raises:
        BagError: there is no video.
    """
    if source.is_file():
        return [_clip(source, None, features)]
    if not source.is_dir():
        raise BagError(f'no such clip or data set: {source}')
    if features is None and (source / 'features').is_dir():
        features = source / 'features'
    folder, sounds = source, None
    if (source / 'videos').is_dir():
        folder, sounds = source / 'videos', source / 'audios'
    videos = sorted(p for p in folder.iterdir() if p.suffix.lower() in VIDEOS)
    speakers = [p for p in videos if p.stem.endswith(SPEAKER)] or videos
    if not speakers:
        raise BagError(f'{folder} holds no video ({", ".join(VIDEOS)})')
    return [_clip(video, sounds, features) for video in speakers]


def _clip(video: Path, sounds: Path | None, features: Path | None) -> ClipFiles:
    name = video.stem.removesuffix(SPEAKER)
    sound = None if sounds is None else sounds / f'{name}.wav'
    known = None if features is None else features / f'{name}.npz'
    if sound is not None and not sound.is_file():
        raise BagError(f'{video} has no sound beside it: {sound} is missing')
    return ClipFiles(name, video, sound, known if known is not None and known.is_file() else None)
