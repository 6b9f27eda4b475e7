"""Films the simulated robot: after a run, a simulated head plays the run's commands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from vico_listener.clock import EARLY_TICK_NS
from vico_listener.frames import AudioChunk
from vico_listener.frames import CameraFrame
from vico_listener.lab.recording.preview import Filmstrip
from vico_listener.lab.simulation.head_commands import read_commands
from vico_listener.lab.simulation.pictures import Pictures
from vico_listener.lab.simulation.simulator import Simulator
from vico_listener.lab.simulation.simulator import create_head
from vico_listener.lab.simulation.tracking import tracking_errors
from vico_listener.media.clip import ClipInfo
from vico_listener.media.film import Film
from vico_listener.media.tracks import COMMANDS_FILE
from vico_listener.robot import RobotProfile


class RobotFilm:
    """Simulates a robot's head and films it beside the speaker.

    Args:
        profile: profile of the robot.
        size: height of the film, px.

    Raises:
        SimulationError: the robot's model is missing, or this machine cannot draw.
    """

    def __init__(self, profile: RobotProfile, size: int) -> None:
        self._profile = profile
        self._size = size
        self._head = create_head(profile)
        self._pictures = Pictures(self._head, size)

    def shoot(
        self, clip: ClipInfo, items: Iterator[Any], folder: Path, ticks: list[int], start: int
    ) -> tuple[Filmstrip, dict[str, Any]]:
        """Play the commands in `folder` to the head and write `listener.mp4` there.

        Args:
            clip: the speaker.
            items: its images and audio, in order; anything else is passed over.
            folder: folder of the recording.
            ticks: when a picture is due, ns of stream time.
            start: stamp of the clip's beginning, ns.

        Returns:
            thumbnails, and sections of the report: model and tracking errors.

        Raises:
            SimulationError: the recording has no commands for this robot.
        """
        commands = read_commands(folder / COMMANDS_FILE, self._profile)
        simulator = Simulator(self._head, self._profile, commands)
        audio = (clip.sample_rate, min(2, clip.channels)) if clip.has_audio else None
        film, strip = Film(folder / 'listener.mp4', self._size, audio), Filmstrip()
        item, speaker = next(items, None), None
        for tick in tqdm(ticks, desc='simulating and filming the robot', unit='picture'):
            while item is not None and start + item.stamp <= tick + EARLY_TICK_NS:
                if isinstance(item, AudioChunk):
                    film.add_audio(AudioChunk(item.stamp + start, item.samples, item.sample_rate))
                elif isinstance(item, CameraFrame):
                    speaker = item.image
                item = next(items, None)
            simulator.advance(tick)
            if speaker is not None:
                robot = self._pictures.draw(simulator.data)
                film.add_picture(tick, speaker, robot)
                strip.add(tick, speaker, robot)
        film.close()
        self._pictures.close()
        axes = {joint.axis for joint in self._profile.joints}
        errors = tracking_errors(simulator.commanded, simulator.measured)
        return strip, {
            'simulation': {
                'robot': self._profile.name,
                'pictures': film.pictures,
                'refused poses': simulator.refused,
            },
            'tracking [deg]': {axis: row for axis, row in errors.items() if axis in axes},
        }
