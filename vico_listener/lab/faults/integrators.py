"""The stack in front of robots as integrators have them: controllers, simulators, dialogues.

Each scene runs stacks in processes of their own, with a camera and a microphone, and one or two
simulated robots, and is judged by what became of the commands at the robot.
"""

import contextlib
import math
import time
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from std_srvs.srv import SetBool

from vico_listener.errors import UnavailableError
from vico_listener.lab.faults.robot_place import Outcome
from vico_listener.lab.faults.robot_place import RobotPlace
from vico_listener.nodes.isolation import own_namespace
from vico_listener.nodes.own_graph import OwnGraph
from vico_listener.nodes.stack_process import StackProcess
from vico_listener.robot import RobotProfile

PATIENCE = 120.0
"""Seconds until a stack has to be there, and a head at rest: a machine may be busy."""

SCENES = {
    'controller': 'a joint_trajectory_controller, the head stands elsewhere at first',
    'simulator': 'a simulator with /clock (`use_sim_time`, as with Gazebo)',
    'dialogue': 'a dialogue releases the head, moves it, and takes it back',
    'two_robots': 'two robots in one graph, of which one is released',
}
"""What is played, by name."""

MOVE, REST, LISTEN = 1.0, 1.5, 5.0
"""Seconds in which another program moves a head, in which it leaves it there, and between two."""

QUIET = 1.0
"""Seconds without a command after which a head is taken to be at rest."""

NEAR = 0.1
"""A head that is taken back begins no further than this (rad) from where it is."""


class Integrators:
    """Plays every scene for a while.

    Args:
        folder: for parameters and logs.
        clip: video of a speaker.
        profile: of the robot; one that takes trajectories on a topic.
        seconds: of all scenes together.
    """

    def __init__(self, folder: Path, clip: Path, profile: RobotProfile, seconds: float) -> None:
        self._folder, self._clip, self._profile = folder, clip, profile
        self._seconds = seconds / len(SCENES)

    def play(self, scene: str) -> Outcome:
        """Play one of `SCENES`."""
        outcome = Outcome(SCENES[scene])
        play = {
            'controller': self._controller,
            'simulator': self._simulator,
            'dialogue': self._dialogue,
            'two_robots': self._two_robots,
        }[scene]
        try:
            play(outcome)
        except UnavailableError as error:
            outcome.problems.append(str(error))
        return outcome

    def _controller(self, outcome: Outcome) -> None:
        """Play before a trajectory controller whose head stands elsewhere at first."""
        with self._stage(outcome) as (place,):
            self._listen(place)
            place.judge(outcome, self._seconds)

    def _simulator(self, outcome: Outcome) -> None:
        """Play the same in simulated time."""
        with self._stage(outcome, gazebo=True) as (place,):
            self._listen(place)
            place.judge(outcome, self._seconds)

    def _dialogue(self, outcome: Outcome) -> None:
        """Release the head, let another program move it, and take it back, again and again."""
        random = np.random.default_rng(0)
        with self._stage(outcome) as (place,):
            end = time.monotonic() + self._seconds
            rounds, leaps, commanded = 0, [], 0.0
            while not rounds or time.monotonic() < end:
                began = time.monotonic()
                time.sleep(LISTEN)
                self._set_active(place, False)
                self._wait(lambda: self._rests(place), 'the head to rest')
                commanded += time.monotonic() - began
                where = [random.uniform(-0.8, 0.8) * j.maximum for j in self._profile.joints]
                place.robot.move_to(where, MOVE)
                time.sleep(MOVE + REST)
                place.watcher.watch()
                stood = place.robot.positions.copy()
                self._set_active(place, True)
                self._wait(lambda: place.watcher.seen.commands, 'a command')
                first = place.watcher.seen.commands[0]
                leaps.append(float(np.abs(np.subtract(first, stood)).max()))
                rounds += 1
            share = commanded / (time.monotonic() - end + self._seconds)
            # Between two diagnostics it may have been released: what is judged is a head at work.
            time.sleep(REST)
            place.judge(outcome, self._seconds, share)
            worst = math.degrees(max(leaps))
            outcome.figures.append(
                f'taken back {rounds} times, at most {worst:.1f} degrees from where it stood'
            )
            if max(leaps) > NEAR:
                outcome.problems.append(f'began {worst:.0f} degrees from where it stood')

    def _two_robots(self, outcome: Outcome) -> None:
        """Run two stacks and two robots in one graph, one of which is released."""
        with self._stage(outcome, two=True) as (first, second):
            self._set_active(second, False)
            self._wait(lambda: self._rests(second), 'the second head to rest')
            for place in (first, second):
                place.begin()
            self._listen(first)
            first.judge(outcome, self._seconds)
            strays = second.robot.controller.accepted
            outcome.figures.append(f'{strays} trajectories to the released one')
            if strays:
                outcome.problems.append(f'{strays} trajectories to the released robot')
            self._set_active(second, True)
            self._wait(lambda: second.robot.controller.accepted > 10, 'the second head to move')
            names = ('one of them', 'the other')
            for name, place in zip(names, (first, second), strict=True):
                told = place.watcher.levels.get('head', '')
                if 'published by' in told or 'another node' in told:
                    outcome.problems.append(f'{name}: {told}')

    @contextlib.contextmanager
    def _stage(
        self, outcome: Outcome, gazebo: bool = False, two: bool = False
    ) -> Iterator[tuple[RobotPlace, ...]]:
        """Set up stacks and robots, and wait until every head has come home."""
        parameters = {
            'robot': self._profile.name,
            'attitude': 'positive',
            'use_sim_time': gazebo,
            'measured_wait': 20.0,
        }
        with contextlib.ExitStack() as undo:
            graph = undo.enter_context(OwnGraph(self._folder, parameters))
            places = [RobotPlace(self._profile, self._clip, gazebo)]
            stacks = [graph.stack]
            if two:
                namespace = f'{own_namespace()}_too'
                folder = self._folder / 'second'
                folder.mkdir(exist_ok=True)
                stacks.append(StackProcess(folder, parameters, namespace))
                undo.callback(stacks[1].stop)
                # The namespace of the graph is a global argument.
                other: dict[str, Any] = {'namespace': namespace, 'use_global_arguments': False}
                places.append(RobotPlace(self._profile, self._clip, **other))
            self._graph = graph
            graph.spin(*(node for place in places for node in place.nodes))
            for place in places:
                place.input.start()
                undo.callback(place.input.stop)
            for place in places:
                self._wait(partial(self._is_home, place), 'the head to come home')
                stood = np.abs(np.subtract(place.watcher.seen.commands[0], place.away)).max()
                if stood > NEAR:
                    outcome.problems.append(
                        f'the first command was {math.degrees(stood):.0f} degrees away'
                    )
            yield tuple(places)
            for stack in stacks:
                if not stack.running:
                    outcome.problems.append('the stack died: ' + '; '.join(stack.complaints()[-2:]))
                if 'Traceback' in stack.log.read_text(encoding='utf-8', errors='replace'):
                    outcome.problems.append(f'a traceback in {stack.log}')

    def _listen(self, place: RobotPlace) -> None:
        place.begin()
        end = time.monotonic() + self._seconds
        while time.monotonic() < end:
            self._graph.check()
            time.sleep(0.1)

    def _is_home(self, place: RobotPlace) -> bool:
        head = place.watcher.diagnostics.get('head', {})
        away = np.abs(place.robot.positions - [j.offset for j in self._profile.joints])
        return head.get('start') == 'measured' and bool((away < 0.5 * np.array(place.away)).all())

    def _rests(self, place: RobotPlace) -> bool:
        """Return whether nothing has been commanded for a while."""
        count = place.robot.controller.accepted
        time.sleep(QUIET)
        return place.robot.controller.accepted == count

    def _set_active(self, place: RobotPlace, active: bool) -> None:
        client = place.watcher.create_client(SetBool, 'listener/set_active')
        self._wait(client.service_is_ready, 'listener/set_active')
        future = client.call_async(SetBool.Request(data=active))
        self._wait(future.done, 'listener/set_active')

    def _wait(self, condition: Callable[[], Any], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            self._graph.check()
            if time.monotonic() > until:
                log = self._graph.stack.log
                raise UnavailableError(f'waited {PATIENCE:.0f} s for {what}: see {log}')
            time.sleep(0.02)
